// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.state.PeState;

/**
 * The scalar floating-point instructions (DDI 0487, C4.1, Data Processing -- Scalar Floating-Point and Advanced
 * SIMD).
 */
public final class ScalarFloatingPoint {
    private ScalarFloatingPoint() {}

    /**
     * Executes one instruction, access to the registers having been checked.
     *
     * @param features see {@link FpFeatures}
     * @return whether the encoding is allocated; if not, nothing has changed
     */
    public static boolean execute(PeState pe, int word, int features) {
        int size = size(word >>> 22 & 3);
        if ((word & 1 << 29) != 0) {
            return false;
        }
        if ((word & 1 << 24) != 0) {
            return word >= 0 && exists(size, features) && threeSource(pe, word, size);
        }
        if ((word & 1 << 21) == 0) {
            return exists(size, features) && ScalarConversions.fixedPoint(pe, word, size);
        }
        if ((word >>> 10 & 3) != 0) {
            if (word < 0 || !exists(size, features)) {
                return false;
            }
            switch (word >>> 10 & 3) {
                case 1:
                    return conditionalCompare(pe, word, size);
                case 2:
                    return twoSource(pe, word, size);
                default:
                    return conditionalSelect(pe, word, size);
            }
        }
        switch (Integer.numberOfTrailingZeros(word >>> 12 & 15)) {
            case 0:
                return word >= 0 && exists(size, features) && immediate(pe, word, size);
            case 1:
                return word >= 0 && exists(size, features) && compare(pe, word, size);
            case 2:
                return word >= 0 && oneSource(pe, word, size, features);
            case 3:
                return false;
            default:
                return ScalarConversions.integer(pe, word, size, features);
        }
    }

    /** The size that ptype says; 0 where it says none. */
    private static int size(int ptype) {
        return ptype == 0 ? 32 : ptype == 1 ? 64 : ptype == 3 ? 16 : 0;
    }

    static boolean exists(int size, int features) {
        return size != 0 && (size != 16 || (features & FpFeatures.FP16) != 0);
    }

    /** A register as an operand: only its low bits count. */
    static long operand(PeState pe, int register) {
        return pe.v[register << 1];
    }

    /** Writes a result, zero-extended to the whole register. */
    static void result(PeState pe, int register, long value) {
        pe.v[register << 1] = value;
        pe.v[(register << 1) + 1] = 0;
    }

    /** Floating-point data-processing (3 source). */
    private static boolean threeSource(PeState pe, int word, int size) {
        long n = operand(pe, word >>> 5 & 31);
        long m = operand(pe, word >>> 16 & 31);
        long a = operand(pe, word >>> 10 & 31);
        boolean negateAddend = (word & 1 << 21) != 0;
        boolean negateProduct = (word & 1 << 15) != 0 != negateAddend;
        long factor = negateProduct ? n ^ Format.sign(size) : n;
        long addend = negateAddend ? a ^ Format.sign(size) : a;
        result(pe, word & 31, FloatingPoint.mulAdd(pe, size, addend, factor, m));
        return true;
    }

    /** Floating-point data-processing (2 source). */
    private static boolean twoSource(PeState pe, int word, int size) {
        int opcode = word >>> 12 & 15;
        if (opcode > 8) {
            return false;
        }
        long n = operand(pe, word >>> 5 & 31);
        long m = operand(pe, word >>> 16 & 31);
        result(pe, word & 31, twoSource(pe, opcode, size, n, m));
        return true;
    }

    private static long twoSource(PeState pe, int opcode, int size, long n, long m) {
        switch (opcode) {
            case 0:
                return FloatingPoint.mul(pe, size, n, m);
            case 1:
                return FloatingPoint.div(pe, size, n, m);
            case 2:
                return FloatingPoint.add(pe, size, n, m);
            case 3:
                return FloatingPoint.sub(pe, size, n, m);
            case 4:
                return FloatingPoint.max(pe, size, n, m);
            case 5:
                return FloatingPoint.min(pe, size, n, m);
            case 6:
                return FloatingPoint.maxNumber(pe, size, n, m);
            case 7:
                return FloatingPoint.minNumber(pe, size, n, m);
            default:
                return FloatingPoint.neg(size, FloatingPoint.mul(pe, size, n, m));
        }
    }

