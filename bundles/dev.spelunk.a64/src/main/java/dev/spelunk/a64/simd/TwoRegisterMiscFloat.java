// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.a64.fp.FloatingPoint;
import dev.spelunk.api.state.PeState;

/**
 * Floating-point instructions of "Advanced SIMD two-register miscellaneous", vector and scalar, and of the two
 * groups for half precision.
 */
final class TwoRegisterMiscFloat {
    private static final int U = 1 << 5;
    /** Bit 23 of the instruction, in the opcodes of this class. */
    private static final int A = 1 << 6;

    private TwoRegisterMiscFloat() {}

    static boolean execute(PeState pe, int word, int features) {
        int opcode = opcode(word);
        boolean full = (word >>> 30 & 1) != 0;
        int width = 32 << (word >>> 22 & 1);
        switch (opcode) {
            case 22, 23, U | 22:
                return convertWidth(pe, opcode, word);
            case A | 28, A | U | 28:
                return width == 32 && estimateIntegers(pe, opcode, word, full);
            case 30, 31, U | 30, U | 31:
                if ((features & SimdFeatures.FRINTTS) == 0) {
                    return false;
                }
                break;
            default:
                break;
        }
        return !(width == 64 && !full) && hasOpcode(opcode) && vector(pe, opcode, width, full, word);
    }

    /** The group for half precision. */
    static boolean executeHalf(PeState pe, int word) {
        int opcode = opcode(word);
        return hasOpcode(opcode)
                && (opcode & 31) != 30
                && (opcode & (A | 31)) != 31
                && vector(pe, opcode, 16, (word >>> 30 & 1) != 0, word);
    }

    static boolean executeScalar(PeState pe, int word) {
        int opcode = opcode(word);
        if (opcode == (U | 22)) {
            if ((word >>> 22 & 1) == 0) {
                return false;
            }
            Elements.write(pe.v, word & 31, false, FloatingPoint.convertToOdd(pe, pe.v[2 * (word >>> 5 & 31)]), 0);
            return true;
        }
        return scalar(pe, opcode, 32 << (word >>> 22 & 1), word);
    }

    /** The scalar group for half precision. */
    static boolean executeScalarHalf(PeState pe, int word) {
        return scalar(pe, opcode(word), 16, word);
    }

    private static int opcode(int word) {
        return word >>> 12 & 31 | word >>> 24 & U | word >>> 17 & A;
    }

    private static boolean scalar(PeState pe, int opcode, int width, int word) {
        long a = pe.v[2 * (word >>> 5 & 31)];
        long result;
        if (opcode == (A | 31)) {
            result = FloatingPoint.recpX(pe, width, a);
        } else if (hasScalar(opcode)) {
            result = element(pe, opcode, width, a);
        } else {
            return false;
        }
        Elements.write(pe.v, word & 31, false, result, 0);
        return true;
    }

    private static boolean hasScalar(int opcode) {
        switch (opcode & (A | 31)) {
            case A | 12, A | 13, 26, 27, 28, 29, A | 26, A | 27, A | 29:
                return true;
            case A | 14:
                return (opcode & U) == 0;
            default:
                return false;
        }
    }

    private static boolean hasOpcode(int opcode) {
        switch (opcode & (A | 31)) {
            case A | 12, A | 13, A | 15, 24, 25, 26, 27, 28, 29, 30, 31, A | 25, A | 26, A | 27, A | 29:
                return true;
            case A | 14, A | 24:
                return (opcode & U) == 0;
            case A | 31:
                return (opcode & U) != 0;
            default:
                return false;
        }
    }

    private static boolean vector(PeState pe, int opcode, int width, boolean full, int word) {
        long[] v = pe.v;
        int d = word & 31;
        int n = word >>> 5 & 31;
        long low = lanes(pe, opcode, width, v[2 * n]);
        Elements.write(v, d, full, low, full ? lanes(pe, opcode, width, v[2 * n + 1]) : 0);
        return true;
    }

    private static long lanes(PeState pe, int opcode, int width, long a) {
        if (width == 64) {
            return element(pe, opcode, 64, a);
        }
        long result = 0;
        for (int i = 0; i < 64; i += width) {
            result |= element(pe, opcode, width, a >>> i & -1L >>> 64 - width) << i;
        }
        return result;
    }

    private static long element(PeState pe, int opcode, int width, long a) {
        switch (opcode) {
            case A | 12:
                return ThreeSameFloat.truth(width, FloatingPoint.compareGreater(pe, width, a, 0));
            case A | U | 12:
                return ThreeSameFloat.truth(width, FloatingPoint.compareGreaterOrEqual(pe, width, a, 0));
            case A | 13:
                return ThreeSameFloat.truth(width, FloatingPoint.compareEqual(pe, width, a, 0));
            case A | U | 13:
                return ThreeSameFloat.truth(width, FloatingPoint.compareGreaterOrEqual(pe, width, 0, a));
            case A | 14:
                return ThreeSameFloat.truth(width, FloatingPoint.compareGreater(pe, width, 0, a));
            case A | 15:
                return FloatingPoint.abs(width, a);
            case A | U | 15:
                return FloatingPoint.neg(width, a);
            case A | 29:
                return FloatingPoint.recipEstimate(pe, width, a);
            case A | U | 29:
                return FloatingPoint.rSqrtEstimate(pe, width, a);
            case A | U | 31:
                return FloatingPoint.sqrt(pe, width, a);
            case 29:
                return FloatingPoint.fromFixed(pe, width, a << 64 - width >> 64 - width, 0, false);
            case U | 29:
                return FloatingPoint.fromFixed(pe, width, a & -1L >>> 64 - width, 0, true);
            default:
                return round(pe, opcode, width, a);
        }
    }

