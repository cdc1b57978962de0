// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.fp.Exact.Rational;
import dev.spelunk.api.registers.fields.FPCR;
import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;
import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Conversions of finite numbers against exact rational numbers. */
class ConversionPropertyTest {
    private static final int[] SIZES = {16, 32, 64};

    private final PeState pe = new PeState(0);

    /** Finite bits whose exponent is mostly one that an integer may have. */
    private static long number(Exact exact, long seed) {
        int bias = exact.maximumField >> 1;
        long fraction = seed & (1L << exact.fractionBits) - 1;
        int cut = (int) (seed >>> 52) & 31;
        fraction = cut < exact.fractionBits ? fraction >>> cut << cut : fraction;
        long field =
                Math.floorMod(bias - 3 + (Long.hashCode(seed * 0x9E3779B97F4A7C15L) >>> 1) % 72, exact.maximumField);
        return seed >>> 63 << exact.size - 1 | field << exact.fractionBits | fraction;
    }

    @Property(tries = 10000, seed = "20261121")
    void toFixed(
            @ForAll @IntRange(max = 2) int size,
            @ForAll @IntRange(max = 4) int rounding,
            @ForAll @IntRange(max = 2) int width,
            @ForAll @IntRange(max = 16) int fractionBits,
            @ForAll boolean unsigned,
            @ForAll long seed) {
        Exact exact = new Exact(SIZES[size]);
        long a = number(exact, seed);
        int w = SIZES[width];
        int scale = (seed & 3) == 0 ? fractionBits : 0;
        BigInteger integer = exact.integer(exact.value(a).scaled(scale), rounding);
        int flags = exact.flags;
        BigInteger least =
                unsigned ? BigInteger.ZERO : BigInteger.ONE.shiftLeft(w - 1).negate();
        BigInteger most = BigInteger.ONE.shiftLeft(unsigned ? w : w - 1).subtract(BigInteger.ONE);
        BigInteger saturated = integer.max(least).min(most);
        pe.fpsr = 0;
        pe.fpcr = 0;
        long got = FloatingPoint.toFixed(pe, SIZES[size], a, scale, unsigned, rounding, w);
        assertThat(got).isEqualTo(saturated.longValue() & -1L >>> 64 - w);
        assertThat(pe.fpsr).isEqualTo(saturated.equals(integer) ? flags : FPSR.IOC);
        if (size == 2 && width > 0 && scale == 0 && !unsigned && rounding == FloatingPoint.TO_ZERO) {
            pe.fpsr = 0;
            assertThat(DoublePrecision.toIntegerZero(pe, a, w)).isEqualTo(got);
            assertThat(pe.fpsr).isEqualTo(saturated.equals(integer) ? flags : FPSR.IOC);
        }
    }

    @Property(tries = 6000, seed = "20261121")
    void fromFixed(
            @ForAll @IntRange(max = 2) int size,
            @ForAll @IntRange(max = 3) int rounding,
            @ForAll @IntRange(max = 64) int fractionBits,
            @ForAll boolean unsigned,
            @ForAll long seed,
            @ForAll @IntRange(max = 63) int shift) {
        Exact exact = new Exact(SIZES[size]);
        long value = seed >> shift;
        BigInteger integer = new BigInteger(unsigned ? Long.toUnsignedString(value) : Long.toString(value));
        pe.fpcr = rounding << FPCR.RMode_SHIFT;
        pe.fpsr = 0;
        long got = FloatingPoint.fromFixed(pe, SIZES[size], value, fractionBits, unsigned);
        long expected = value == 0
                ? 0
                : exact.round(Rational.of(integer, BigInteger.ONE).scaled(-fractionBits), rounding, false);
        assertThat(got).isEqualTo(expected);
        assertThat(pe.fpsr).isEqualTo(value == 0 ? 0 : exact.flags);
        if (size == 2 && !unsigned && fractionBits == 0) {
            assertThat(DoublePrecision.fromInteger(pe, value)).isEqualTo(expected);
        }
    }

