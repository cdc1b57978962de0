// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.registers.fields.FPSR;
import java.math.BigInteger;

/**
 * The manual's FPRound and FPToFixed on exact rational numbers (DDI 0487, J1.3), as slow and plain as it is
 * written there: what the arithmetic is tested against. Shares nothing with it.
 */
final class Exact {
    /** A rational number with its sign apart, so that it may be negative zero. */
    record Rational(boolean negative, BigInteger numerator, BigInteger denominator) {
        boolean isZero() {
            return numerator.signum() == 0;
        }

        BigInteger signedNumerator() {
            return negative ? numerator.negate() : numerator;
        }

        Rational plus(Rational other) {
            return of(
                    signedNumerator()
                            .multiply(other.denominator)
                            .add(other.signedNumerator().multiply(denominator)),
                    denominator.multiply(other.denominator));
        }

        Rational times(Rational other) {
            return new Rational(
                    negative != other.negative,
                    numerator.multiply(other.numerator),
                    denominator.multiply(other.denominator));
        }

        Rational over(Rational other) {
            return new Rational(
                    negative != other.negative,
                    numerator.multiply(other.denominator),
                    denominator.multiply(other.numerator));
        }

        Rational scaled(int power) {
            return power >= 0
                    ? new Rational(negative, numerator.shiftLeft(power), denominator)
                    : new Rational(negative, numerator, denominator.shiftLeft(-power));
        }

        /** A rational that lies where the root lies between any two numbers of 100 bits. */
        Rational root() {
            BigInteger scaled = numerator.shiftLeft(2400).divide(denominator);
            BigInteger root = scaled.sqrt();
            boolean whole = root.multiply(root).multiply(denominator).equals(numerator.shiftLeft(2400));
            BigInteger doubled = root.shiftLeft(1);
            return new Rational(false, whole ? doubled : doubled.add(BigInteger.ONE), BigInteger.ONE.shiftLeft(1201));
        }

        static Rational of(BigInteger numerator, BigInteger denominator) {
            return new Rational(numerator.signum() < 0, numerator.abs(), denominator);
        }
    }

    final int size;
    final int fractionBits;
    final int maximumField;
    final int minimumExponent;
    /** FPSR bits that the last operation raised. */
    int flags;

    Exact(int size) {
        this.size = size;
        fractionBits = size == 16 ? 10 : size == 32 ? 23 : 52;
        maximumField = (1 << size - fractionBits - 1) - 1;
        minimumExponent = 1 - (maximumField >> 1);
    }

    /** The value of finite bits. */
    Rational value(long bits) {
        int field = (int) (bits >>> fractionBits) & maximumField;
        BigInteger fraction = BigInteger.valueOf(bits & (1L << fractionBits) - 1);
        if (field != 0) {
            fraction = fraction.add(BigInteger.ONE.shiftLeft(fractionBits));
        }
        int power = Math.max(field, 1) + minimumExponent - 1 - fractionBits;
        return new Rational((bits >>> size - 1 & 1) != 0, fraction, BigInteger.ONE).scaled(power);
    }

    boolean isFinite(long bits) {
        return (bits >>> fractionBits & maximumField) != maximumField;
    }

    /** FPRound of what is not zero. */
    long round(Rational value, int rounding, boolean flush) {
        flags = 0;
        long sign = value.negative ? 1L << size - 1 : 0;
        int exponent = value.numerator.bitLength() - value.denominator.bitLength();
        while (value.scaled(-exponent).numerator.compareTo(value.scaled(-exponent).denominator) < 0) {
            exponent--;
        }
        while (value.scaled(-exponent - 1).numerator.compareTo(value.scaled(-exponent - 1).denominator) >= 0) {
            exponent++;
        }
        if (flush && exponent < minimumExponent) {
            flags = FPSR.UFC;
            return sign;
        }
        int field = Math.max(exponent - minimumExponent + 1, 0);
        Rational scaled = value.scaled(fractionBits - (field == 0 ? minimumExponent : exponent));
        BigInteger[] parts = scaled.numerator.divideAndRemainder(scaled.denominator);
        boolean inexact = parts[1].signum() != 0;
        if (field == 0 && inexact) {
            flags |= FPSR.UFC;
        }
        long mantissa = parts[0].longValueExact();
        int half = parts[1].shiftLeft(1).compareTo(scaled.denominator);
        if (inexact && rounding == FloatingPoint.TO_ODD) {
            mantissa |= 1;
        } else if (inexact && up(rounding, value.negative, half, (mantissa & 1) != 0)) {
            mantissa++;
        }
        if (mantissa == 1L << fractionBits && field == 0) {
            field = 1;
        }
        if (mantissa == 1L << fractionBits + 1) {
            field++;
            mantissa >>= 1;
        }
        if (field >= maximumField) {
            flags |= FPSR.OFC | FPSR.IXC;
            boolean infinite = rounding == 0 || rounding == 1 && !value.negative || rounding == 2 && value.negative;
            return sign | ((long) maximumField << fractionBits) - (infinite ? 0 : 1);
        }
        if (inexact) {
            flags |= FPSR.IXC;
        }
        return sign | (long) field << fractionBits | mantissa & (1L << fractionBits) - 1;
    }

    /** To an integer, exactly. */
    BigInteger integer(Rational value, int rounding) {
        flags = 0;
        BigInteger[] parts = value.numerator.divideAndRemainder(value.denominator);
        BigInteger result = parts[0];
        if (parts[1].signum() != 0) {
            flags = FPSR.IXC;
            int half = parts[1].shiftLeft(1).compareTo(value.denominator);
            if (up(rounding, value.negative, half, result.testBit(0))) {
                result = result.add(BigInteger.ONE);
            }
        }
        return value.negative ? result.negate() : result;
    }

    private static boolean up(int rounding, boolean negative, int half, boolean odd) {
        return switch (rounding) {
            case FloatingPoint.TIES_TO_EVEN -> half > 0 || half == 0 && odd;
            case FloatingPoint.TO_PLUS_INFINITY -> !negative;
            case FloatingPoint.TO_MINUS_INFINITY -> negative;
            case FloatingPoint.TIES_TO_AWAY -> half >= 0;
            default -> false;
        };
    }
}
