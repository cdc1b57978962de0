// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;
import static dev.spelunk.a64.integer.DataProcessingImmediate.orStackPointer;

import dev.spelunk.a64.fp.FrequentOperations;
import dev.spelunk.a64.fp.ScalarFloatingPoint;
import dev.spelunk.a64.integer.Alu;
import dev.spelunk.a64.integer.DataProcessingImmediate;
import dev.spelunk.a64.simd.AdvancedSimd;
import dev.spelunk.api.state.PeState;

/**
 * Decodes instruction words to the operations of {@link Kinds}. Whatever is not frequent becomes one of the
 * generic kinds, whose meaning {@link Instructions} gives; so does everything that is not allocated.
 */
final class Decoder {
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
        int group = word >>> 25 & 15;
        if (group == 10 || group == 11) {
            boolean readsRegister = (word & 0xFFF00000) == 0xD5300000;
            boolean hint = (word & 0xFFFFF01F) == 0xD503201F;
            return !readsRegister && !hint;
        }
        return !((group & 5) == 4 || (group & 5) == 5);
    }

    /** Decodes one word at pc. */
    long decode(int word, long pc) {
        switch (word >>> 25 & 15) {
            case 8:
            case 9:
                return immediate(word, pc);
            case 5:
            case 13:
                return register(word);
            case 10:
            case 11:
                return branch(word);
            case 4:
            case 12:
                return MemoryDecoder.decode(word);
            case 6:
            case 14:
                return MemoryDecoder.vector(word);
            case 7:
            case 15:
                return vector(word);
            default:
                return op(Kinds.SLOW, 0, 0, 0, 0);
        }
    }

    /** Data processing on the SIMD&FP registers. */
    private static long vector(int word) {
        if (!ScalarFloatingPoint.matches(word)) {
            int group = AdvancedSimd.group(word);
            return op(group == 0 ? Kinds.SLOW : Kinds.SIMD, 0, 0, group, word);
        }
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

    private long immediate(int word, long pc) {
        boolean is64 = word < 0;
        int d = word & 31;
        int n = word >>> 5 & 31;
        switch (word >>> 23 & 7) {
            case 0:
            case 1:
                return constant(destination(d), DataProcessingImmediate.pcRelative(word, pc));
            case 2:
                return addSubtract(word, is64, d, n);
            case 4:
                return logical(word, is64, d, n);
            case 5:
                return moveWide(word, is64, d);
            case 6:
                return bitfield(word, is64, d, n);
            default:
                return generic(Kinds.DP_IMMEDIATE, word);
        }
    }

    private static long addSubtract(int word, boolean is64, int d, int n) {
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

    private long logical(int word, boolean is64, int d, int n) {
        int imms = word >>> 10 & 0x3F;
        int top = word >>> 22 & 1;
        if (!Alu.validBitMask(is64, top, imms)) {
            return generic(Kinds.DP_IMMEDIATE, word);
        }
        long mask = Alu.bitMask(top, word >>> 16 & 0x3F, imms);
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

    private long moveWide(int word, boolean is64, int d) {
        int opc = word >>> 29 & 3;
        int shift = (word >>> 21 & 3) << 4;
        if (opc == 1 || !is64 && (shift > 16 || opc == 3)) {
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

    private static long bitfield(int word, boolean is64, int d, int n) {
        int opc = word >>> 29 & 3;
        int immr = word >>> 16 & 0x3F;
        int imms = word >>> 10 & 0x3F;
        int width = is64 ? 64 : 32;
        if (opc == 1 || opc == 3 || is64 != ((word >>> 22 & 1) != 0) || immr >= width || imms >= width) {
            return generic(Kinds.DP_IMMEDIATE, word);
        }
        d = destination(d);
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

    private static long register(int word) {
        boolean is64 = word < 0;
        int d = destination(word & 31);
        int n = word >>> 5 & 31;
        int m = word >>> 16 & 31;
        int group = word >>> 21 & 15;
        if ((word >>> 28 & 1) == 0) {
            if (group < 8) {
                return logicalRegister(word, is64, d, n, m);
            }
            return (group & 1) == 0 ? addSubtractRegister(word, is64, d, n, m) : addSubtractExtended(word, is64, n, m);
        }
        int opc = word >>> 29 & 3;
        switch (group) {
            case 2:
                return conditionalCompare(word, is64, n, m);
            case 4:
                if (opc == 0 && (word & 0x800) == 0) {
                    boolean increment = (word & 0x400) != 0;
                    int kind = increment ? is64 ? Kinds.CSINC_X : Kinds.CSINC_W : is64 ? Kinds.CSEL_X : Kinds.CSEL_W;
                    return op(kind, d, n, m, Alu.conditionMask(word >>> 12 & 15));
                }
                break;
            case 6:
                if (opc == 0) {
                    int kind = variableShift(word >>> 10 & 0x3F, is64);
                    if (kind >= 0) {
                        return op(kind, d, n, m, 0);
                    }
                }
                break;
            case 8:
                if (opc == 0) {
                    boolean subtract = (word & 0x8000) != 0;
                    int kind = subtract ? is64 ? Kinds.MSUB_X : Kinds.MSUB_W : is64 ? Kinds.MADD_X : Kinds.MADD_W;
                    return op(kind, d, n, m, word >>> 10 & 31);
                }
                break;
            case 9:
            case 13:
                if (opc == 0 && is64 && (word & 0x8000) == 0) {
                    return op(group == 9 ? Kinds.SMADDL : Kinds.UMADDL, d, n, m, word >>> 10 & 31);
                }
                break;
            default:
                break;
        }
        return generic(Kinds.DP_REGISTER, word);
    }

    private static int variableShift(int opcode, boolean is64) {
        switch (opcode) {
            case 8:
                return is64 ? Kinds.LSLV_X : Kinds.LSLV_W;
            case 9:
                return is64 ? Kinds.LSRV_X : Kinds.LSRV_W;
            case 10:
                return is64 ? Kinds.ASRV_X : Kinds.ASRV_W;
            default:
                return -1;
        }
    }

    private static long logicalRegister(int word, boolean is64, int d, int n, int m) {
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

    private static long addSubtractRegister(int word, boolean is64, int d, int n, int m) {
        int amount = word >>> 10 & 0x3F;
        int type = word >>> 22 & 3;
        int opc = word >>> 29 & 3;
        if (amount == 0 && type != 3) {
            int kind = is64
                    ? opc == 0 ? Kinds.ADD_X : opc == 1 ? Kinds.ADDS_X : opc == 2 ? Kinds.SUB_X : Kinds.SUBS_X
                    : opc == 0 ? Kinds.ADD_W : opc == 1 ? Kinds.ADDS_W : opc == 2 ? Kinds.SUB_W : Kinds.SUBS_W;
            return op(kind, d, n, m, 0);
        }
        if (type == 0 && (is64 || amount < 32)) {
            if (opc == 0) {
                return op(is64 ? Kinds.ADD_LSL_X : Kinds.ADD_LSL_W, d, n, m, amount);
            }
            if (opc == 2 && is64) {
                return op(Kinds.SUB_LSL_X, d, n, m, amount);
            }
        }
        return generic(Kinds.DP_REGISTER, word);
    }

    private static long addSubtractExtended(int word, boolean is64, int n, int m) {
        int option = word >>> 13 & 7;
        int shift = word >>> 10 & 7;
        if (is64 && shift <= 4 && (word >>> 22 & 3) == 0 && (word >>> 29 & 3) == 0 && (option == 6 || option == 2)) {
            return op(
                    option == 6 ? Kinds.ADD_SXTW : Kinds.ADD_UXTW,
                    orStackPointer(word & 31),
                    orStackPointer(n),
                    m,
                    shift);
        }
        return generic(Kinds.DP_REGISTER, word);
    }

    private static long conditionalCompare(int word, boolean is64, int n, int m) {
        if ((word & 0x10) != 0 || (word & 0x400) != 0 || (word >>> 29 & 3) != 3) {
            return generic(Kinds.DP_REGISTER, word);
        }
        int kind = (word & 0x800) != 0 ? is64 ? Kinds.CCMPI_X : Kinds.CCMPI_W : is64 ? Kinds.CCMP_X : Kinds.CCMP_W;
        return op(kind, 0, n, m, (word & 15) << 16 | Alu.conditionMask(word >>> 12 & 15));
    }

    private long branch(int word) {
        int t = word & 31;
        switch (word >>> 29) {
            case 0:
                return op(Kinds.B, 0, 0, 0, 0);
            case 4:
                return op(Kinds.BL, 0, 0, 0, 0);
            case 1:
            case 5:
                if ((word >>> 25 & 1) != 0) {
                    int bit = (word >>> 31) << 5 | word >>> 19 & 31;
                    return op((word >>> 24 & 1) == 0 ? Kinds.TBZ : Kinds.TBNZ, 0, t, bit, 0);
                }
                if ((word >>> 24 & 1) == 0) {
                    return op(word < 0 ? Kinds.CBZ_X : Kinds.CBZ_W, 0, t, 0, 0);
                }
                return op(word < 0 ? Kinds.CBNZ_X : Kinds.CBNZ_W, 0, t, 0, 0);
            case 2:
                if ((word & 0xFF000010) == 0x54000000) {
                    return op(Kinds.B_COND, 0, 0, 0, Alu.conditionMask(word & 15));
                }
                return op(Kinds.SLOW, 0, 0, 0, 0);
            default:
                break;
        }
        int n = word >>> 5 & 31;
        switch (word & 0xFFFFFC1F) {
            case 0xD61F0000:
            case 0xD65F0000:
                return op(Kinds.BR, 0, n, 0, 0);
            case 0xD63F0000:
                return op(Kinds.BLR, 0, n, 0, 0);
            default:
                break;
        }
        boolean barrier = (word & 0xFFFFF0DF) == 0xD503309F;
        return op(barrier || isPlainHint(word) ? Kinds.NOP : Kinds.SLOW, 0, 0, 0, 0);
    }

    /** A hint that is a NOP on this PE. */
    private boolean isPlainHint(int word) {
        if ((word & 0xFFFFF01F) != 0xD503201F) {
            return false;
        }
        int number = word >>> 5 & 0x7F;
        if ((features & Features.PAUTH) != 0 && PointerAuthentication.isHint(number)) {
            return false;
        }
        return number < 2 || number == 6 || number == 7 || number > 17;
    }

    /** Target of a direct branch at pc, in the encodings that {@link #branch} makes direct. */
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
