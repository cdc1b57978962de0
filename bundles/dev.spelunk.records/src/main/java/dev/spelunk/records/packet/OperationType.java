// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

/**
 * The Operation Type packet (DDI 0487, D18.2.7): what a class and a payload say of the sampled
 * operation. Each kind is one line, its payload bits compared under a mask; the first that fits holds.
 */
public enum OperationType {
    /** Class 0: neither of the others. */
    OTHER(0, 0xf8, 0x00, "OTHER"),
    SVE_VECTOR(0, 0x89, 0x08, "SVE-OTHER"),
    SME_ARRAY(0, 0x89, 0x88, "SME-OTHER"),

    /** Class 1: bit 0 is clear when memory is read. */
    GENERAL_PURPOSE(1, 0xfe, 0x00, "GP-REG"),
    SIMD_FP(1, 0xfe, 0x04, "SIMD-FP"),
    UNSPECIFIED_REGISTERS(1, 0xfe, 0x10, "UNSPEC-REG"),
    ALLOCATION_TAGS(1, 0xfe, 0x14, "MTE-TAG"),
    SYSTEM_REGISTER(1, 0xfe, 0x30, "NV-SYSREG"),
    MEMORY_COPY(1, 0xfe, 0x20, "MEMCPY"),
    MEMORY_SET(1, 0xff, 0x25, "MEMSET"),
    GUARDED_CONTROL_STACK(1, 0xfa, 0x40, "GCS"),
    EXTENDED(1, 0xe2, 0x02, ""),
    SVE_SME(1, 0x0a, 0x08, "SVE-SME-REG"),

    /** Class 2. */
    BRANCH(2, 0xe0, 0x00, "B"),

    /** A reserved class or payload. */
    RESERVED(-1, 0, 0, "");

    /** Header classes. */
    public static final int CLASS_OTHER = 0;

    public static final int CLASS_LOAD_STORE = 1;
    public static final int CLASS_BRANCH = 2;

    /** Class 0, bit 0, and class 2, bit 0: conditional. */
    private static final int C = 1;
    /** Class 0, bit 1: floating-point. */
    private static final int F = 1 << 1;
    /** Class 0, bit 2, Other: Advanced SIMD; SVE and class 1 SVE: predicated. */
    private static final int A_OR_P = 1 << 2;
    /** Class 1, bit 0: writes memory. */
    private static final int L = 1;
    /** Class 1, extended: atomic, exclusive, acquire or release. */
    private static final int ATOMIC = 1 << 2;

    private static final int EXCLUSIVE = 1 << 3;
    private static final int ACQUIRE_RELEASE = 1 << 4;
    /** Class 1, SVE or SME: gather or scatter. */
    private static final int S = 1 << 7;
    /** Class 1, GCS: neither a branch with link nor a procedure return. */
    private static final int M = 1 << 2;
    /** Class 2. */
    private static final int INDIRECT = 1 << 1;

    private static final int G = 1 << 2;

    private static final OperationType[] VALUES = values();

    private final int operationClass;
    private final int mask;
    private final int match;
    private final String label;

    OperationType(int operationClass, int mask, int match, String label) {
        this.operationClass = operationClass;
        this.mask = mask;
        this.match = match;
        this.label = label;
    }

    /** The kind of operation of a class (bits 1:0 of the header) and a payload. */
    public static OperationType of(int operationClass, int payload) {
        for (OperationType type : VALUES) {
            if (type.operationClass == operationClass && (payload & type.mask) == type.match) {
                return type;
            }
        }
        return RESERVED;
    }

    /** Class 1: whether memory is written. */
    public static boolean store(int payload) {
        return (payload & L) != 0;
    }

    /** Class 0 and 2: whether the operation is conditional. */
    public static boolean conditional(int payload) {
        return (payload & C) != 0;
    }

    /** Class 2: whether the branch is indirect. */
    public static boolean indirect(int payload) {
        return (payload & INDIRECT) != 0;
    }

    /**
     * Class 2, CR (FEAT_SPE_CRR).
     *
     * @return 0 not recorded, 1 branch with link, 2 procedure return, 3 neither
     */
    public static int callReturn(int payload) {
        return payload >>> 3 & 3;
    }

    /** Class 1, extended. */
    public static boolean atomic(int payload) {
        return (payload & ATOMIC) != 0;
    }

    /** Class 1, extended. */
    public static boolean exclusive(int payload) {
        return (payload & EXCLUSIVE) != 0;
    }

