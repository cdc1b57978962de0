// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.a64.fp.FloatingPoint;
import dev.spelunk.api.state.PeState;

/**
 * Floating-point instructions of "Advanced SIMD three same", vector and scalar, of the two groups for half
 * precision, and FMLAL and FMLSL.
 */
final class ThreeSameFloat {
    /** U, bit 29 of the instruction, in the opcodes of this class. */
    private static final int U = 1 << 3;
    /** Bit 23 of the instruction, in the opcodes of this class. */
    private static final int A = 1 << 4;

    /** Operations of {@link #lanes} that other groups have as well. */
    static final int MAX_NUMBER = 0;

    static final int MIN_NUMBER = A;
    static final int MULTIPLY_ADD = 1;
    static final int MULTIPLY_SUBTRACT = A | 1;
    static final int ADD = 2;
    static final int MULTIPLY_EXTENDED = 3;
    static final int MULTIPLY = U | 3;
    static final int MAX = 6;
    static final int MIN = A | 6;

    private static final long WORD = 0xFFFFFFFFL;

    private ThreeSameFloat() {}

    static boolean execute(PeState pe, int word, int features) {
        int opcode = opcode(word, word >>> 11 & 7);
        boolean full = (word >>> 30 & 1) != 0;
        boolean doubles = (word >>> 22 & 1) != 0;
        if ((opcode & ~A) == 5 || (opcode & ~A) == (U | 1)) {
            if (doubles || (features & SimdFeatures.FHM) == 0) {
                return false;
            }
            multiplyAddLong(pe, word, full, (opcode & A) != 0, (opcode & U) != 0, -1);
            return true;
        }
        return !(doubles && !full) && hasVector(opcode) && vector(pe, opcode, doubles ? 64 : 32, full, word);
    }

    /** The group for half precision. */
    static boolean executeHalf(PeState pe, int word) {
        int opcode = opcode(word, word >>> 11 & 7);
        return (opcode & ~A) != 5
                && (opcode & ~A) != (U | 1)
                && hasVector(opcode)
                && vector(pe, opcode, 16, (word >>> 30 & 1) != 0, word);
    }

    static boolean executeScalar(PeState pe, int word) {
        return (word >>> 14 & 3) == 3 && scalar(pe, 32 << (word >>> 22 & 1), word);
    }

    /** The scalar group for half precision. */
    static boolean executeScalarHalf(PeState pe, int word) {
        return scalar(pe, 16, word);
    }

    private static int opcode(int word, int low) {
        return low | word >>> 26 & U | word >>> 19 & A;
    }

    private static boolean hasVector(int opcode) {
        switch (opcode) {
            case 0,
                    1,
                    2,
                    3,
                    4,
                    6,
                    7,
                    A,
                    A | 1,
                    A | 2,
                    A | 6,
                    A | 7,
                    U,
                    U | 2,
                    U | 3,
                    U | 4,
                    U | 5,
                    U | 6,
                    U | 7,
                    U | A,
                    U | A | 2,
                    U | A | 4,
                    U | A | 5,
                    U | A | 6:
                return true;
            default:
                return false;
        }
    }

    private static boolean scalar(PeState pe, int width, int word) {
        int opcode = opcode(word, word >>> 11 & 7);
        switch (opcode) {
            case 3, 4, 7, A | 7, U | 4, U | 5, U | A | 2, U | A | 4, U | A | 5:
                break;
            default:
                return false;
        }
        long mask = -1L >>> 64 - width;
        long a = pe.v[2 * (word >>> 5 & 31)] & mask;
        long b = pe.v[2 * (word >>> 16 & 31)] & mask;
        Elements.write(pe.v, word & 31, false, element(pe, opcode, width, 0, a, b), 0);
        return true;
    }

    private static boolean vector(PeState pe, int opcode, int width, boolean full, int word) {
        long[] v = pe.v;
        int d = word & 31;
        int n = word >>> 5 & 31;
        int m = word >>> 16 & 31;
        long low;
        long high = 0;
        if (isPairwise(opcode)) {
            int size = (width >> 5) + 1;
            low = pairs(pe, opcode, size, v[2 * n], full ? v[2 * n + 1] : v[2 * m]);
            high = full ? pairs(pe, opcode, size, v[2 * m], v[2 * m + 1]) : 0;
        } else {
            low = lanes(pe, opcode, width, v[2 * d], v[2 * n], v[2 * m]);
            high = full ? lanes(pe, opcode, width, v[2 * d + 1], v[2 * n + 1], v[2 * m + 1]) : 0;
        }
        Elements.write(v, d, full, low, high);
        return true;
    }

