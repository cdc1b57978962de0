// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;
import static dev.spelunk.a64.integer.DataProcessingImmediate.orStackPointer;

import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.a64.fp.FrequentOperations;
import dev.spelunk.a64.integer.Alu;
import dev.spelunk.a64.integer.DataProcessingImmediate;
import dev.spelunk.a64.simd.AdvancedSimd;
import dev.spelunk.api.state.PeState;

/**
 * Decodes instruction words to the operations of {@link Kinds}. Whatever is not frequent becomes one of the
 * generic kinds, whose meaning {@link Instructions} gives; so does everything that is not allocated.
 */
final class Decoder {
    static final long SLOW = op(Kinds.SLOW, 0, 0, 0, 0);
    private static final int DMB_NOT_DSB = 1 << 5;
    static final long NOP = op(Kinds.NOP, 0, 0, 0, 0);

    private final InstructionSet set = InstructionSet.whole();
    /** Constants of the block being decoded; {@link #constants} of them. */
    final long[] pool = new long[Block.LIMIT];

    int constants;
    /** See {@link Features}: what hints do. */
    int features;
    /** Where the block's constants begin in its ops, to be added to pool indices by the caller. */
    private static final int[] WITH_POOL = {
        Kinds.MOVI_POOL, Kinds.ANDI_POOL, Kinds.ORRI_POOL, Kinds.EORI_POOL, Kinds.ANDSI_X, Kinds.ANDSI_W
    };

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
        int kind = kind(op);
        for (int k : WITH_POOL) {
            if (k == kind) {
                return true;
            }
        }
        return false;
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
            case SYSTEM:
                return true;
            default:
                return false;
        }
    }

    /** Decodes one word at pc, by the form that the instruction table gives it. */
    long decode(int word, long pc) {
        Instruction instruction = set.decode(word);
        if (instruction == null) {
            return SLOW;
        }
        switch (instruction.form()) {
            case PC_RELATIVE:
                return constant(destination(word & 31), DataProcessingImmediate.pcRelative(word, pc));
            case ADD_IMMEDIATE:
                return addImmediate(word);
            case LOGICAL_IMMEDIATE:
                return logicalImmediate(word);
            case MOVE_WIDE:
                return moveWide(word);
            case BITFIELD:
                return bitfield(word);
            case INTEGER_IMMEDIATE:
                return generic(Kinds.DP_IMMEDIATE, word);
            case LOGICAL_REGISTER:
                return logicalRegister(word);
            case ADD_REGISTER:
                return addRegister(word);
            case ADD_EXTENDED:
                return addExtended(word);
            case CONDITIONAL_COMPARE:
                return conditionalCompare(word);
            case CONDITIONAL_SELECT:
                return conditionalSelect(word);
            case SHIFT_VARIABLE:
                return operands(variableShift(word), word, 0);
            case MULTIPLY:
                return operands(multiply(word), word, word >>> 10 & 31);
            case MULTIPLY_LONG:
                return operands((word >>> 23 & 1) == 0 ? Kinds.SMADDL : Kinds.UMADDL, word, word >>> 10 & 31);
            case INTEGER_REGISTER:
                return generic(Kinds.DP_REGISTER, word);
            case BRANCH:
                return op(word < 0 ? Kinds.BL : Kinds.B, 0, 0, 0, 0);
            case BRANCH_CONDITIONAL:
                return op(Kinds.B_COND, 0, 0, 0, Alu.conditionMask(word & 15));
            case COMPARE_BRANCH:
                return op(compareBranch(word), 0, word & 31, 0, 0);
            case TEST_BRANCH:
                int bit = (word >>> 31) << 5 | word >>> 19 & 31;
                return op((word >>> 24 & 1) == 0 ? Kinds.TBZ : Kinds.TBNZ, 0, word & 31, bit, 0);
            case BRANCH_REGISTER:
                return op((word >>> 21 & 3) == 1 ? Kinds.BLR : Kinds.BR, 0, word >>> 5 & 31, 0, 0);
            case HINT:
                return isPlainHint(word) ? NOP : SLOW;
            case BARRIER:
                // A DSB does nothing here, but somebody may want to know of it.
                return (word & DMB_NOT_DSB) != 0 ? NOP : SLOW;
            case FLOAT:
                return floatingPoint(word);
            case SIMD:
                return op(Kinds.SIMD, 0, 0, AdvancedSimd.group(word), word);
            default:
                return MemoryDecoder.decode(instruction.form(), word);
        }
    }

    private static long floatingPoint(int word) {
        int operation = FrequentOperations.decode(word);
        if (operation < 0) {
            return generic(Kinds.FP_WORD, word);
        }
        int d = word & 31;
        return op(
                Kinds.FP,
                FrequentOperations.writesGeneral(operation) ? destination(d) : d,
                word >>> 5 & 31,
                FrequentOperations.second(word, operation),
                operation);
    }

    private static long generic(int kind, int word) {
        return op(kind, 0, 0, 0, word);
    }

    private long constant(int d, long value) {
        if (value == (int) value) {
            return op(Kinds.MOVI, d, 0, 0, (int) value);
        }
        return op(Kinds.MOVI_POOL, d, 0, 0, pool(value));
    }

    private int pool(long value) {
        pool[constants] = value;
        return constants++;
    }

    /** Registers d, n and m in their usual places, 31 being XZR. */
    private static long operands(int kind, int word, int immediate) {
        return op(kind, destination(word & 31), word >>> 5 & 31, word >>> 16 & 31, immediate);
    }

    private static long addImmediate(int word) {
        boolean is64 = word < 0;
        int d = word & 31;
        int n = word >>> 5 & 31;
        int value = (word >>> 10 & 0xFFF) << ((word >>> 22 & 1) != 0 ? 12 : 0);
        boolean subtract = (word >>> 30 & 1) != 0;
        if ((word >>> 29 & 1) == 0) {
            return op(
                    is64 ? Kinds.ADDI_X : Kinds.ADDI_W,
                    orStackPointer(d),
                    orStackPointer(n),
                    0,
                    subtract ? -value : value);
        }
        int kind = subtract ? is64 ? Kinds.SUBSI_X : Kinds.SUBSI_W : is64 ? Kinds.ADDSI_X : Kinds.ADDSI_W;
        return op(kind, destination(d), orStackPointer(n), 0, value);
    }

    private long logicalImmediate(int word) {
        boolean is64 = word < 0;
        int d = word & 31;
        int n = word >>> 5 & 31;
        long mask = Alu.bitMask(word >>> 22 & 1, word >>> 16 & 0x3F, word >>> 10 & 0x3F);
        int opc = word >>> 29 & 3;
        if (!is64) {
            mask &= 0xFFFFFFFFL;
        }
        switch (opc) {
            case 0:
                return mask == (int) mask
                        ? op(Kinds.ANDI, orStackPointer(d), n, 0, (int) mask)
                        : op(Kinds.ANDI_POOL, orStackPointer(d), n, 0, pool(mask));
            case 3:
                return op(is64 ? Kinds.ANDSI_X : Kinds.ANDSI_W, destination(d), n, 0, pool(mask));
            default:
                if (!is64) {
                    return generic(Kinds.DP_IMMEDIATE, word);
                }
                if (opc == 1 && n == 31) {
                    return constant(orStackPointer(d), mask);
                }
                return op(opc == 1 ? Kinds.ORRI_POOL : Kinds.EORI_POOL, orStackPointer(d), n, 0, pool(mask));
        }
    }

    private long moveWide(int word) {
        boolean is64 = word < 0;
        int d = word & 31;
        int opc = word >>> 29 & 3;
        int shift = (word >>> 21 & 3) << 4;
        if (!is64 && opc == 3) {
            return generic(Kinds.DP_IMMEDIATE, word);
        }
        long value = (word >>> 5 & 0xFFFFL) << shift;
        if (opc == 3) {
            return d == 31 ? op(Kinds.NOP, 0, 0, 0, 0) : op(Kinds.MOVK, d, 0, shift, word >>> 5 & 0xFFFF);
        }
        if (opc == 0) {
            value = is64 ? ~value : ~value & 0xFFFFFFFFL;
        }
        return constant(destination(d), value);
    }

    private static long bitfield(int word) {
        boolean is64 = word < 0;
        int n = word >>> 5 & 31;
        int opc = word >>> 29 & 3;
        int immr = word >>> 16 & 0x3F;
        int imms = word >>> 10 & 0x3F;
        int width = is64 ? 64 : 32;
        if (opc == 1) {
            return generic(Kinds.DP_IMMEDIATE, word);
        }
        int d = destination(word & 31);
        if (opc == 0) {
            int left = width - 1 - imms;
            int kind = is64 ? Kinds.SBF_X : Kinds.SBF_W;
            if (imms >= immr) {
                return op(kind, d, n, left, left + immr);
            }
            return op(kind, d, n, left, left - (width - immr));
        }
        if (imms >= immr) {
            if (is64 && imms == 63) {
                return op(Kinds.LSRI_X, d, n, 0, immr);
            }
            return op(Kinds.UBFX, d, n, immr, 64 - (imms - immr + 1));
        }
        if (is64 && imms + 1 == immr) {
            return op(Kinds.LSLI_X, d, n, 0, 64 - immr);
        }
        return op(Kinds.UBFIZ, d, n, width - immr, 64 - (imms + 1));
    }

    private static int variableShift(int word) {
        boolean is64 = word < 0;
        switch (word >>> 10 & 3) {
            case 0:
                return is64 ? Kinds.LSLV_X : Kinds.LSLV_W;
            case 1:
                return is64 ? Kinds.LSRV_X : Kinds.LSRV_W;
            default:
                return is64 ? Kinds.ASRV_X : Kinds.ASRV_W;
        }
    }

    private static int multiply(int word) {
        boolean subtract = (word & 0x8000) != 0;
        if (word < 0) {
            return subtract ? Kinds.MSUB_X : Kinds.MADD_X;
        }
        return subtract ? Kinds.MSUB_W : Kinds.MADD_W;
    }

    private static int compareBranch(int word) {
        boolean nonzero = (word >>> 24 & 1) != 0;
        if (word < 0) {
            return nonzero ? Kinds.CBNZ_X : Kinds.CBZ_X;
        }
        return nonzero ? Kinds.CBNZ_W : Kinds.CBZ_W;
    }

    private static long conditionalSelect(int word) {
        if ((word >>> 30 & 1) != 0) {
            return generic(Kinds.DP_REGISTER, word);
        }
        boolean increment = (word & 0x400) != 0;
        int kind = word < 0 ? increment ? Kinds.CSINC_X : Kinds.CSEL_X : increment ? Kinds.CSINC_W : Kinds.CSEL_W;
        return operands(kind, word, Alu.conditionMask(word >>> 12 & 15));
    }

    private static long logicalRegister(int word) {
        boolean is64 = word < 0;
        int d = destination(word & 31);
        int n = word >>> 5 & 31;
        int m = word >>> 16 & 31;
        int opc = word >>> 29 & 3;
        int amount = word >>> 10 & 0x3F;
        int type = word >>> 22 & 3;
        boolean not = (word >>> 21 & 1) != 0;
        if (amount == 0) {
            if (!not && opc == 1 && n == 31) {
                return op(is64 ? Kinds.MOV_X : Kinds.MOV_W, d, m, 0, 0);
            }
            if (!not) {
                int kind = is64
                        ? opc == 0 ? Kinds.AND_X : opc == 1 ? Kinds.ORR_X : opc == 2 ? Kinds.EOR_X : Kinds.ANDS_X
                        : opc == 0 ? Kinds.AND_W : opc == 1 ? Kinds.ORR_W : opc == 2 ? Kinds.EOR_W : Kinds.ANDS_W;
                return op(kind, d, n, m, 0);
            }
            if (opc == 0 && is64) {
                return op(Kinds.BIC_X, d, n, m, 0);
            }
        } else if (is64 && !not) {
            if (type == 0 && opc == 1) {
                return op(Kinds.ORR_LSL_X, d, n, m, amount);
            }
            if (type < 2 && opc == 2) {
                return op(type == 0 ? Kinds.EOR_LSL_X : Kinds.EOR_LSR_X, d, n, m, amount);
            }
        }
        return generic(Kinds.DP_REGISTER, word);
    }

    private static long addRegister(int word) {
        boolean is64 = word < 0;
        int d = destination(word & 31);
        int n = word >>> 5 & 31;
        int m = word >>> 16 & 31;
        int amount = word >>> 10 & 0x3F;
        int type = word >>> 22 & 3;
        int opc = word >>> 29 & 3;
        if (amount == 0) {
            int kind = is64
                    ? opc == 0 ? Kinds.ADD_X : opc == 1 ? Kinds.ADDS_X : opc == 2 ? Kinds.SUB_X : Kinds.SUBS_X
                    : opc == 0 ? Kinds.ADD_W : opc == 1 ? Kinds.ADDS_W : opc == 2 ? Kinds.SUB_W : Kinds.SUBS_W;
            return op(kind, d, n, m, 0);
        }
        if (type == 0) {
            if (opc == 0) {
                return op(is64 ? Kinds.ADD_LSL_X : Kinds.ADD_LSL_W, d, n, m, amount);
            }
            if (opc == 2 && is64) {
                return op(Kinds.SUB_LSL_X, d, n, m, amount);
            }
        }
        return generic(Kinds.DP_REGISTER, word);
    }

    private static long addExtended(int word) {
        int n = word >>> 5 & 31;
        int m = word >>> 16 & 31;
        int option = word >>> 13 & 7;
        int shift = word >>> 10 & 7;
        if (word < 0 && (word >>> 29 & 3) == 0 && (option == 6 || option == 2)) {
            return op(
                    option == 6 ? Kinds.ADD_SXTW : Kinds.ADD_UXTW,
                    orStackPointer(word & 31),
                    orStackPointer(n),
                    m,
                    shift);
        }
        return generic(Kinds.DP_REGISTER, word);
    }

    private static long conditionalCompare(int word) {
        boolean is64 = word < 0;
        int n = word >>> 5 & 31;
        int m = word >>> 16 & 31;
        if ((word >>> 30 & 1) == 0) {
            return generic(Kinds.DP_REGISTER, word);
        }
        int kind = (word & 0x800) != 0 ? is64 ? Kinds.CCMPI_X : Kinds.CCMPI_W : is64 ? Kinds.CCMP_X : Kinds.CCMP_W;
        return op(kind, 0, n, m, (word & 15) << 16 | Alu.conditionMask(word >>> 12 & 15));
    }

    /** A hint that is a NOP on this PE. */
    private boolean isPlainHint(int word) {
        int number = word >>> 5 & 0x7F;
        if ((features & Features.PAUTH) != 0 && PointerAuthentication.isHint(number)) {
            return false;
        }
        return number < 2 || number == 6 || number == 7 || number > 17;
    }

    /** Target of a direct branch at pc. */
    static long directTarget(int word, long pc) {
        switch (word >>> 29) {
            case 0:
            case 4:
                return pc + ((long) (word << 6 >> 6) << 2);
            case 1:
            case 5:
                if ((word >>> 25 & 1) != 0) {
                    return pc + ((long) (word << 13 >> 18) << 2);
                }
                return pc + ((long) (word << 8 >> 13) << 2);
            default:
                return pc + ((long) (word << 8 >> 13) << 2);
        }
    }

    /** The base register's index and, for the stack pointer, the mask of bits that must be 0. */
    static int baseMask(int n) {
        return n == 31 ? 15 : 0;
    }

    static int base(int n) {
        return n == 31 ? PeState.SP : n;
    }
}
