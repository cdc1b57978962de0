// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/**
 * Arithmetic in integers, for every size, rounding mode and operand. Significands have their leading bit in
 * bit 63; what is lost below bit 0 is kept as a set bit 0.
 */
final class SoftArithmetic {
    private SoftArithmetic() {}

    /** FPAdd. */
    static long add(PeState pe, int size, long op1, long op2) {
        long a = Format.operand(pe, size, op1);
        long b = Format.operand(pe, size, op2);
        if (Format.isNaN(size, a) || Format.isNaN(size, b)) {
            return Format.processNaNs(pe, size, a, b);
        }
        if (Format.isInfinity(size, a)) {
            return Format.isInfinity(size, b) && a != b ? Format.invalid(pe, size) : a;
        }
        if (Format.isInfinity(size, b)) {
            return b;
        }
        boolean zeroA = Format.isZero(size, a);
        boolean zeroB = Format.isZero(size, b);
        if (zeroA || zeroB) {
            return zeroA && zeroB ? zeroSum(pe, size, a, b) : zeroA ? b : a;
        }
        if (Format.magnitude(size, a) < Format.magnitude(size, b)) {
            long swap = a;
            a = b;
            b = swap;
        }
        return addOrdered(pe, size, a, b);
    }

    /** The sum of finite numbers other than zero, the first of no lesser magnitude. */
    private static long addOrdered(PeState pe, int size, long a, long b) {
        boolean negative = (a & Format.sign(size)) != 0;
        int exponent = Format.exponent(size, a);
        long large = Format.significand(size, a) >>> 1;
        long small = shiftRight(Format.significand(size, b) >>> 1, exponent - Format.exponent(size, b));
        boolean subtract = ((a ^ b) & Format.sign(size)) != 0;
        long sum = subtract ? large - small : large + small;
        if (sum == 0) {
            return exactZero(pe, size);
        }
        int shift = Long.numberOfLeadingZeros(sum);
        return Rounding.round(pe, size, negative, exponent + 1 - shift, sum << shift);
    }

    /** The sum of two zeros. */
    private static long zeroSum(PeState pe, int size, long a, long b) {
        return a == b ? a : exactZero(pe, size);
    }

    /** The zero of a sum whose terms cancel. */
    private static long exactZero(PeState pe, int size) {
        return FloatingPoint.roundingMode(pe) == FloatingPoint.TO_MINUS_INFINITY ? Format.sign(size) : 0;
    }

    /** Shifts right, a set bit that is lost staying as bit 0. */
    private static long shiftRight(long value, int shift) {
        if (shift >= 64) {
            return value == 0 ? 0 : 1;
        }
        long out = value >>> shift;
        return shift != 0 && value << 64 - shift != 0 ? out | 1 : out;
    }

    /** FPMul, and FPMulX when extended. */
    static long mul(PeState pe, int size, long op1, long op2, boolean extended) {
        long a = Format.operand(pe, size, op1);
        long b = Format.operand(pe, size, op2);
        if (Format.isNaN(size, a) || Format.isNaN(size, b)) {
            return Format.processNaNs(pe, size, a, b);
        }
        long sign = (a ^ b) & Format.sign(size);
        boolean zero = Format.isZero(size, a) || Format.isZero(size, b);
        if (Format.isInfinity(size, a) || Format.isInfinity(size, b)) {
            if (zero) {
                return extended ? sign | Format.two(size) : Format.invalid(pe, size);
            }
            return sign | Format.infinity(size);
        }
        if (zero) {
            return sign;
        }
        long s = Format.significand(size, a);
        long t = Format.significand(size, b);
        long high = multiplyHigh(s, t);
        long product = s * t != 0 ? high | 1 : high;
        int exponent = Format.exponent(size, a) + Format.exponent(size, b);
        return high < 0
                ? Rounding.round(pe, size, sign != 0, exponent + 1, product)
                : Rounding.round(pe, size, sign != 0, exponent, high << 1 | s * t >>> 63 | (s * t << 1 != 0 ? 1 : 0));
    }

    /** High half of the unsigned product. */
    private static long multiplyHigh(long a, long b) {
        return Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
    }

    /** FPDiv. */
    static long div(PeState pe, int size, long op1, long op2) {
        long a = Format.operand(pe, size, op1);
        long b = Format.operand(pe, size, op2);
        if (Format.isNaN(size, a) || Format.isNaN(size, b)) {
            return Format.processNaNs(pe, size, a, b);
        }
        long sign = (a ^ b) & Format.sign(size);
        boolean infinite = Format.isInfinity(size, a);
        if (infinite ? Format.isInfinity(size, b) : Format.isZero(size, a) && Format.isZero(size, b)) {
            return Format.invalid(pe, size);
        }
        if (infinite || Format.isZero(size, b)) {
            if (!infinite) {
                Format.raise(pe, FPSR.DZC);
            }
            return sign | Format.infinity(size);
        }
        if (Format.isZero(size, a) || Format.isInfinity(size, b)) {
            return sign;
        }
        int exponent = Format.exponent(size, a) - Format.exponent(size, b);
        return divideSignificands(
                pe, size, sign != 0, exponent, Format.significand(size, a), Format.significand(size, b));
    }