    /** FMAXNMP, FMINNMP, FADDP, FMAXP, FMINP. */
    private static boolean isPairwise(int opcode) {
        switch (opcode) {
            case U, U | A, U | 2, U | 6, U | A | 6:
                return true;
            default:
                return false;
        }
    }

    static long pairs(PeState pe, int opcode, int size, long first, long second) {
        // The same operation without U, but for FADDP, is the one on two registers.
        return lanes(pe, opcode & ~U, 8 << size, 0, Lanes.even(size, first, second), Lanes.odd(size, first, second));
    }

    /** An operation on the elements that one long holds; width is 16, 32 or 64. */
    static long lanes(PeState pe, int opcode, int width, long d, long a, long b) {
        if (width == 64) {
            return element(pe, opcode, 64, d, a, b);
        }
        if (width == 32) {
            long low = element(pe, opcode, 32, d & WORD, a & WORD, b & WORD);
            return low | element(pe, opcode, 32, d >>> 32, a >>> 32, b >>> 32) << 32;
        }
        long result = 0;
        for (int i = 0; i < 64; i += 16) {
            result |= element(pe, opcode, 16, d >>> i & 0xFFFF, a >>> i & 0xFFFF, b >>> i & 0xFFFF) << i;
        }
        return result;
    }

    /** The operation on one element. */
    static long element(PeState pe, int opcode, int width, long d, long a, long b) {
        switch (opcode) {
            case 0:
                return FloatingPoint.maxNumber(pe, width, a, b);
            case A:
                return FloatingPoint.minNumber(pe, width, a, b);
            case 1:
                return FloatingPoint.mulAdd(pe, width, d, a, b);
            case A | 1:
                return FloatingPoint.mulAdd(pe, width, d, FloatingPoint.neg(width, a), b);
            case 2:
                return FloatingPoint.add(pe, width, a, b);
            case A | 2:
                return FloatingPoint.sub(pe, width, a, b);
            case 3:
                return FloatingPoint.mulExtended(pe, width, a, b);
            case U | 3:
                return FloatingPoint.mul(pe, width, a, b);
            case 6:
                return FloatingPoint.max(pe, width, a, b);
            case A | 6:
                return FloatingPoint.min(pe, width, a, b);
            case 7:
                return FloatingPoint.recipStepFused(pe, width, a, b);
            case A | 7:
                return FloatingPoint.rSqrtStepFused(pe, width, a, b);
            case U | 7:
                return FloatingPoint.div(pe, width, a, b);
            case U | A | 2:
                return FloatingPoint.abs(width, FloatingPoint.sub(pe, width, a, b));
            default:
                return truth(width, holds(pe, opcode, width, a, b));
        }
    }

    private static boolean holds(PeState pe, int opcode, int width, long a, long b) {
        switch (opcode) {
            case 4:
                return FloatingPoint.compareEqual(pe, width, a, b);
            case U | 4:
                return FloatingPoint.compareGreaterOrEqual(pe, width, a, b);
            case U | A | 4:
                return FloatingPoint.compareGreater(pe, width, a, b);
            case U | 5:
                return FloatingPoint.compareGreaterOrEqual(
                        pe, width, FloatingPoint.abs(width, a), FloatingPoint.abs(width, b));
            default:
                return FloatingPoint.compareGreater(
                        pe, width, FloatingPoint.abs(width, a), FloatingPoint.abs(width, b));
        }
    }

    /** All ones or zero in an element. */
    static long truth(int width, boolean holds) {
        return holds ? -1L >>> 64 - width : 0;
    }

    /**
     * FMLAL, FMLAL2, FMLSL, FMLSL2: products of half precision added to single precision.
     *
     * @param upper whether the upper half of the half-precision elements is taken
     * @param index the element of register m that multiplies all elements, or -1
     */
    static void multiplyAddLong(PeState pe, int word, boolean full, boolean subtract, boolean upper, int index) {
        long[] v = pe.v;
        int d = word & 31;
        int n = word >>> 5 & 31;
        int m = index < 0 ? word >>> 16 & 31 : word >>> 16 & 15;
        int first = upper ? full ? 4 : 2 : 0;
        long low = 0;
        long high = 0;
        for (int e = 0; e < (full ? 4 : 2); e++) {
            long a = Elements.get(v, n, 1, first + e);
            long b = Elements.get(v, m, 1, index < 0 ? first + e : index);
            long addend = Elements.get(v, d, 2, e);
            long sum = FloatingPoint.mulAddHalfToSingle(pe, addend, subtract ? FloatingPoint.neg(16, a) : a, b)
                    << 32 * (e & 1);
            if (e < 2) {
                low |= sum;
            } else {
                high |= sum;
            }
        }
        Elements.write(v, d, full, low, high);
    }
}
