// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/**
 * Single precision by the host's arithmetic, which rounds as FPCR.RMode 0b00 does; see {@link DoublePrecision}.
 * A product of two is exact in double precision. Operands and results are raw bits.
 */
public final class SinglePrecision {
    private static final int INFINITE = 0xFF;
    private static final int SIGN = 1 << 31;

    private SinglePrecision() {}

    /** FPAdd. */
    public static int add(PeState pe, int a, int b) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        float r = x + y;
        int bits = Float.floatToRawIntBits(r);
        if (field(bits) != INFINITE && plain(pe.fpcr, a, b, bits)) {
            if ((pe.fpsr & FPSR.IXC) == 0) {
                double sum = (double) x + y;
                if (sum != r || DoublePrecision.sumError(x, y, sum) != 0) {
                    pe.fpsr |= FPSR.IXC;
                }
            }
            return bits;
        }
        return (int) SoftArithmetic.add(pe, 32, a, b);
    }

    /** FPSub: a - b. */
    public static int sub(PeState pe, int a, int b) {
        return field(b) == INFINITE ? (int) FloatingPoint.subSpecial(pe, 32, a, b) : add(pe, a, b ^ SIGN);
    }

    /** FPMul. */
    public static int mul(PeState pe, int a, int b) {
        double product = (double) Float.intBitsToFloat(a) * Float.intBitsToFloat(b);
        float r = (float) product;
        int bits = Float.floatToRawIntBits(r);
        int field = field(bits);
        if (field > 1 && field < INFINITE && plain(pe.fpcr, a, b, bits)) {
            if (r != product) {
                pe.fpsr |= FPSR.IXC;
            }
            return bits;
        }
        return (int) SoftArithmetic.mul(pe, 32, a, b, false);
    }

    /** FPDiv: a / b. */
    public static int div(PeState pe, int a, int b) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        float r = x / y;
        int bits = Float.floatToRawIntBits(r);
        int field = field(bits);
        if (field > 1 && field < INFINITE && plain(pe.fpcr, a, b, bits)) {
            if ((double) r * y != x) {
                pe.fpsr |= FPSR.IXC;
            }
            return bits;
        }
        return (int) SoftArithmetic.div(pe, 32, a, b);
    }

    /** FPSqrt. */
    public static int sqrt(PeState pe, int a) {
        if (a > 0 && field(a) != 0 && field(a) != INFINITE && (pe.fpcr & FPCR.RMode) == 0) {
            double x = Float.intBitsToFloat(a);
            float r = (float) Math.sqrt(x);
            if ((double) r * r != x) {
                pe.fpsr |= FPSR.IXC;
            }
            return Float.floatToRawIntBits(r);
        }
        return (int) SoftArithmetic.sqrt(pe, 32, a);
    }

    /** FPMulAdd: addend + a * b, rounded once. */
    public static int mulAdd(PeState pe, int addend, int a, int b) {
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        float z = Float.intBitsToFloat(addend);
        float r = Math.fma(x, y, z);
        int bits = Float.floatToRawIntBits(r);
        int field = field(bits);
        if (field > 1 && field < INFINITE && plain(pe.fpcr, a, b, addend)) {
            if ((pe.fpsr & FPSR.IXC) == 0) {
                double product = (double) x * y;
                double sum = product + z;
                if (sum != r || DoublePrecision.sumError(product, z, sum) != 0) {
                    pe.fpsr |= FPSR.IXC;
                }
            }
            return bits;
        }
        return (int) SoftArithmetic.mulAdd(pe, 32, addend, a, b);
    }

    /** FPCompare. @return NZCV */
    public static int compare(PeState pe, int a, int b, boolean signalling) {
        if ((pe.fpcr & FPCR.FZ) == 0) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
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
        return Comparison.compare(pe, 32, a, b, signalling);
    }

    /** FPConvert to double precision. */
    public static long toDouble(PeState pe, int a) {
        int field = field(a);
        if (field != INFINITE && (field != 0 || a << 1 == 0)) {
            return Double.doubleToRawLongBits(Float.intBitsToFloat(a));
        }
        return Conversions.convert(pe, 32, 64, a, FloatingPoint.roundingMode(pe));
    }

    /** FPConvert from double precision. */
    public static int fromDouble(PeState pe, long a) {
        double x = Double.longBitsToDouble(a);
        float r = (float) x;
        int bits = Float.floatToRawIntBits(r);
        int field = field(bits);
        if (field > 1 && field < INFINITE && (pe.fpcr & FPCR.RMode) == 0) {
            if (r != x) {
                pe.fpsr |= FPSR.IXC;
            }
            return bits;
        }
        return (int) Conversions.convert(pe, 64, 32, a, FloatingPoint.roundingMode(pe));
    }

    private static int field(int bits) {
        return bits >>> 23 & 0xFF;
    }

    /** Whether the host's result counts: the rounding mode is its own, and no subnormal number is to be flushed. */
    private static boolean plain(int fpcr, int a, int b, int c) {
        return (fpcr & (FPCR.RMode | FPCR.FZ)) == 0
                || (fpcr & FPCR.RMode) == 0 && field(a) != 0 && field(b) != 0 && field(c) != 0;
    }
}
