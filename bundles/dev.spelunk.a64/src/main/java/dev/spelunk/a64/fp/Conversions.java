// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/** Conversions between floating-point formats, to integers and fixed-point numbers and from them. */
final class Conversions {
    private Conversions() {}

    /** FPToFixed. @return zero-extended from width */
    static long toFixed(PeState pe, int size, long op, int fractionBits, boolean unsigned, int rounding, int width) {
        long a = Format.operand(pe, size, op);
        if (Format.isZero(size, a)) {
            return 0;
        }
        if (Format.isNaN(size, a)) {
            return invalid(pe, 0, width);
        }
        boolean negative = (a & Format.sign(size)) != 0;
        int exponent = Format.exponent(size, a) + fractionBits;
        if (exponent > 63 || Format.isInfinity(size, a)) {
            return invalid(pe, bound(negative, unsigned, width), width);
        }
        long significand = Format.significand(size, a);
        long integer = integer(exponent, significand);
        long error = error(exponent, significand);
        if (error != 0 && Rounding.roundsUp(rounding, negative, integer, error)) {
            integer++;
        }
        long limit =
                negative ? unsigned ? 0 : -(-1L << width - 1) : unsigned ? -1L >>> 64 - width : ~(-1L << width - 1);
        if (Long.compareUnsigned(integer, limit) > 0) {
            return invalid(pe, bound(negative, unsigned, width), width);
        }
        if (error != 0) {
            Format.raise(pe, FPSR.IXC);
        }
        return (negative ? -integer : integer) & -1L >>> 64 - width;
    }

    private static long invalid(PeState pe, long value, int width) {
        Format.raise(pe, FPSR.IOC);
        return value & -1L >>> 64 - width;
    }

    /** What a value beyond the range saturates to. */
    private static long bound(boolean negative, boolean unsigned, int width) {
        if (unsigned) {
            return negative ? 0 : -1L;
        }
        return negative ? -1L << width - 1 : ~(-1L << width - 1);
    }

    /** The integer part of significand × 2^(exponent - 63), exponent at most 63. */
    private static long integer(int exponent, long significand) {
        return exponent < 0 ? 0 : significand >>> 63 - exponent;
    }

    /** The rest in units of 2^-64, what is smaller as 1. */
    private static long error(int exponent, long significand) {
        return exponent < -1 ? 1 : exponent == 63 ? 0 : significand << exponent + 1;
    }

    /** FixedToFP. */
    static long fromFixed(PeState pe, int size, long value, int fractionBits, boolean unsigned) {
        if (value == 0) {
            return 0;
        }
        boolean negative = !unsigned && value < 0;
        long magnitude = negative ? -value : value;
        int shift = Long.numberOfLeadingZeros(magnitude);
        return Rounding.round(pe, size, negative, 63 - shift - fractionBits, magnitude << shift);
    }

    /** FPConvert. */
    static long convert(PeState pe, int from, int to, long op, int rounding) {
        long a = from == 16 ? Format.raw(from, op) : Format.operand(pe, from, op);
        boolean alternative = (pe.fpcr & FPCR.AHP) != 0;
        boolean special = from != 16 || !alternative;
        long sign = (a & Format.sign(from)) << 64 - from >>> 64 - to;
        boolean toAlternative = to == 16 && alternative;
        if (special && Format.isNaN(from, a)) {
            return convertNaN(pe, from, to, a, sign, toAlternative);
        }
        if (special && Format.isInfinity(from, a)) {
            if (toAlternative) {
                Format.raise(pe, FPSR.IOC);
                return sign | 0x7FFF;
            }
            return sign | Format.infinity(to);
        }
        if (Format.isZero(from, a)) {
            return sign;
        }
        return Rounding.round(
                pe,
                to,
                sign != 0,
                Format.exponent(from, a),
                Format.significand(from, a),
                rounding,
                pe.fpcr & ~FPCR.FZ16);
    }

    private static long convertNaN(PeState pe, int from, int to, long a, long sign, boolean toAlternative) {
        if (toAlternative || Format.isSignalling(from, a)) {
            Format.raise(pe, FPSR.IOC);
        }
        if (toAlternative) {
            return sign;
        }
        return (pe.fpcr & FPCR.DN) != 0 ? Format.defaultNaN(to) : Format.convertNaN(from, to, a);
    }

