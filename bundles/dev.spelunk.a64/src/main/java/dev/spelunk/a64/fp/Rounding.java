// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/** FPRoundBase: the result and the exceptions of a value that is known exactly, or exactly enough. */
final class Rounding {
    private static final long HALF = 1L << 63;

    private Rounding() {}

    /** FPRound, in the mode of FPCR. */
    static long round(PeState pe, int size, boolean negative, int exponent, long significand) {
        int fpcr = pe.fpcr & ~FPCR.AHP;
        return round(pe, size, negative, exponent, significand, fpcr >>> FPCR.RMode_SHIFT & 3, fpcr);
    }

    /**
     * Rounds the value significand × 2^(exponent - 63).
     *
     * @param significand with its leading bit in bit 63; bit 0 is set also for any bits below it
     * @param fpcr for FZ, FZ16 and AHP
     */
    static long round(PeState pe, int size, boolean negative, int exponent, long significand, int rounding, int fpcr) {
        int f = Format.fractionBits(size);
        int minimum = Format.minimumExponent(size);
        long sign = negative ? Format.sign(size) : 0;
        int biased = exponent - minimum + 1;
        int drop = 63 - f;
        if (biased <= 0) {
            if ((fpcr & (size == 16 ? FPCR.FZ16 : FPCR.FZ)) != 0) {
                Format.raise(pe, FPSR.UFC);
                return sign;
            }
            drop += 1 - biased;
            biased = 0;
        }
        long mantissa = drop < 64 ? significand >>> drop : 0;
        long error = drop < 64 ? significand << 64 - drop : drop == 64 ? significand : 1;
        int flags = 0;
        if (error != 0) {
            flags = biased == 0 ? FPSR.UFC | FPSR.IXC : FPSR.IXC;
            if (rounding == FloatingPoint.TO_ODD) {
                mantissa |= 1;
            } else if (roundsUp(rounding, negative, mantissa, error)) {
                mantissa++;
            }
        }
        if (mantissa >>> f + 1 != 0) {
            biased++;
            mantissa >>>= 1;
        }
        boolean alternative = size == 16 && (fpcr & FPCR.AHP) != 0;
        if (biased >= (int) (Format.infinity(size) >>> f) + (alternative ? 1 : 0)) {
            return overflow(pe, size, sign, rounding, alternative);
        }
        pe.fpsr |= flags;
        return sign | (biased == 0 ? mantissa : ((long) biased - 1 << f) + mantissa);
    }

    private static long overflow(PeState pe, int size, long sign, int rounding, boolean alternative) {
        if (alternative) {
            Format.raise(pe, FPSR.IOC);
            return sign | 0x7FFF;
        }
        Format.raise(pe, FPSR.OFC | FPSR.IXC);
        return sign | (overflowsToInfinity(rounding, sign != 0) ? Format.infinity(size) : Format.maxNormal(size));
    }

    /** Whether what is too large becomes infinity rather than the largest number. */
    static boolean overflowsToInfinity(int rounding, boolean negative) {
        switch (rounding) {
            case FloatingPoint.TO_PLUS_INFINITY:
                return !negative;
            case FloatingPoint.TO_MINUS_INFINITY:
                return negative;
            case FloatingPoint.TO_ZERO:
            case FloatingPoint.TO_ODD:
                return false;
            default:
                return true;
        }
    }

    /** Whether the magnitude integer + error / 2^64 rounds to integer + 1; error is not 0. */
    static boolean roundsUp(int rounding, boolean negative, long integer, long error) {
        switch (rounding) {
            case FloatingPoint.TIES_TO_EVEN:
                return error < 0 && (error != HALF || (integer & 1) != 0);
            case FloatingPoint.TO_PLUS_INFINITY:
                return !negative;
            case FloatingPoint.TO_MINUS_INFINITY:
                return negative;
            case FloatingPoint.TIES_TO_AWAY:
                return error < 0;
            default:
                return false;
        }
    }
}