    /** Class 1, extended. */
    public static boolean acquireRelease(int payload) {
        return (payload & ACQUIRE_RELEASE) != 0;
    }

    /** The vector length in bits of an SVE operation: EVL, 32 shifted left by bits 6:4. */
    public static int vectorBits(int payload) {
        return 32 << (payload >>> 4 & 7);
    }

    /**
     * A short name of the operation for a table of counts, such as {@code load}, {@code store
     * (exclusive)} or {@code conditional branch}.
     */
    public static String summary(int operationClass, int payload) {
        OperationType type = of(operationClass, payload);
        switch (operationClass) {
            case CLASS_OTHER:
                return type == OTHER
                        ? conditional(payload) ? "conditional select or compare" : "other"
                        : type == SVE_VECTOR ? "SVE" : "SME";
            case CLASS_LOAD_STORE:
                return (store(payload) ? "store" : "load")
                        + switch (type) {
                            case GENERAL_PURPOSE -> "";
                            case SIMD_FP -> " (SIMD&FP)";
                            case UNSPECIFIED_REGISTERS -> " (unspecified registers)";
                            case ALLOCATION_TAGS -> " (Allocation Tags)";
                            case SYSTEM_REGISTER -> " (system register)";
                            case MEMORY_COPY -> " (memory copy)";
                            case MEMORY_SET -> " (memory set)";
                            case GUARDED_CONTROL_STACK -> " (GCS)";
                            case SVE_SME -> " (SVE or SME)";
                            case EXTENDED ->
                                atomic(payload)
                                        ? " (atomic)"
                                        : exclusive(payload)
                                                ? " (exclusive)"
                                                : acquireRelease(payload) ? " (acquire or release)" : "";
                            default -> " (reserved)";
                        };
            case CLASS_BRANCH:
                return (conditional(payload) ? "conditional " : "unconditional ")
                        + (indirect(payload) ? "indirect branch" : "branch");
            default:
                return "reserved";
        }
    }

    static void describe(int operationClass, int payload, StringBuilder out) {
        OperationType type = of(operationClass, payload);
        switch (type) {
            case OTHER:
                out.append("OTHER");
                flag(out, payload, A_OR_P, " ASE");
                flag(out, payload, F, " FP");
                out.append((payload & C) != 0 ? " COND-SELECT" : " INSN-OTHER");
                break;
            case SVE_VECTOR:
                out.append("SVE-OTHER EVLEN ").append(vectorBits(payload));
                flag(out, payload, F, " FP");
                flag(out, payload, A_OR_P, " PRED");
                break;
            case SME_ARRAY:
                int ets = payload >>> 3 & 0xe | payload >>> 2 & 1;
                out.append("SME-OTHER ETS ").append(ets == 0xf ? "ZA" : Integer.toString(128 << ets));
                flag(out, payload, F, " FP");
                break;
            case BRANCH:
                out.append('B');
                flag(out, payload, C, " COND");
                flag(out, payload, INDIRECT, " IND");
                flag(out, payload, G, " GCS");
                out.append(
                        switch (callReturn(payload)) {
                            case 1 -> " CR-BL";
                            case 2 -> " CR-RET";
                            case 3 -> " CR-NON-BL-RET";
                            default -> "";
                        });
                break;
            case RESERVED:
                out.append("OP-TYPE 0x")
                        .append(Integer.toHexString(payload))
                        .append(" (")
                        .append(operationClass)
                        .append(')');
                break;
            default:
                out.append(store(payload) ? "ST" : "LD");
                loadStore(type, payload, out);
        }
    }

    private static void loadStore(OperationType type, int payload, StringBuilder out) {
        if (type == EXTENDED) {
            flag(out, payload, ATOMIC, " AT");
            flag(out, payload, EXCLUSIVE, " EXCL");
            flag(out, payload, ACQUIRE_RELEASE, " AR");
        } else if (type == SVE_SME) {
            out.append(' ').append(type.label).append(" EVLEN ").append(vectorBits(payload));
            flag(out, payload, A_OR_P, " PRED");
            flag(out, payload, S, " SG");
        } else {
            out.append(' ').append(type.label);
            if (type == GUARDED_CONTROL_STACK) {
                flag(out, payload, M, " COMM");
            }
        }
    }

    private static void flag(StringBuilder out, int payload, int mask, String text) {
        if ((payload & mask) != 0) {
            out.append(text);
        }
    }
}