    /** FPRoundInt. */
    static long roundToIntegral(PeState pe, int size, long op, int rounding, boolean exact) {
        long a = Format.operand(pe, size, op);
        if (Format.isNaN(size, a)) {
            return Format.processNaN(pe, size, a);
        }
        if (Format.isInfinity(size, a) || Format.isZero(size, a)) {
            return a;
        }
        int exponent = Format.exponent(size, a);
        if (exponent >= Format.fractionBits(size)) {
            return a;
        }
        long significand = Format.significand(size, a);
        long error = error(exponent, significand);
        if (error == 0) {
            return a;
        }
        if (exact) {
            Format.raise(pe, FPSR.IXC);
        }
        boolean negative = (a & Format.sign(size)) != 0;
        long integer = integer(exponent, significand);
        if (Rounding.roundsUp(rounding, negative, integer, error)) {
            integer++;
        }
        return integral(size, a & Format.sign(size), integer);
    }

    /** A small integer as a number. */
    private static long integral(int size, long sign, long integer) {
        if (integer == 0) {
            return sign;
        }
        int shift = Long.numberOfLeadingZeros(integer);
        return Format.exact(size, sign, 63 - shift, integer << shift);
    }

    /** FPRoundIntN. */
    static long roundToIntegralOfSize(PeState pe, int size, long op, int rounding, int integerSize) {
        long a = Format.operand(pe, size, op);
        if (Format.isZero(size, a)) {
            return a;
        }
        if (Format.magnitude(size, a) >= Format.infinity(size)) {
            return outOfRange(pe, size, integerSize);
        }
        boolean negative = (a & Format.sign(size)) != 0;
        int exponent = Format.exponent(size, a);
        if (exponent > 63) {
            return outOfRange(pe, size, integerSize);
        }
        long significand = Format.significand(size, a);
        long error = error(exponent, significand);
        long integer = integer(exponent, significand);
        if (error != 0 && Rounding.roundsUp(rounding, negative, integer, error)) {
            integer++;
        }
        long limit = (1L << integerSize - 1) - (negative ? 0 : 1);
        if (Long.compareUnsigned(integer, limit) > 0) {
            return outOfRange(pe, size, integerSize);
        }
        if (error != 0) {
            Format.raise(pe, FPSR.IXC);
        }
        return integral(size, a & Format.sign(size), integer);
    }

    /** The least integer of that size, for what has none. */
    private static long outOfRange(PeState pe, int size, int integerSize) {
        Format.raise(pe, FPSR.IOC);
        return Format.exact(size, Format.sign(size), integerSize - 1, 1L << 63);
    }

    /** FPToFixedJS to 32 bits. @return the result, with bit 32 set when PSTATE.Z becomes 1 */
    static long toFixedJavaScript(PeState pe, long op) {
        long a = Format.operand(pe, 64, op);
        if (Format.isZero(64, a)) {
            return op == 0 ? 1L << 32 : 0;
        }
        if (Format.magnitude(64, a) >= Format.infinity(64)) {
            Format.raise(pe, FPSR.IOC);
            return 0;
        }
        boolean negative = (a & Format.sign(64)) != 0;
        int exponent = Format.exponent(64, a);
        long significand = Format.significand(64, a);
        if (exponent > 63) {
            Format.raise(pe, FPSR.IOC);
            long low = exponent < 96 ? significand << exponent - 63 : 0;
            return (negative ? -low : low) & 0xFFFFFFFFL;
        }
        long integer = integer(exponent, significand);
        long result = (negative ? -integer : integer) & 0xFFFFFFFFL;
        if (Long.compareUnsigned(integer, negative ? 1L << 31 : (1L << 31) - 1) > 0) {
            Format.raise(pe, FPSR.IOC);
            return result;
        }
        if (error(exponent, significand) != 0) {
            Format.raise(pe, FPSR.IXC);
            return result;
        }
        return result | 1L << 32;
    }
}
