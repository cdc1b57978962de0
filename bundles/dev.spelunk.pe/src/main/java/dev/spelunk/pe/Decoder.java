// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.Decoding;
import dev.spelunk.a64.Form;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.a64.OperationNames;
import dev.spelunk.a64.fp.FrequentOperations;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Decodes instruction words to the operations of {@link Kinds}, as the decodings of their entries in the instruction table
 * say: by name and operands. Whatever is not frequent becomes one of the generic kinds, whose meaning {@link Instructions}
 * gives; so does everything that is not allocated.
 */
final class Decoder {
    static final long SLOW = op(Kinds.SLOW, 0, 0, 0, 0);
    private static final Map<String, Integer> KINDS = OperationNames.of(Kinds.class);
    private static final int UNKNOWN = -1;
    /** Of kinds that have their immediate as a constant of the block. */
    private static final String POOL = "_POOL";

    private final InstructionSet set = InstructionSet.whole();
    private final Map<Instruction, Plan> plans = new IdentityHashMap<>();
    /** Constants of the block being decoded; {@link #constants} of them. */
    final long[] pool = new long[Block.LIMIT];

    int constants;
    /** See {@link Features}: what hints do. */
    int features;

    /** Packs an operation. */
    static long op(int kind, int d, int n, int m, int immediate) {
        return (long) d << 56 | (long) kind << 48 | (immediate & 0xFFFFFFFFL) << 16 | m << 8 | n;
    }

    /** The kind in a packed operation. */
    static int kind(long op) {
        return (int) (op >>> 48) & 0xFF;
    }

    /** Whether the operation's immediate is an index into the pool. */
    static boolean usesPool(long op) {
        return Plan.USES_POOL[kind(op)];
    }

    /** Whether no operation of the block can follow this word: it branches or always ends the run. */
    static boolean endsBlock(int word, long op) {
        int kind = kind(op);
        if (kind >= Kinds.B && kind < Kinds.DATA) {
            return true;
        }
        if (kind != Kinds.SLOW) {
            return false;
        }
        Instruction instruction = InstructionSet.whole().decode(word);
        if (instruction == null) {
            return true;
        }
        switch (instruction.form()) {
            case UNDEFINED:
            case BRANCH_AUTHENTICATED:
            case EXCEPTION_GENERATION:
            case EXCEPTION_RETURN:
            case EXCEPTION_RETURN_AUTHENTICATED:
            case SYSTEM_WRITE:
            case TLB_INVALIDATE:
            case SYSTEM:
                return true;
            default:
                return false;
        }
    }

    /** Target of a direct branch at pc; pc of a word that is none. */
    static long directTarget(int word, long pc) {
        Instruction instruction = InstructionSet.whole().decode(word);
        return instruction == null ? pc : pc + instruction.get("target", word);
    }

    /** What an entry of the table is decoded to: for each of its decodings the feature without which alone it counts, and the kinds. */
    private record Plan(Decoding[] decodings, int[] unless, int[][] kinds, Form form) {
        static final boolean[] USES_POOL = new boolean[1 << 8];

        static {
            KINDS.forEach((name, kind) -> USES_POOL[kind] |= name.endsWith(POOL));
            USES_POOL[Kinds.ANDSI_X] = true;
            USES_POOL[Kinds.ANDSI_W] = true;
        }

        static Plan of(Instruction instruction) {
            Decoding[] decodings = instruction.decodings().toArray(new Decoding[0]);
            int[] unless = new int[decodings.length];
            int[][] kinds = new int[decodings.length][];
            for (int i = 0; i < decodings.length; i++) {
                unless[i] = Features.bit(decodings[i].unless());
                kinds[i] =
                        decodings[i].names().stream().mapToInt(Decoder::known).toArray();
            }
            return new Plan(decodings, unless, kinds, instruction.form());
        }
    }

    /** The kind of a name, and above it the number of a floating-point operation; less than 0 for a name that is not known. */
    static int known(String name) {
        int operation = FrequentOperations.named(name);
        int pooled = KINDS.getOrDefault(name + POOL, UNKNOWN);
        return operation >= 0 ? Kinds.FP | operation << 8 : KINDS.getOrDefault(name, pooled);
    }

    /** Decodes one word at pc. */
    long decode(int word, long pc) {
        Instruction instruction = set.decode(word);
        if (instruction == null) {
            return SLOW;
        }
        Plan plan = plans.get(instruction);
        if (plan == null) {
            plan = Plan.of(instruction);
            plans.put(instruction, plan);
        }
        for (int i = 0; i < plan.decodings.length; i++) {
            Decoding decoding = plan.decodings[i];
            if ((features & plan.unless[i]) == 0 && decoding.holds(word)) {
                int kind = plan.kinds[i][decoding.name(word)];
                if (kind != UNKNOWN) {
                    return pack(kind, decoding, word, pc);
                }
            }
        }
        return generic(plan.form, instruction, word);
    }

    private long pack(int kind, Decoding decoding, int word, long pc) {
        int d = decoding.d(word);
        int n = decoding.n(word);
        int m = decoding.m(word);
        int a = decoding.a(word);
        if ((kind & 0xFF) == Kinds.FP) {
            return op(Kinds.FP, d, n, m, FrequentOperations.operation(kind >>> 8, a));
        }
        long value = decoding.immediate(word, pc) + a;
        if (Plan.USES_POOL[kind]) {
            return op(kind, d, n, m, pool(value));
        }
        if (value == (int) value) {
            return op(kind, d, n, m, (int) value);
        }
        return op(kind == Kinds.MOVI ? Kinds.MOVI_POOL : Kinds.ANDI_POOL, d, n, m, pool(value));
    }

    private int pool(long value) {
        pool[constants] = value;
        return constants++;
    }

    /** A kind that executes its word, or a load or store. */
    private static long generic(Form form, Instruction instruction, int word) {
        switch (form) {
            case LOGICAL_IMMEDIATE:
            case MOVE_WIDE:
            case BITFIELD:
            case INTEGER_IMMEDIATE:
                return op(Kinds.DP_IMMEDIATE, 0, 0, 0, word);
            case LOGICAL_REGISTER:
            case ADD_REGISTER:
            case ADD_EXTENDED:
            case CONDITIONAL_COMPARE:
            case CONDITIONAL_SELECT:
            case INTEGER_REGISTER:
                return op(Kinds.DP_REGISTER, 0, 0, 0, word);
            case FLOAT:
                return op(Kinds.FP_WORD, 0, 0, 0, word);
            default:
                return form.isSimd()
                        ? op(Kinds.SIMD, 0, 0, form.ordinal(), word)
                        : MemoryDecoder.decode(form, instruction, word);
        }
    }
}
