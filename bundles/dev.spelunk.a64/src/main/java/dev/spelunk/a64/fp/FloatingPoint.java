// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.state.PeState;

/**
 * Floating-point operations on raw bits, as the manual's shared functions define them (DDI 0487, J1.3, FPAdd
 * and so on). Half, single and double precision are chosen by {@code size}: 16, 32 or 64. Operands are the raw
 * bits in the low {@code size} bits (higher bits are ignored), results the raw bits, zero-extended. The rounding
 * mode and controls come from {@link PeState#fpcr}; exceptions accumulate in {@link PeState#fpsr}, untrapped.
 *
 * <p>{@link DoublePrecision} and {@link SinglePrecision} have the frequent operations for one size, for callers
 * that know it.
 */
public final class FloatingPoint {
    /** Rounding modes; the first four are the values of FPCR.RMode. */
    public static final int TIES_TO_EVEN = 0;

    public static final int TO_PLUS_INFINITY = 1;
    public static final int TO_MINUS_INFINITY = 2;
    public static final int TO_ZERO = 3;
    public static final int TIES_TO_AWAY = 4;
    public static final int TO_ODD = 5;

    private static final long SINGLE = 0xFFFFFFFFL;

    private FloatingPoint() {}

    /** The rounding mode that FPCR selects. */
    public static int roundingMode(PeState pe) {
        return pe.fpcr >>> FPCR.RMode_SHIFT & 3;
    }

    /** FPAbs: clears the sign, whatever the value. */
    public static long abs(int size, long a) {
        return Format.magnitude(size, a);
    }

    /** FPNeg: inverts the sign, whatever the value. */
    public static long neg(int size, long a) {
        return Format.raw(size, a ^ Format.sign(size));
    }

    /** FPAdd. */
    public static long add(PeState pe, int size, long a, long b) {
        switch (size) {
            case 64:
                return DoublePrecision.add(pe, a, b);
            case 32:
                return SinglePrecision.add(pe, (int) a, (int) b) & SINGLE;
            default:
                return SoftArithmetic.add(pe, 16, a, b);
        }
    }

    /** FPSub: a - b. */
    public static long sub(PeState pe, int size, long a, long b) {
        switch (size) {
            case 64:
                return DoublePrecision.sub(pe, a, b);
            case 32:
                return SinglePrecision.sub(pe, (int) a, (int) b) & SINGLE;
            default:
                return subSpecial(pe, 16, a, b);
        }
    }

    /** FPMul. */
    public static long mul(PeState pe, int size, long a, long b) {
        switch (size) {
            case 64:
                return DoublePrecision.mul(pe, a, b);
            case 32:
                return SinglePrecision.mul(pe, (int) a, (int) b) & SINGLE;
            default:
                return SoftArithmetic.mul(pe, 16, a, b, false);
        }
    }

    /** FPMulX: as {@link #mul}, but zero by infinity is 2 with the product's sign. */
    public static long mulExtended(PeState pe, int size, long a, long b) {
        return SoftArithmetic.mul(pe, size, a, b, true);
    }

    /** FPDiv: a / b. */
    public static long div(PeState pe, int size, long a, long b) {
        switch (size) {
            case 64:
                return DoublePrecision.div(pe, a, b);
            case 32:
                return SinglePrecision.div(pe, (int) a, (int) b) & SINGLE;
            default:
                return SoftArithmetic.div(pe, 16, a, b);
        }
    }

    /** FPMulAdd: addend + a * b, rounded once. For a subtraction negate a. */
    public static long mulAdd(PeState pe, int size, long addend, long a, long b) {
        switch (size) {
            case 64:
                return DoublePrecision.mulAdd(pe, addend, a, b);
            case 32:
                return SinglePrecision.mulAdd(pe, (int) addend, (int) a, (int) b) & SINGLE;
            default:
                return SoftArithmetic.mulAdd(pe, 16, addend, a, b);
        }
    }

    /** FPMulAddH: single-precision addend + half-precision a * b, rounded once to single (FMLAL). Negate a for FMLSL. */
    public static long mulAddHalfToSingle(PeState pe, long addend, long a, long b) {
        return SoftArithmetic.mulAddHalfToSingle(pe, addend, a, b);
    }

    /** FPSqrt. */
    public static long sqrt(PeState pe, int size, long a) {
        switch (size) {
            case 64:
                return DoublePrecision.sqrt(pe, a);
            case 32:
                return SinglePrecision.sqrt(pe, (int) a) & SINGLE;
            default:
                return SoftArithmetic.sqrt(pe, 16, a);
        }
    }

    /** FPMax. */
    public static long max(PeState pe, int size, long a, long b) {
        return Comparison.extreme(pe, size, a, b, true);
    }

    /** FPMin. */
    public static long min(PeState pe, int size, long a, long b) {
        return Comparison.extreme(pe, size, a, b, false);
    }

    /** FPMaxNum: a quiet NaN loses against a number. */
    public static long maxNumber(PeState pe, int size, long a, long b) {
        return Comparison.extremeNumber(pe, size, a, b, true);
    }

    /** FPMinNum: a quiet NaN loses against a number. */
    public static long minNumber(PeState pe, int size, long a, long b) {
        return Comparison.extremeNumber(pe, size, a, b, false);
    }