    @Property(tries = 6000, seed = "20261121")
    void betweenSizes(
            @ForAll @IntRange(max = 2) int from,
            @ForAll @IntRange(max = 2) int to,
            @ForAll @IntRange(max = 3) int rounding,
            @ForAll long seed,
            @ForAll boolean wide) {
        if (from == to) {
            return;
        }
        Exact source = new Exact(SIZES[from]);
        Exact target = new Exact(SIZES[to]);
        long raw = SIZES[from] == 64 ? seed : seed & (1L << SIZES[from]) - 1;
        long a = wide && source.isFinite(raw) ? raw : number(source, seed);
        pe.fpcr = rounding << FPCR.RMode_SHIFT;
        pe.fpsr = 0;
        long got = FloatingPoint.convert(pe, SIZES[from], SIZES[to], a);
        Rational value = source.value(a);
        long expected =
                value.isZero() ? (a >>> SIZES[from] - 1) << SIZES[to] - 1 : target.round(value, rounding, false);
        assertThat(got).isEqualTo(expected);
        assertThat(pe.fpsr).isEqualTo(value.isZero() ? 0 : target.flags);
        if (from == 2 && to == 1 && !value.isZero()) {
            pe.fpsr = 0;
            assertThat(FloatingPoint.convertToOdd(pe, a)).isEqualTo(target.round(value, FloatingPoint.TO_ODD, false));
            assertThat(pe.fpsr).isEqualTo(target.flags);
        }
    }

    @Property(tries = 6000, seed = "20261121")
    void roundToIntegral(
            @ForAll @IntRange(max = 2) int size,
            @ForAll @IntRange(max = 4) int rounding,
            @ForAll boolean reportInexact,
            @ForAll long seed) {
        Exact exact = new Exact(SIZES[size]);
        long a = number(exact, seed);
        BigInteger integer = exact.integer(exact.value(a), rounding);
        int flags = exact.flags;
        long expected = integer.signum() == 0
                ? seed >>> 63 << SIZES[size] - 1
                : exact.round(Rational.of(integer, BigInteger.ONE), 0, false);
        pe.fpcr = 0;
        pe.fpsr = 0;
        assertThat(FloatingPoint.roundToIntegral(pe, SIZES[size], a, rounding, reportInexact))
                .isEqualTo(expected);
        assertThat(pe.fpsr).isEqualTo(reportInexact ? flags : 0);
        if (size == 0) {
            return;
        }
        for (int n = 32; n <= 64; n += 32) {
            boolean fits = integer.bitLength() < n;
            pe.fpsr = 0;
            long got = FloatingPoint.roundToIntegralOfSize(pe, SIZES[size], a, rounding, n);
            Rational least = Rational.of(BigInteger.ONE.shiftLeft(n - 1).negate(), BigInteger.ONE);
            assertThat(got).isEqualTo(fits ? expected : exact.round(least, 0, false));
            assertThat(pe.fpsr).isEqualTo(fits ? flags : FPSR.IOC);
        }
    }

    @Property(tries = 3000, seed = "20261121")
    void javaScript(@ForAll long seed, @ForAll boolean wide) {
        Exact exact = new Exact(64);
        long a = wide && exact.isFinite(seed) ? seed : number(exact, seed);
        BigInteger integer = exact.integer(exact.value(a), FloatingPoint.TO_ZERO);
        int flags = exact.flags;
        boolean fits = integer.bitLength() < 32;
        pe.fpcr = 0;
        pe.fpsr = 0;
        assertThat(FloatingPoint.toFixedJavaScript(pe, a)).isEqualTo(integer.longValue() & 0xFFFFFFFFL);
        assertThat(pe.fpsr).isEqualTo(fits ? flags : FPSR.IOC);
        assertThat(pe.nzcv).isEqualTo(fits && flags == 0 && a != Long.MIN_VALUE ? 4 : 0);
    }
}
