// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/**
 * One operation executed in observed form: what a sample record can say of it (DDI 0487, D17.6).
 * The PE fills the architectural part, the timing model latencies and events, the SPU contexts and
 * the timestamp when it takes the sample. Reused, never allocated for an operation.
 */
public final class Operation {
    /** Operation classes, the HEADER class of the Operation Type packet (DDI 0487, D18.2.7). */
    public static final int OTHER = 0;

    public static final int LOAD_STORE = 1;
    public static final int BRANCH = 2;

    /** Bits of {@link #flags}. */
    public static final int LOAD = 1;

    public static final int STORE = 1 << 1;
    public static final int ATOMIC = 1 << 2;
    public static final int EXCLUSIVE = 1 << 3;
    /** Load-Acquire, Load-AcquirePC or Store-Release. */
    public static final int ACQUIRE_RELEASE = 1 << 4;
    /** Conditional: a conditional branch, select or compare. */
    public static final int CONDITIONAL = 1 << 5;

    public static final int INDIRECT = 1 << 6;
    public static final int BRANCH_WITH_LINK = 1 << 7;
    public static final int PROCEDURE_RETURN = 1 << 8;
    public static final int EXCEPTION_RETURN = 1 << 9;
    public static final int SIMD_FP_REGISTERS = 1 << 10;
    public static final int FLOATING_POINT = 1 << 11;
    public static final int ADVANCED_SIMD = 1 << 12;
    /** A load or store of unspecified registers, such as DC ZVA. */
    public static final int UNSPECIFIED_REGISTERS = 1 << 13;
    /** Cache maintenance, prefetch and address translation: neither load nor store for filters. */
    public static final int MAINTENANCE = 1 << 14;
    /** SVE or SME: under a Governing predicate. */
    public static final int PREDICATED = 1 << 15;

    public static final int HAS_VA = 1 << 16;
    public static final int HAS_PA = 1 << 17;
    /** The branch was taken: {@link #target} holds. */
    public static final int TAKEN = 1 << 18;
    /** The operation ended in a synchronous exception. */
    public static final int EXCEPTION = 1 << 19;

    public static final int MISALIGNED = 1 << 20;
    public static final int HAS_TRANSLATION_LATENCY = 1 << 21;
    public static final int HAS_CONTEXT_EL1 = 1 << 22;
    public static final int HAS_CONTEXT_EL2 = 1 << 23;
    public static final int HAS_TIMESTAMP = 1 << 24;
    public static final int HAS_DATA_SOURCE = 1 << 25;
    /** The access was translated by a table walk, not by a TLB entry. */
    public static final int TLB_WALK = 1 << 26;
    /** The last condition evaluated false: branch not taken, select of operand two, compare of the immediate. */
    public static final int CONDITION_FAILED = 1 << 27;
    /** The location accessed is Device memory, Normal Non-cacheable memory, or not RAM. */
    public static final int NON_CACHEABLE = 1 << 28;
    /** SVE or SME: a gather load or scatter store. */
    public static final int GATHER_SCATTER = 1 << 29;

    /** Values of {@link #form}: instructions with a subclass of their own. The PE sets those that it models. */
    public static final int PLAIN = 0;
    /** Load or store of Allocation Tags (FEAT_MTE). */
    public static final int ALLOCATION_TAGS = 1;
    /** MRS or MSR that FEAT_NV2 made a load or store. */
    public static final int SYSTEM_REGISTER = 2;
    /** CPY* (FEAT_MOPS). */
    public static final int MEMORY_COPY = 3;
    /** SET* (FEAT_MOPS). */
    public static final int MEMORY_SET = 4;
    /** Access to a Guarded Control Stack, by itself or by a branch (FEAT_GCS). */
    public static final int GUARDED_CONTROL_STACK = 5;
    /** Works on SVE vector or predicate registers. */
    public static final int SVE = 6;
    /** Works on the ZA array (FEAT_SME). */
    public static final int SME_ARRAY = 7;

    public long pc;
    /** Physical address from which the instruction was fetched. */
    public long instructionPa;
    /** Exception level of the operation. */
    public int el;
    /** Security state: true is Non-secure. */
    public boolean ns;
    /** {@link #OTHER}, {@link #LOAD_STORE} or {@link #BRANCH}. */
    public int operationClass;
    /** {@link #LOAD} and the following. */
    public int flags;
    /** {@link #PLAIN} and the following. */
    public int form;
    /** Bits of the vectors or of the ZA tiles that an SVE or SME operation works on; {@link #WHOLE_ZA}. */
    public int vectorBits;
    /** Value of {@link #vectorBits} of an operation on the whole ZA array. */
    public static final int WHOLE_ZA = Integer.MAX_VALUE;
    /** Encoding of the instruction. */
    public int word;
    /** Size of the data access in bytes, 0 when there is none. */
    public int accessSize;

    public long va;
    public long pa;
    /** log2 of the size of the mapping that translated the data access: 12 at the least. */
    public int pageBits;
    /** Branch target, with the Exception level after the branch. */
    public long target;

    public int targetEl;
    /** Virtual time in cycles at which the operation was dispatched. */
    public long dispatch;

    /** Bits of the Events packet (DDI 0487, D18.2.6). */
    public long events;
    /** In cycles, before saturation. */
    public int totalLatency;

    public int issueLatency;
    public int translationLatency;

    public int contextEl1;
    public int contextEl2;
    public long timestamp;
    public int dataSource;
    /** What profiling features collected, at the indices that the composed rules gave them. */
    public final long[] values = new long[SpuState.VALUES];

    public boolean is(int bits) {
        return (flags & bits) != 0;
    }

    /** Makes this a fresh operation at pc. */
    public void begin(long atPc, int atEl, boolean nonSecure, long cycles) {
        pc = atPc;
        el = atEl;
        ns = nonSecure;
        dispatch = cycles;
        operationClass = OTHER;
        flags = 0;
        form = PLAIN;
        vectorBits = 0;
        word = 0;
        accessSize = 0;
        va = 0;
        pa = 0;
        pageBits = 12;
        target = 0;
        targetEl = atEl;
        events = 0;
        totalLatency = 0;
        issueLatency = 0;
        translationLatency = 0;
        contextEl1 = 0;
        contextEl2 = 0;
        timestamp = 0;
        dataSource = 0;
    }

    /** Copies every field of another operation. */
    public void copyFrom(Operation o) {
        pc = o.pc;
        instructionPa = o.instructionPa;
        el = o.el;
        ns = o.ns;
        operationClass = o.operationClass;
        flags = o.flags;
        form = o.form;
        vectorBits = o.vectorBits;
        word = o.word;
        accessSize = o.accessSize;
        va = o.va;
        pa = o.pa;
        pageBits = o.pageBits;
        target = o.target;
        targetEl = o.targetEl;
        dispatch = o.dispatch;
        events = o.events;
        totalLatency = o.totalLatency;
        issueLatency = o.issueLatency;
        translationLatency = o.translationLatency;
        contextEl1 = o.contextEl1;
        contextEl2 = o.contextEl2;
        timestamp = o.timestamp;
        dataSource = o.dataSource;
        System.arraycopy(o.values, 0, values, 0, values.length);
    }
}