    /** FPCompare: NZCV in bits 3:0. @param signalling whether a quiet NaN is an Invalid Operation too */
    public static int compare(PeState pe, int size, long a, long b, boolean signalling) {
        switch (size) {
            case 64:
                return DoublePrecision.compare(pe, a, b, signalling);
            case 32:
                return SinglePrecision.compare(pe, (int) a, (int) b, signalling);
            default:
                return Comparison.compare(pe, 16, a, b, signalling);
        }
    }

    /** FPCompareEQ: a quiet NaN is no exception. */
    public static boolean compareEqual(PeState pe, int size, long a, long b) {
        return compare(pe, size, a, b, false) == 6;
    }

    /** FPCompareGE: any NaN is an Invalid Operation. */
    public static boolean compareGreaterOrEqual(PeState pe, int size, long a, long b) {
        return (compare(pe, size, a, b, true) & 9) == 0;
    }

    /** FPCompareGT: any NaN is an Invalid Operation. */
    public static boolean compareGreater(PeState pe, int size, long a, long b) {
        return compare(pe, size, a, b, true) == 2;
    }

    /** FPRoundInt. @param exact whether an inexact result is an exception (FRINTX) */
    public static long roundToIntegral(PeState pe, int size, long a, int rounding, boolean exact) {
        return Conversions.roundToIntegral(pe, size, a, rounding, exact);
    }

    /** FPRoundIntN (FRINT32X, FRINT32Z, FRINT64X, FRINT64Z). @param integerSize 32 or 64 */
    public static long roundToIntegralOfSize(PeState pe, int size, long a, int rounding, int integerSize) {
        return Conversions.roundToIntegralOfSize(pe, size, a, rounding, integerSize);
    }

    /**
     * FPToFixed: to a fixed-point number or, with no fraction bits, an integer, saturated.
     *
     * @param fractionBits 0 to width
     * @param width of the result in bits: 16, 32 or 64
     * @return the result, zero-extended from width
     */
    public static long toFixed(
            PeState pe, int size, long a, int fractionBits, boolean unsigned, int rounding, int width) {
        return Conversions.toFixed(pe, size, a, fractionBits, unsigned, rounding, width);
    }

    /**
     * FixedToFP, rounded as FPCR says.
     *
     * @param value sign-extended or zero-extended to 64 bits by the caller, as {@code unsigned} says
     * @param fractionBits 0 to 64
     */
    public static long fromFixed(PeState pe, int size, long value, int fractionBits, boolean unsigned) {
        return Conversions.fromFixed(pe, size, value, fractionBits, unsigned);
    }

    /** FPConvert between two sizes, rounded as FPCR says; half precision has the format that FPCR.AHP says. */
    public static long convert(PeState pe, int from, int to, long a) {
        if (from == 32 && to == 64) {
            return SinglePrecision.toDouble(pe, (int) a);
        }
        if (from == 64 && to == 32) {
            return SinglePrecision.fromDouble(pe, a) & SINGLE;
        }
        return Conversions.convert(pe, from, to, a, roundingMode(pe));
    }

    /** FPConvert from double to single precision, rounding to odd (FCVTXN). */
    public static long convertToOdd(PeState pe, long a) {
        return Conversions.convert(pe, 64, 32, a, TO_ODD);
    }

    /** FPToFixedJS: the low 32 bits of a double rounded towards zero; sets NZCV to 0100 when exact, else 0000 (FJCVTZS). */
    public static long toFixedJavaScript(PeState pe, long a) {
        long result = Conversions.toFixedJavaScript(pe, a);
        pe.nzcv = (int) (result >>> 32) << 2;
        return result & SINGLE;
    }

    /** FPRecipEstimate (FRECPE). */
    public static long recipEstimate(PeState pe, int size, long a) {
        return Estimates.recip(pe, size, a);
    }

    /** FPRecipStepFused: 2 - a * b, rounded once (FRECPS). */
    public static long recipStepFused(PeState pe, int size, long a, long b) {
        return SoftArithmetic.stepFused(pe, size, a, b, false);
    }

    /** FPRecpX (FRECPX). */
    public static long recpX(PeState pe, int size, long a) {
        return Estimates.recpX(pe, size, a);
    }

    /** FPRSqrtEstimate (FRSQRTE). */
    public static long rSqrtEstimate(PeState pe, int size, long a) {
        return Estimates.rSqrt(pe, size, a);
    }

    /** FPRSqrtStepFused: (3 - a * b) / 2, rounded once (FRSQRTS). */
    public static long rSqrtStepFused(PeState pe, int size, long a, long b) {
        return SoftArithmetic.stepFused(pe, size, a, b, true);
    }

    /** UnsignedRecipEstimate (URECPE). */
    public static int unsignedRecipEstimate(int a) {
        return Estimates.unsignedRecip(a);
    }

    /** UnsignedRSqrtEstimate (URSQRTE). */
    public static int unsignedRSqrtEstimate(int a) {
        return Estimates.unsignedRSqrt(a);
    }

    /** FPSub of any operands: as an addition of the negated one, but a NaN keeps its sign. */
    static long subSpecial(PeState pe, int size, long a, long b) {
        return SoftArithmetic.add(pe, size, a, Format.isNaN(size, b) ? b : b ^ Format.sign(size));
    }
}