    /** FRINT and FCVT to integers. */
    private static long round(PeState pe, int opcode, int width, long a) {
        boolean u = (opcode & U) != 0;
        switch (opcode & (A | 31)) {
            case 24:
                return FloatingPoint.roundToIntegral(
                        pe, width, a, u ? FloatingPoint.TIES_TO_AWAY : FloatingPoint.TIES_TO_EVEN, false);
            case 25:
                return FloatingPoint.roundToIntegral(
                        pe, width, a, u ? FloatingPoint.roundingMode(pe) : FloatingPoint.TO_MINUS_INFINITY, u);
            case A | 24:
                return FloatingPoint.roundToIntegral(pe, width, a, FloatingPoint.TO_PLUS_INFINITY, false);
            case A | 25:
                return FloatingPoint.roundToIntegral(
                        pe, width, a, u ? FloatingPoint.roundingMode(pe) : FloatingPoint.TO_ZERO, false);
            case 26:
                return FloatingPoint.toFixed(pe, width, a, 0, u, FloatingPoint.TIES_TO_EVEN, width);
            case 27:
                return FloatingPoint.toFixed(pe, width, a, 0, u, FloatingPoint.TO_MINUS_INFINITY, width);
            case 28:
                return FloatingPoint.toFixed(pe, width, a, 0, u, FloatingPoint.TIES_TO_AWAY, width);
            case A | 26:
                return FloatingPoint.toFixed(pe, width, a, 0, u, FloatingPoint.TO_PLUS_INFINITY, width);
            case A | 27:
                return FloatingPoint.toFixed(pe, width, a, 0, u, FloatingPoint.TO_ZERO, width);
            default:
                return FloatingPoint.roundToIntegralOfSize(
                        pe,
                        width,
                        a,
                        u ? FloatingPoint.roundingMode(pe) : FloatingPoint.TO_ZERO,
                        (opcode & 31) == 30 ? 32 : 64);
        }
    }

    /** FCVTN, FCVTL, FCVTXN and their forms for the upper half. */
    private static boolean convertWidth(PeState pe, int opcode, int word) {
        long[] v = pe.v;
        int d = word & 31;
        int n = word >>> 5 & 31;
        int half = word >>> 30 & 1;
        boolean doubles = (word >>> 22 & 1) != 0;
        if (opcode == 23) {
            long a = v[2 * n + half];
            v[2 * d] = lengthen(pe, doubles, a);
            v[2 * d + 1] = lengthen(pe, doubles, a >>> 32);
            return true;
        }
        boolean odd = opcode == (U | 22);
        if (odd && !doubles) {
            return false;
        }
        long low = shorten(pe, doubles, odd, v[2 * n]);
        ThreeDifferent.writeNarrow(v, d, half, low | shorten(pe, doubles, odd, v[2 * n + 1]) << 32);
        return true;
    }

    private static long lengthen(PeState pe, boolean doubles, long a) {
        if (doubles) {
            return FloatingPoint.convert(pe, 32, 64, a & 0xFFFFFFFFL);
        }
        long low = FloatingPoint.convert(pe, 16, 32, a & 0xFFFF);
        return low | FloatingPoint.convert(pe, 16, 32, a >>> 16 & 0xFFFF) << 32;
    }

    private static long shorten(PeState pe, boolean doubles, boolean odd, long a) {
        if (doubles) {
            return odd ? FloatingPoint.convertToOdd(pe, a) : FloatingPoint.convert(pe, 64, 32, a);
        }
        long low = FloatingPoint.convert(pe, 32, 16, a & 0xFFFFFFFFL);
        return low | FloatingPoint.convert(pe, 32, 16, a >>> 32) << 16;
    }

    /** URECPE and URSQRTE. */
    private static boolean estimateIntegers(PeState pe, int opcode, int word, boolean full) {
        long[] v = pe.v;
        int d = word & 31;
        int n = word >>> 5 & 31;
        boolean root = (opcode & U) != 0;
        long low = estimate(root, v[2 * n]);
        Elements.write(v, d, full, low, full ? estimate(root, v[2 * n + 1]) : 0);
        return true;
    }

    private static long estimate(boolean root, long a) {
        int low = (int) a;
        int high = (int) (a >>> 32);
        return root
                ? FloatingPoint.unsignedRSqrtEstimate(low) & 0xFFFFFFFFL
                        | (long) FloatingPoint.unsignedRSqrtEstimate(high) << 32
                : FloatingPoint.unsignedRecipEstimate(low) & 0xFFFFFFFFL
                        | (long) FloatingPoint.unsignedRecipEstimate(high) << 32;
    }
}
