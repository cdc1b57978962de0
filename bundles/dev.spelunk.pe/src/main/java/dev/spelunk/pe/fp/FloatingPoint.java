// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe.fp;

import dev.spelunk.api.state.PeState;

/**
 * Floating-point operations on raw bits, as the manual's shared functions define them (DDI 0487, J1.3, FPAdd
 * and so on). Half, single and double precision are chosen by {@code size}: 16, 32 or 64. Operands are the raw
 * bits in the low {@code size} bits (higher bits are ignored), results the raw bits, zero-extended. The rounding
 * mode and controls come from {@link PeState#fpcr}; exceptions accumulate in {@link PeState#fpsr}.
 *


 */
public final class FloatingPoint {
    /** Rounding modes; the first four are the values of FPCR.RMode. */
    public static final int TIES_TO_EVEN = 0;
    public static final int TO_PLUS_INFINITY = 1;
    public static final int TO_MINUS_INFINITY = 2;
    public static final int TO_ZERO = 3;
    public static final int TIES_TO_AWAY = 4;
    public static final int TO_ODD = 5;

    /** FPCR bits. */
    public static final int FZ16 = 1 << 19;
    public static final int RMODE_SHIFT = 22;
    public static final int FZ = 1 << 24;
    public static final int DN = 1 << 25;
    public static final int AHP = 1 << 26;

    /** FPSR bits. */
    public static final int IOC = 1;
    public static final int DZC = 1 << 1;
    public static final int OFC = 1 << 2;
    public static final int UFC = 1 << 3;
    public static final int IXC = 1 << 4;
    public static final int IDC = 1 << 7;
    public static final int QC = 1 << 27;

    private FloatingPoint() {
    }

    /** The rounding mode that FPCR selects. */
    public static int roundingMode(PeState pe) {
        return pe.fpcr >>> RMODE_SHIFT & 3;
    }

    /** FPAbs: clears the sign, whatever the value. */
    public static long abs(int size, long a) {
        return pending();
    }

    /** FPNeg: inverts the sign, whatever the value. */
    public static long neg(int size, long a) {
        return pending();
    }

    /** FPAdd. */
    public static long add(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPSub: a - b. */
    public static long sub(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPMul. */
    public static long mul(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPMulX: as {@link #mul}, but zero by infinity is 2 with the product's sign. */
    public static long mulExtended(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPDiv: a / b. */
    public static long div(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPMulAdd: addend + a * b, rounded once. For a subtraction negate a. */
    public static long mulAdd(PeState pe, int size, long addend, long a, long b) {
        return pending();
    }

    /** FPMulAddH: single-precision addend + half-precision a * b, rounded once to single (FMLAL). Negate a for FMLSL. */
    public static long mulAddHalfToSingle(PeState pe, long addend, long a, long b) {
        return pending();
    }

    /** FPSqrt. */
    public static long sqrt(PeState pe, int size, long a) {
        return pending();
    }

    /** FPMax. */
    public static long max(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPMin. */
    public static long min(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPMaxNum: a quiet NaN loses against a number. */
    public static long maxNumber(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPMinNum: a quiet NaN loses against a number. */
    public static long minNumber(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPCompare: NZCV in bits 3:0. @param signalling whether a quiet NaN is an Invalid Operation too */
    public static int compare(PeState pe, int size, long a, long b, boolean signalling) {
        return (int) pending();
    }

    /** FPCompareEQ: a quiet NaN is no exception. */
    public static boolean compareEqual(PeState pe, int size, long a, long b) {
        return pending() != 0;
    }

    /** FPCompareGE: any NaN is an Invalid Operation. */
    public static boolean compareGreaterOrEqual(PeState pe, int size, long a, long b) {
        return pending() != 0;
    }

    /** FPCompareGT: any NaN is an Invalid Operation. */
    public static boolean compareGreater(PeState pe, int size, long a, long b) {
        return pending() != 0;
    }

    /** FPRoundInt. @param exact whether an inexact result is an exception (FRINTX) */
    public static long roundToIntegral(PeState pe, int size, long a, int rounding, boolean exact) {
        return pending();
    }

    /** FPRoundIntN (FRINT32X, FRINT32Z, FRINT64X, FRINT64Z). @param integerSize 32 or 64 */
    public static long roundToIntegralOfSize(PeState pe, int size, long a, int rounding, int integerSize) {
        return pending();
    }

    /**
     * FPToFixed: to a fixed-point number or, with no fraction bits, an integer, saturated.
     *
     * @param fractionBits 0 to width
     * @param width of the result in bits: 16, 32 or 64
     * @return the result, zero-extended from width
     */
    public static long toFixed(PeState pe, int size, long a, int fractionBits, boolean unsigned, int rounding,
            int width) {
        return pending();
    }

    /**
     * FixedToFP, rounded as FPCR says.
     *
     * @param value sign-extended or zero-extended to 64 bits by the caller, as {@code unsigned} says
     * @param fractionBits 0 to 64
     */
    public static long fromFixed(PeState pe, int size, long value, int fractionBits, boolean unsigned) {
        return pending();
    }

    /** FPConvert between two sizes, rounded as FPCR says; half precision has the format that FPCR.AHP says. */
    public static long convert(PeState pe, int from, int to, long a) {
        return pending();
    }

    /** FPConvert from double to single precision, rounding to odd (FCVTXN). */
    public static long convertToOdd(PeState pe, long a) {
        return pending();
    }

    /** FPToFixedJS: the low 32 bits of a double rounded towards zero; sets NZCV to 0100 when exact, else 0000 (FJCVTZS). */
    public static long toFixedJavaScript(PeState pe, long a) {
        return pending();
    }

    /** FPRecipEstimate (FRECPE). */
    public static long recipEstimate(PeState pe, int size, long a) {
        return pending();
    }

    /** FPRecipStepFused: 2 - a * b, rounded once (FRECPS). */
    public static long recipStepFused(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** FPRecpX (FRECPX). */
    public static long recpX(PeState pe, int size, long a) {
        return pending();
    }

    /** FPRSqrtEstimate (FRSQRTE). */
    public static long rSqrtEstimate(PeState pe, int size, long a) {
        return pending();
    }

    /** FPRSqrtStepFused: (3 - a * b) / 2, rounded once (FRSQRTS). */
    public static long rSqrtStepFused(PeState pe, int size, long a, long b) {
        return pending();
    }

    /** UnsignedRecipEstimate (URECPE). */
    public static int unsignedRecipEstimate(int a) {
        return (int) pending();
    }

    /** UnsignedRSqrtEstimate (URSQRTE). */
    public static int unsignedRSqrtEstimate(int a) {
        return (int) pending();
    }

    private static long pending() {
        throw new IllegalStateException("the arithmetic is not there yet");
    }
}