    /** Floating-point data-processing (1 source). */
    private static boolean oneSource(PeState pe, int word, int size, int features) {
        int opcode = word >>> 15 & 0x3F;
        long n = operand(pe, word >>> 5 & 31);
        if (opcode >= 4 && opcode < 8) {
            int to = size(opcode & 3);
            if (size == 0 || to == 0 || to == size) {
                return false;
            }
            result(pe, word & 31, FloatingPoint.convert(pe, size, to, n));
            return true;
        }
        boolean ofSize = opcode >= 0x10;
        if (opcode == 13
                || opcode > 0x13
                || !exists(size, features)
                || ofSize && (size == 16 || (features & FpFeatures.FRINTTS) == 0)) {
            return false;
        }
        result(
                pe,
                word & 31,
                opcode < 4
                        ? oneSource(pe, opcode, size, n)
                        : ofSize ? roundOfSize(pe, opcode & 3, size, n) : round(pe, opcode & 7, size, n));
        return true;
    }

    private static long oneSource(PeState pe, int opcode, int size, long n) {
        switch (opcode) {
            case 0:
                return Format.raw(size, n);
            case 1:
                return FloatingPoint.abs(size, n);
            case 2:
                return FloatingPoint.neg(size, n);
            default:
                return FloatingPoint.sqrt(pe, size, n);
        }
    }

    /** FRINTN, FRINTP, FRINTM, FRINTZ, FRINTA, FRINTX and FRINTI. */
    private static long round(PeState pe, int mode, int size, long n) {
        int rounding = mode <= 4 ? mode : FloatingPoint.roundingMode(pe);
        return FloatingPoint.roundToIntegral(pe, size, n, rounding, mode == 6);
    }

    /** FRINT32Z, FRINT32X, FRINT64Z and FRINT64X. */
    private static long roundOfSize(PeState pe, int opcode, int size, long n) {
        int rounding = (opcode & 1) == 0 ? FloatingPoint.TO_ZERO : FloatingPoint.roundingMode(pe);
        return FloatingPoint.roundToIntegralOfSize(pe, size, n, rounding, opcode < 2 ? 32 : 64);
    }

    /** Floating-point compare. */
    private static boolean compare(PeState pe, int word, int size) {
        if ((word & 0xC007) != 0) {
            return false;
        }
        long m = (word & 8) != 0 ? 0 : operand(pe, word >>> 16 & 31);
        pe.nzcv = FloatingPoint.compare(pe, size, operand(pe, word >>> 5 & 31), m, (word & 16) != 0);
        return true;
    }

    /** Floating-point conditional compare. */
    private static boolean conditionalCompare(PeState pe, int word, int size) {
        if (!holds(word >>> 12 & 15, pe.nzcv)) {
            pe.nzcv = word & 15;
            return true;
        }
        pe.nzcv = FloatingPoint.compare(
                pe, size, operand(pe, word >>> 5 & 31), operand(pe, word >>> 16 & 31), (word & 16) != 0);
        return true;
    }

    /** Floating-point conditional select. */
    private static boolean conditionalSelect(PeState pe, int word, int size) {
        int source = holds(word >>> 12 & 15, pe.nzcv) ? word >>> 5 & 31 : word >>> 16 & 31;
        result(pe, word & 31, Format.raw(size, operand(pe, source)));
        return true;
    }

    /** Floating-point immediate. */
    private static boolean immediate(PeState pe, int word, int size) {
        if ((word >>> 5 & 31) != 0) {
            return false;
        }
        result(pe, word & 31, expandImmediate(size, word >>> 13 & 0xFF));
        return true;
    }

    /** VFPExpandImm: the number of that size that eight bits stand for. */
    public static long expandImmediate(int size, int imm8) {
        int f = Format.fractionBits(size);
        long exponent = (imm8 & 0x40) != 0 ? (1L << size - f - 4) - 1 << 2 : 1L << size - f - 2;
        return (imm8 >>> 7 & 1L) << size - 1 | (exponent | imm8 >>> 4 & 3) << f | (imm8 & 15L) << f - 4;
    }

    /** ConditionHolds. */
    private static boolean holds(int condition, int nzcv) {
        boolean holds;
        switch (condition >> 1) {
            case 0:
                holds = (nzcv & 4) != 0;
                break;
            case 1:
                holds = (nzcv & 2) != 0;
                break;
            case 2:
                holds = (nzcv & 8) != 0;
                break;
            case 3:
                holds = (nzcv & 1) != 0;
                break;
            case 4:
                holds = (nzcv & 6) == 2;
                break;
            case 5:
                holds = (nzcv >>> 3 & 1) == (nzcv & 1);
                break;
            case 6:
                holds = (nzcv >>> 3 & 1) == (nzcv & 1) && (nzcv & 4) == 0;
                break;
            default:
                return true;
        }
        return holds == ((condition & 1) == 0);
    }
}