    /**
     * The quotient of significands of at most 53 bits: the host's correctly rounded one, corrected by the sign
     * of its exact remainder.
     */
    private static long divideSignificands(PeState pe, int size, boolean negative, int exponent, long a, long b) {
        long bits = Double.doubleToRawLongBits(unit(a) / unit(b));
        int scale = (int) (bits >>> 52) - 1023;
        long quotient = bits & (1L << 52) - 1 | 1L << 52;
        long divisor = b >>> 11;
        long productHigh = Math.multiplyHigh(quotient, divisor);
        long product = quotient * divisor;
        long dividend = a >>> 11;
        int shift = 52 - scale;
        int order = compare(productHigh, product, dividend >>> 64 - shift, dividend << shift);
        return Rounding.round(pe, size, negative, exponent + scale, adjust(quotient << 11, order));
    }

    /** A significand as a number from 1 to less than 2. */
    private static double unit(long significand) {
        return Double.longBitsToDouble(1023L << 52 | significand << 1 >>> 12);
    }

    private static int compare(long high1, long low1, long high2, long low2) {
        return high1 != high2 ? Long.compareUnsigned(high1, high2) : Long.compareUnsigned(low1, low2);
    }

    /** A significand whose square or product is so related to the exact one, with what is lost in its low bits. */
    private static long adjust(long significand, int order) {
        return order < 0 ? significand | 1 : order > 0 ? significand - 1 : significand;
    }

    /** FPSqrt. */
    static long sqrt(PeState pe, int size, long op) {
        long a = Format.operand(pe, size, op);
        if (Format.isNaN(size, a)) {
            return Format.processNaN(pe, size, a);
        }
        if (Format.isZero(size, a)) {
            return a;
        }
        if ((a & Format.sign(size)) != 0) {
            return Format.invalid(pe, size);
        }
        if (Format.isInfinity(size, a)) {
            return a;
        }
        int exponent = Format.exponent(size, a);
        long significand = Format.significand(size, a);
        int odd = exponent & 1;
        double radicand = odd == 0 ? unit(significand) : 2 * unit(significand);
        long root = Double.doubleToRawLongBits(Math.sqrt(radicand)) & (1L << 52) - 1 | 1L << 52;
        long dividend = significand >>> 11;
        int shift = 52 + odd;
        int order = compare(Math.multiplyHigh(root, root), root * root, dividend >>> 64 - shift, dividend << shift);
        return Rounding.round(pe, size, false, exponent - odd >> 1, adjust(root << 11, order));
    }

    /** FPMulAdd. */
    static long mulAdd(PeState pe, int size, long addend, long op1, long op2) {
        long c = Format.operand(pe, size, addend);
        long a = Format.operand(pe, size, op1);
        long b = Format.operand(pe, size, op2);
        boolean invalid = Format.isInfinity(size, a) && Format.isZero(size, b)
                || Format.isZero(size, a) && Format.isInfinity(size, b);
        if (Format.isNaN(size, a) || Format.isNaN(size, b) || Format.isNaN(size, c)) {
            long result = Format.processNaNs3(pe, size, c, a, b);
            return invalid && !Format.isSignalling(size, c) ? Format.invalid(pe, size) : result;
        }
        if (invalid) {
            return Format.invalid(pe, size);
        }
        return mulAddNumbers(pe, size, c, size, a, b);
    }

    /** FPMulAddH. */
    static long mulAddHalfToSingle(PeState pe, long addend, long op1, long op2) {
        long c = Format.operand(pe, 32, addend);
        long a = Format.operand(pe, 16, op1);
        long b = Format.operand(pe, 16, op2);
        boolean invalid =
                Format.isInfinity(16, a) && Format.isZero(16, b) || Format.isZero(16, a) && Format.isInfinity(16, b);
        if (Format.isNaN(16, a) || Format.isNaN(16, b) || Format.isNaN(32, c)) {
            if (invalid && !Format.isSignalling(32, c)) {
                return Format.invalid(pe, 32);
            }
            boolean first = Format.isSignalling(32, c)
                    || Format.isNaN(32, c) && !Format.isSignalling(16, a) && !Format.isSignalling(16, b);
            return first ? Format.processNaN(pe, 32, c) : Format.convertNaN(16, 32, Format.processNaNs(pe, 16, a, b));
        }
        if (invalid) {
            return Format.invalid(pe, 32);
        }
        return mulAddNumbers(pe, 32, c, 16, a, b);
    }

