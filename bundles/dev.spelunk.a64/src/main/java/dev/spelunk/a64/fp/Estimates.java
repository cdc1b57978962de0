// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/** Reciprocal and reciprocal square root estimates of 8 bits (DDI 0487, J1.3, RecipEstimate and RecipSqrtEstimate). */
final class Estimates {
    /** RecipEstimate of 256 to 511, less 256. */
    private static final byte[] RECIP = new byte[256];
    /** RecipSqrtEstimate of 128 to 511, less 256. */
    private static final byte[] RECIP_SQRT = new byte[384];

    static {
        for (int a = 256; a < 512; a++) {
            RECIP[a - 256] = (byte) ((1 << 19) / (2 * a + 1) + 1 >> 1);
        }
        for (int a = 128; a < 512; a++) {
            int scaled = a < 256 ? 2 * a + 1 : ((a & ~1) + 1) * 2;
            int b = 512;
            while (scaled * (b + 1) * (b + 1) < 1 << 28) {
                b++;
            }
            RECIP_SQRT[a - 128] = (byte) (b + 1 >> 1);
        }
    }

    private Estimates() {}

    /** UnsignedRecipEstimate. */
    static int unsignedRecip(int a) {
        return a >= 0 ? -1 : 1 << 31 | (RECIP[(a >>> 23) - 256] & 0xFF) << 23;
    }

    /** UnsignedRSqrtEstimate. */
    static int unsignedRSqrt(int a) {
        return a >>> 30 == 0 ? -1 : 1 << 31 | (RECIP_SQRT[(a >>> 23) - 128] & 0xFF) << 23;
    }

    /** FPRecipEstimate. */
    static long recip(PeState pe, int size, long op) {
        long a = Format.operand(pe, size, op);
        long sign = a & Format.sign(size);
        if (Format.isNaN(size, a)) {
            return Format.processNaN(pe, size, a);
        }
        if (Format.isInfinity(size, a)) {
            return sign;
        }
        if (Format.isZero(size, a)) {
            Format.raise(pe, FPSR.DZC);
            return sign | Format.infinity(size);
        }
        int exponent = Format.exponent(size, a);
        int minimum = Format.minimumExponent(size);
        if (exponent < minimum - 2) {
            Format.raise(pe, FPSR.OFC | FPSR.IXC);
            boolean infinite = Rounding.overflowsToInfinity(FloatingPoint.roundingMode(pe), sign != 0);
            return sign | (infinite ? Format.infinity(size) : Format.maxNormal(size));
        }
        boolean flush = (pe.fpcr & (size == 16 ? FPCR.FZ16 : FPCR.FZ)) != 0;
        if (flush && exponent >= -minimum) {
            Format.raise(pe, FPSR.UFC);
            return sign;
        }
        int index = (int) (Format.significand(size, a) >>> 55) - 256;
        long significand = (256L | RECIP[index] & 0xFF) << 55;
        return subnormalOrNormal(size, sign, -1 - exponent, significand);
    }

    /** A value that is a normal number, or a subnormal one by at most two places, cut off. */
    private static long subnormalOrNormal(int size, long sign, int exponent, long significand) {
        int below = Format.minimumExponent(size) - exponent;
        if (below <= 0) {
            return Format.exact(size, sign, exponent, significand);
        }
        return sign | significand >>> 63 - Format.fractionBits(size) + below;
    }

    /** FPRSqrtEstimate. */
    static long rSqrt(PeState pe, int size, long op) {
        long a = Format.operand(pe, size, op);
        long sign = a & Format.sign(size);
        if (Format.isNaN(size, a)) {
            return Format.processNaN(pe, size, a);
        }
        if (Format.isZero(size, a)) {
            Format.raise(pe, FPSR.DZC);
            return sign | Format.infinity(size);
        }
        if (sign != 0) {
            return Format.invalid(pe, size);
        }
        if (Format.isInfinity(size, a)) {
            return 0;
        }
        int exponent = Format.exponent(size, a);
        boolean odd = (exponent & 1) != 0;
        int index = (int) (Format.significand(size, a) >>> (odd ? 55 : 56)) - 128;
        long significand = (256L | RECIP_SQRT[index] & 0xFF) << 55;
        return Format.exact(size, 0, -1 - exponent >> 1, significand);
    }

    /** FPRecpX. */
    static long recpX(PeState pe, int size, long op) {
        long a = Format.operand(pe, size, op);
        if (Format.isNaN(size, a)) {
            return Format.processNaN(pe, size, a);
        }
        long field = a & Format.infinity(size);
        long sign = a & Format.sign(size);
        if (field == 0) {
            return sign | Format.infinity(size) - (1L << Format.fractionBits(size));
        }
        return sign | ~field & Format.infinity(size);
    }
}
