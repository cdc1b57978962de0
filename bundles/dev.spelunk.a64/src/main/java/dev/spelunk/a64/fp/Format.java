// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/** The layout of half, single and double precision numbers, their special values, and NaNs (DDI 0487, A1.4). */
final class Format {
    private Format() {}

    /** Bits of the fraction. */
    static int fractionBits(int size) {
        return size == 64 ? 52 : size == 32 ? 23 : 10;
    }

    /** Least exponent of a normalized number. */
    static int minimumExponent(int size) {
        return size == 64 ? -1022 : size == 32 ? -126 : -14;
    }

    /** The exponent field with all bits set, in place: also the bits of plus infinity. */
    static long infinity(int size) {
        return size == 64 ? 0x7FF0000000000000L : size == 32 ? 0x7F800000L : 0x7C00L;
    }

    static long sign(int size) {
        return 1L << size - 1;
    }

    /** The bits of any value without those above its size. */
    static long raw(int size, long a) {
        return size == 64 ? a : a & (1L << size) - 1;
    }

    /** The value without its sign. */
    static long magnitude(int size, long a) {
        return a & (1L << size - 1) - 1;
    }

    static long fractionMask(int size) {
        return (1L << fractionBits(size)) - 1;
    }

    static boolean isNaN(int size, long a) {
        return magnitude(size, a) > infinity(size);
    }

    static boolean isSignalling(int size, long a) {
        return isNaN(size, a) && (a & quiet(size)) == 0;
    }

    static boolean isInfinity(int size, long a) {
        return magnitude(size, a) == infinity(size);
    }

    static boolean isZero(int size, long a) {
        return magnitude(size, a) == 0;
    }

    private static long quiet(int size) {
        return 1L << fractionBits(size) - 1;
    }

    /** FPDefaultNaN. */
    static long defaultNaN(int size) {
        return infinity(size) | quiet(size);
    }

    /** FPMaxNormal, positive. */
    static long maxNormal(int size) {
        return infinity(size) - 1;
    }

    /** FPTwo, positive. */
    static long two(int size) {
        return infinity(size) + (1L << fractionBits(size)) >>> 1;
    }

    /** FPOnePointFive, positive. */
    static long onePointFive(int size) {
        return two(size) - (1L << fractionBits(size) - 1);
    }

    /** Signed zero as the operand's sign has it. */
    static long zeroLike(int size, long a) {
        return a & sign(size);
    }

    /** Sets an exception's cumulative flags. */
    static void raise(PeState pe, int flags) {
        pe.fpsr |= flags;
    }

    /** DefaultNaN for an operation that is invalid. */
    static long invalid(PeState pe, int size) {
        raise(pe, FPSR.IOC);
        return defaultNaN(size);
    }

    /** What FPUnpack makes of an operand: its raw bits, a subnormal number flushed to zero where FPCR says so. */
    static long operand(PeState pe, int size, long a) {
        long raw = raw(size, a);
        if ((raw & infinity(size)) == 0 && (raw & fractionMask(size)) != 0) {
            if (size == 16) {
                return (pe.fpcr & FPCR.FZ16) != 0 ? zeroLike(size, raw) : raw;
            }
            if ((pe.fpcr & FPCR.FZ) != 0) {
                raise(pe, FPSR.IDC);
                return zeroLike(size, raw);
            }
        }
        return raw;
    }

    /** FPProcessNaN. */
    static long processNaN(PeState pe, int size, long a) {
        if (isSignalling(size, a)) {
            raise(pe, FPSR.IOC);
        }
        return (pe.fpcr & FPCR.DN) != 0 ? defaultNaN(size) : a | quiet(size);
    }

    /** FPProcessNaNs, one of the operands being a NaN. */
    static long processNaNs(PeState pe, int size, long a, long b) {
        if (isSignalling(size, a)) {
            return processNaN(pe, size, a);
        }
        if (isSignalling(size, b)) {
            return processNaN(pe, size, b);
        }
        return processNaN(pe, size, isNaN(size, a) ? a : b);
    }

    /** FPProcessNaNs3, one of the operands being a NaN. */
    static long processNaNs3(PeState pe, int size, long a, long b, long c) {
        if (isSignalling(size, a)) {
            return processNaN(pe, size, a);
        }
        if (isSignalling(size, b)) {
            return processNaN(pe, size, b);
        }
        if (isSignalling(size, c)) {
            return processNaN(pe, size, c);
        }
        return processNaN(pe, size, isNaN(size, a) ? a : isNaN(size, b) ? b : c);
    }

    /** FPConvertNaN: the top bits of the fraction stay, the result is quiet. */
    static long convertNaN(int from, int to, long a) {
        long fraction = a << 64 - fractionBits(from);
        return (a & sign(from)) << 64 - from >>> 64 - to
                | infinity(to)
                | quiet(to)
                | fraction >>> 64 - fractionBits(to);
    }

    /** Exponent of the leading bit of a number that is neither zero, infinity nor NaN. */
    static int exponent(int size, long a) {
        int f = fractionBits(size);
        int e = (int) (magnitude(size, a) >>> f);
        if (e != 0) {
            return e + minimumExponent(size) - 1;
        }
        return minimumExponent(size) - Long.numberOfLeadingZeros(a & fractionMask(size)) + 63 - f;
    }

    /** Significand of a number that is neither zero, infinity nor NaN, with its leading bit in bit 63. */
    static long significand(int size, long a) {
        int f = fractionBits(size);
        long fraction = a & fractionMask(size);
        if (magnitude(size, a) >>> f != 0) {
            return (fraction | 1L << f) << 63 - f;
        }
        return fraction << Long.numberOfLeadingZeros(fraction);
    }

    /** Bits of a number that the format has exactly. @param significand with its leading bit in bit 63 */
    static long exact(int size, long sign, int exponent, long significand) {
        int f = fractionBits(size);
        int field = exponent - minimumExponent(size);
        return sign | ((long) field << f) + (significand >>> 63 - f);
    }
}