    /** c + a * b of numbers and infinities, the product being valid. */
    private static long mulAddNumbers(PeState pe, int size, long c, int factorSize, long a, long b) {
        boolean negative = ((a ^ b) & Format.sign(factorSize)) != 0;
        long sign = negative ? Format.sign(size) : 0;
        boolean infinite = Format.isInfinity(factorSize, a) || Format.isInfinity(factorSize, b);
        if (Format.isInfinity(size, c)) {
            return infinite && (c & Format.sign(size)) != sign ? Format.invalid(pe, size) : c;
        }
        if (infinite) {
            return sign | Format.infinity(size);
        }
        if (Format.isZero(factorSize, a) || Format.isZero(factorSize, b)) {
            return Format.isZero(size, c) ? zeroSum(pe, size, c, sign) : c;
        }
        int exponent = Format.exponent(factorSize, a) + Format.exponent(factorSize, b);
        return fused(
                pe, size, c, negative, exponent, Format.significand(factorSize, a), Format.significand(factorSize, b));
    }

    /** FPRecipStepFused, and FPRSqrtStepFused when root. */
    static long stepFused(PeState pe, int size, long op1, long op2, boolean root) {
        long a = Format.operand(pe, size, op1 ^ Format.sign(size));
        long b = Format.operand(pe, size, op2);
        if (Format.isNaN(size, a) || Format.isNaN(size, b)) {
            return Format.processNaNs(pe, size, a, b);
        }
        long sign = (a ^ b) & Format.sign(size);
        boolean zero = Format.isZero(size, a) || Format.isZero(size, b);
        long addend = root ? Format.onePointFive(size) : Format.two(size);
        if (zero) {
            return addend;
        }
        if (Format.isInfinity(size, a) || Format.isInfinity(size, b)) {
            return sign | Format.infinity(size);
        }
        int exponent = Format.exponent(size, a) + Format.exponent(size, b) - (root ? 1 : 0);
        return fused(pe, size, addend, sign != 0, exponent, Format.significand(size, a), Format.significand(size, b));
    }

    /**
     * c plus a product other than zero, rounded once. Both are taken to 128 bits with the exponent's bit in
     * bit 126.
     *
     * @param exponent of the product of the significands' leading bits
     */
    private static long fused(PeState pe, int size, long c, boolean negative, int exponent, long s, long t) {
        long high = multiplyHigh(s, t);
        long low = s * t;
        if (Format.isZero(size, c)) {
            int shift = high < 0 ? 0 : 1;
            long normal = shift == 0 ? high : high << 1 | low >>> 63;
            return Rounding.round(pe, size, negative, exponent + 1 - shift, low << shift != 0 ? normal | 1 : normal);
        }
        low = low >>> 1 | high << 63;
        high >>>= 1;
        long addend = Format.significand(size, c);
        long addendHigh = addend >>> 1;
        long addendLow = addend << 63;
        int difference = exponent + 1 - Format.exponent(size, c);
        int top = exponent + 1;
        if (difference >= 0) {
            addendLow = shiftRightLow(addendHigh, addendLow, difference);
            addendHigh = difference < 64 ? addendHigh >>> difference : 0;
        } else {
            low = shiftRightLow(high, low, -difference);
            high = -difference < 64 ? high >>> -difference : 0;
            top -= difference;
        }
        boolean negativeAddend = (c & Format.sign(size)) != 0;
        if (negative == negativeAddend) {
            long sum = low + addendLow;
            int carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
            return normalize(pe, size, negative, top, high + addendHigh + carry, sum);
        }
        boolean swap = compare(high, low, addendHigh, addendLow) < 0;
        long rest = low - addendLow;
        long restHigh = high - addendHigh - (Long.compareUnsigned(low, addendLow) < 0 ? 1 : 0);
        if (swap) {
            restHigh = ~restHigh + (rest == 0 ? 1 : 0);
            rest = -rest;
        }
        if ((rest | restHigh) == 0) {
            return exactZero(pe, size);
        }
        return normalize(pe, size, negative != swap, top, restHigh, rest);
    }

    /** The low half of a 128-bit shift right, a set bit that is lost staying as bit 0. */
    private static long shiftRightLow(long high, long low, int shift) {
        if (shift == 0) {
            return low;
        }
        if (shift < 64) {
            return low >>> shift | high << 64 - shift | (low << 64 - shift != 0 ? 1 : 0);
        }
        long out = shiftRight(high, shift - 64);
        return low != 0 ? out | 1 : out;
    }

    /** Rounds a 128-bit value other than zero whose bit 126 has that exponent. */
    private static long normalize(PeState pe, int size, boolean negative, int exponent, long high, long low) {
        if (high == 0) {
            int shift = Long.numberOfLeadingZeros(low);
            return Rounding.round(pe, size, negative, exponent + 1 - 64 - shift, low << shift);
        }
        int shift = Long.numberOfLeadingZeros(high);
        long top = shift == 0 ? high : high << shift | low >>> 64 - shift;
        return Rounding.round(pe, size, negative, exponent + 1 - shift, low << shift != 0 ? top | 1 : top);
    }
}
