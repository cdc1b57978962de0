// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/**
 * Double precision by the host's arithmetic, which rounds as FPCR.RMode 0b00 does; all other modes, and results
 * that are not plainly normal numbers, are left to {@link SoftArithmetic}. Whether a result is inexact matters
 * only while FPSR.IXC is 0. Operands and results are raw bits.
 */
public final class DoublePrecision {
    private static final int INFINITE = 0x7FF;
    /** Exponent fields from which the terms of an exact error might overflow. */
    private static final int HUGE = 0x7FC;

    private static final long FRACTION = (1L << 52) - 1;
    private static final long SIGN = 1L << 63;

    private DoublePrecision() {}

    /** FPAdd. */
    public static long add(PeState pe, long a, long b) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        double r = x + y;
        long bits = Double.doubleToRawLongBits(r);
        if (field(bits) != INFINITE && plain(pe.fpcr, a, b, bits)) {
            if ((pe.fpsr & FPSR.IXC) != 0) {
                return bits;
            }
            if (field(a) < HUGE && field(b) < HUGE) {
                if (sumError(x, y, r) != 0) {
                    pe.fpsr |= FPSR.IXC;
                }
                return bits;
            }
        }
        return SoftArithmetic.add(pe, 64, a, b);
    }

    /** FPSub: a - b. */
    public static long sub(PeState pe, long a, long b) {
        long negated = b ^ SIGN;
        return field(b) == INFINITE ? FloatingPoint.subSpecial(pe, 64, a, b) : add(pe, a, negated);
    }

    /** FPMul. */
    public static long mul(PeState pe, long a, long b) {
        long bits = Double.doubleToRawLongBits(Double.longBitsToDouble(a) * Double.longBitsToDouble(b));
        int field = field(bits);
        if (field > 1 && field < INFINITE && plain(pe.fpcr, a, b, bits)) {
            if ((pe.fpsr & FPSR.IXC) != 0) {
                return bits;
            }
            if (field(a) != 0 && field(b) != 0) {
                if (!exactProduct(a, b, bits)) {
                    pe.fpsr |= FPSR.IXC;
                }
                return bits;
            }
        }
        return SoftArithmetic.mul(pe, 64, a, b, false);
    }

    /** FPDiv: a / b. */
    public static long div(PeState pe, long a, long b) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        double r = x / y;
        long bits = Double.doubleToRawLongBits(r);
        int field = field(bits);
        if (field > 1 && field < INFINITE && plain(pe.fpcr, a, b, bits) && (pe.fpsr & FPSR.IXC) != 0) {
            return bits;
        }
        return SoftArithmetic.div(pe, 64, a, b);
    }

    /** FPSqrt. */
    public static long sqrt(PeState pe, long a) {
        if (a > 0
                && field(a) != 0
                && field(a) != INFINITE
                && (pe.fpcr & FPCR.RMode) == 0
                && (pe.fpsr & FPSR.IXC) != 0) {
            return Double.doubleToRawLongBits(Math.sqrt(Double.longBitsToDouble(a)));
        }
        return SoftArithmetic.sqrt(pe, 64, a);
    }

    /** FPMulAdd: addend + a * b, rounded once. */
    public static long mulAdd(PeState pe, long addend, long a, long b) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        double z = Double.longBitsToDouble(addend);
        long bits = Double.doubleToRawLongBits(Math.fma(x, y, z));
        int field = field(bits);
        if (field > 1
                && field < INFINITE
                && plain(pe.fpcr, a, b, addend)
                && ((pe.fpsr & FPSR.IXC) != 0 || exactSum(a, b, addend, x * y, z))) {
            return bits;
        }
        return SoftArithmetic.mulAdd(pe, 64, addend, a, b);
    }

    /** Whether a * b + c is surely exact, p being the rounded product. */
    private static boolean exactSum(long a, long b, long c, double p, double z) {
        long product = Double.doubleToRawLongBits(p);
        int field = field(product);
        return field > 1
                && field < HUGE
                && field(a) != 0
                && field(b) != 0
                && field(c) < HUGE
                && exactProduct(a, b, product)
                && sumError(p, z, p + z) == 0;
    }

    /** FPCompare. @return NZCV */
    public static int compare(PeState pe, long a, long b, boolean signalling) {
        if ((pe.fpcr & FPCR.FZ) == 0) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            if (x < y) {
                return 8;
            }
            if (x > y) {
                return 2;
            }
            if (x == y) {
                return 6;
            }
        }
        return Comparison.compare(pe, 64, a, b, signalling);
    }

    /** FPToFixed to a signed integer, towards zero. @param width 32 or 64 */
    public static long toIntegerZero(PeState pe, long a, int width) {
        double x = Double.longBitsToDouble(a);
        long r = (long) x;
        boolean fits = width == 64 ? r != Long.MIN_VALUE && r != Long.MAX_VALUE : r == (int) r;
        if (fits && ((a & ~SIGN) == 0 || field(a) != 0) && field(a) != INFINITE) {
            if ((double) r != x) {
                pe.fpsr |= FPSR.IXC;
            }
            return width == 64 ? r : r & 0xFFFFFFFFL;
        }
        return Conversions.toFixed(pe, 64, a, 0, false, FloatingPoint.TO_ZERO, width);
    }

    /** FixedToFP of a signed integer. */
    public static long fromInteger(PeState pe, long value) {
        if (value << 11 >> 11 == value) {
            return Double.doubleToRawLongBits((double) value);
        }
        return Conversions.fromFixed(pe, 64, value, 0, false);
    }

    private static int field(long bits) {
        return (int) (bits >>> 52) & 0x7FF;
    }

    /** Whether the host's result counts: the rounding mode is its own, and no subnormal number is to be flushed. */
    private static boolean plain(int fpcr, long a, long b, long c) {
        return (fpcr & (FPCR.RMode | FPCR.FZ)) == 0
                || (fpcr & FPCR.RMode) == 0 && field(a) != 0 && field(b) != 0 && field(c) != 0;
    }

    /** What the rounded sum r lacks, exactly (Knuth's two-sum). */
    static double sumError(double x, double y, double r) {
        double part = r - x;
        return x - (r - part) + (y - part);
    }

    /** Whether the product of normal numbers is exactly its rounded value, which is normal and not the least. */
    private static boolean exactProduct(long a, long b, long product) {
        int zeros = Long.numberOfTrailingZeros(a & FRACTION | 1L << 52)
                + Long.numberOfTrailingZeros(b & FRACTION | 1L << 52);
        int length = field(product) - field(a) - field(b) + 1023 + 105;
        return length - zeros <= 53;
    }
}
