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

/** Finite operands: every size, rounding mode and flush control against exact rational numbers, flags included. */
class ArithmeticPropertyTest {
    private static final int[] SIZES = {16, 32, 64};

    private final PeState pe = new PeState(0);
    private Exact exact;
    private int rounding;
    private boolean flush;

    /** Sets the state for one trial; a fifth of them with FPSR.IXC set already, where shorter ways are taken. */
    private int start(int size, int control) {
        exact = new Exact(SIZES[size]);
        rounding = control & 3;
        flush = (control & 12) == 12;
        int bit = SIZES[size] == 16 ? FPCR.FZ16 : FPCR.FZ;
        pe.fpcr = rounding << FPCR.RMode_SHIFT | (flush ? bit : 0);
        pe.fpsr = control >= 28 ? FPSR.IXC : 0;
        return SIZES[size];
    }

    /** Finite bits near what matters, from a seed: random, few fraction bits, subnormal, extreme. */
    private long number(long seed) {
        long fraction = seed & (1L << exact.fractionBits) - 1;
        int choice = (int) (seed >>> 54) & 7;
        long field = (seed >>> 57) % 8;
        int bias = exact.maximumField >> 1;
        long sign = seed >>> 63 << exact.size - 1;
        return sign
                | switch (choice) {
                    case 0 -> fraction;
                    case 1 -> fraction >>> (int) field * 3 % exact.fractionBits;
                    case 2 -> (bias + field - 4) << exact.fractionBits;
                    case 3 -> (bias + field) << exact.fractionBits | fraction & -1L << exact.fractionBits / 2;
                    case 4 -> (exact.maximumField - 1 - (field & 3)) << exact.fractionBits | fraction;
                    case 5 -> (1 + field) << exact.fractionBits | fraction;
                    case 6 -> (bias + field - 4) << exact.fractionBits | fraction;
                    default ->
                        (Long.hashCode(seed * 0x9E3779B97F4A7C15L) & 0x7FFFFFFF)
                                        % exact.maximumField
                                        * (1L << exact.fractionBits)
                                | fraction;
                };
    }

    /** The operand's value, flushed where the control says so; its input flag. */
    private Rational flushed(long bits) {
        Rational value = exact.value(bits);
        boolean subnormal = !value.isZero() && (bits >>> exact.fractionBits & exact.maximumField) == 0;
        if (subnormal && flush) {
            inputFlags |= exact.size == 16 ? 0 : FPSR.IDC;
            return new Rational(value.negative(), BigInteger.ZERO, BigInteger.ONE);
        }
        return value;
    }

    private int inputFlags;

    private void check(String what, long got, Rational value, boolean zeroNegative, int before) {
        long expected;
        int flags = 0;
        if (value.isZero()) {
            expected = zeroNegative ? 1L << exact.size - 1 : 0;
        } else {
            expected = exact.round(value, rounding, flush);
            flags = exact.flags;
        }
        assertThat(Long.toHexString(got)).as(what).isEqualTo(Long.toHexString(expected));
        assertThat(pe.fpsr).as("FPSR of " + what).isEqualTo(before | inputFlags | flags);
    }

    private boolean sumZeroNegative(Rational x, Rational y) {
        return x.isZero() && y.isZero() && x.negative() == y.negative() ? x.negative() : rounding == 2;
    }

    @Property(tries = 6000, seed = "20261121")
    void addAndSub(
            @ForAll @IntRange(max = 2) int size,
            @ForAll @IntRange(max = 31) int control,
            @ForAll long a,
            @ForAll long b) {
        int bits = start(size, control);
        long x = number(a);
        long y = (control & 16) != 0 ? number(b) : near(x, b);
        int before = pe.fpsr;
        inputFlags = 0;
        Rational p = flushed(x);
        Rational q = flushed(y);
        check("add", FloatingPoint.add(pe, bits, x, y), p.plus(q), sumZeroNegative(p, q), before);
        pe.fpsr = before;
        Rational minus = new Rational(!q.negative(), q.numerator(), q.denominator());
        check("sub", FloatingPoint.sub(pe, bits, x, y), p.plus(minus), sumZeroNegative(p, minus), before);
    }

    /** A number of almost the same magnitude, so that sums cancel. */
    private long near(long x, long seed) {
        long moved = x + (seed & 7) - 3 ^ seed >>> 63 << exact.size - 1;
        long bits = exact.size == 64 ? moved : moved & (1L << exact.size) - 1;
        return exact.isFinite(bits) ? bits : x;
    }

    @Property(tries = 6000, seed = "20261121")
    void mulAndDiv(
            @ForAll @IntRange(max = 2) int size,
            @ForAll @IntRange(max = 31) int control,
            @ForAll long a,
            @ForAll long b) {
        int bits = start(size, control);
        long x = number(a);
        long y = number(b);
        int before = pe.fpsr;
        inputFlags = 0;
        Rational p = flushed(x);
        Rational q = flushed(y);
        boolean negative = p.negative() != q.negative();
        check("mul", FloatingPoint.mul(pe, bits, x, y), p.times(q), negative, before);
        pe.fpsr = before;
        check("mulx", FloatingPoint.mulExtended(pe, bits, x, y), p.times(q), negative, before);
        if (!q.isZero()) {
            pe.fpsr = before;
            check("div", FloatingPoint.div(pe, bits, x, y), p.over(q), negative, before);
        }
    }

    @Property(tries = 3000, seed = "20261121")
    void sqrt(@ForAll @IntRange(max = 2) int size, @ForAll @IntRange(max = 31) int control, @ForAll long a) {
        int bits = start(size, control);
        long x = number(a) & ~(1L << bits - 1);
        int before = pe.fpsr;
        inputFlags = 0;
        Rational p = flushed(x);
        check("sqrt", FloatingPoint.sqrt(pe, bits, x), p.isZero() ? p : p.root(), false, before);
    }

    @Property(tries = 6000, seed = "20261121")
    void mulAdd(
            @ForAll @IntRange(max = 2) int size,
            @ForAll @IntRange(max = 31) int control,
            @ForAll long a,
            @ForAll long b,
            @ForAll long c) {
        int bits = start(size, control);
        long x = number(a);
        long y = number(b);
        long z = number(c);
        if ((control & 16) != 0) {
            long rounded = exact.value(x).times(exact.value(y)).isZero()
                    ? 0
                    : exact.round(exact.value(x).times(exact.value(y)), 3, false);
            z = near(rounded ^ 1L << bits - 1, c & 7);
        }
        int before = pe.fpsr;
        inputFlags = 0;
        Rational addend = flushed(z);
        Rational product = flushed(x).times(flushed(y));
        check(
                "mulAdd",
                FloatingPoint.mulAdd(pe, bits, z, x, y),
                addend.plus(product),
                sumZeroNegative(addend, product),
                before);
    }

    @Property(tries = 3000, seed = "20261121")
    void stepsAreFused(
            @ForAll @IntRange(max = 2) int size,
            @ForAll @IntRange(max = 31) int control,
            @ForAll long a,
            @ForAll long b) {
        int bits = start(size, control);
        long x = number(a);
        long y = number(b);
        int before = pe.fpsr;
        inputFlags = 0;
        Rational product = flushed(x ^ 1L << bits - 1).times(flushed(y));
        Rational two = Rational.of(BigInteger.TWO, BigInteger.ONE);
        Rational three = Rational.of(BigInteger.valueOf(3), BigInteger.ONE);
        check("recps", FloatingPoint.recipStepFused(pe, bits, x, y), two.plus(product), rounding == 2, before);
        pe.fpsr = before;
        check(
                "rsqrts",
                FloatingPoint.rSqrtStepFused(pe, bits, x, y),
                three.plus(product).scaled(-1),
                rounding == 2,
                before);
    }

    @Property(tries = 3000, seed = "20261121")
    void halfProductsAddToSingle(@ForAll @IntRange(max = 3) int mode, @ForAll long a, @ForAll long b, @ForAll long c) {
        start(0, mode);
        long x = number(a);
        long y = number(b);
        Rational product = exact.value(x).times(exact.value(y));
        start(1, mode);
        long z = number(c);
        inputFlags = 0;
        Rational addend = exact.value(z);
        check(
                "fmlal",
                FloatingPoint.mulAddHalfToSingle(pe, z, x, y),
                addend.plus(product),
                sumZeroNegative(addend, product),
                0);
    }

    @Property(tries = 2000, seed = "20261121")
    void comparisonsOrderNumbers(
            @ForAll @IntRange(max = 2) int size,
            @ForAll @IntRange(max = 31) int control,
            @ForAll long a,
            @ForAll long b) {
        int bits = start(size, control);
        long x = number(a);
        long y = (control & 16) != 0 ? number(b) : near(x, b);
        int before = pe.fpsr;
        inputFlags = 0;
        Rational p = flushed(x);
        Rational q = flushed(y);
        int order = p.signedNumerator()
                .multiply(q.denominator())
                .compareTo(q.signedNumerator().multiply(p.denominator()));
        assertThat(FloatingPoint.compare(pe, bits, x, y, (control & 1) != 0))
                .isEqualTo(order == 0 ? 0b0110 : order < 0 ? 0b1000 : 0b0010);
        assertThat(FloatingPoint.compareGreater(pe, bits, x, y)).isEqualTo(order > 0);
        assertThat(FloatingPoint.compareGreaterOrEqual(pe, bits, x, y)).isEqualTo(order >= 0);
        assertThat(FloatingPoint.compareEqual(pe, bits, x, y)).isEqualTo(order == 0);
        long max = FloatingPoint.max(pe, bits, x, y);
        if (order != 0) {
            assertThat(exact.value(max))
                    .isEqualTo(order > 0 ? p.isZero() ? exact.value(max) : p : q.isZero() ? exact.value(max) : q);
        }
        assertThat(FloatingPoint.maxNumber(pe, bits, x, y)).isEqualTo(max);
        assertThat(FloatingPoint.minNumber(pe, bits, x, y)).isEqualTo(FloatingPoint.min(pe, bits, x, y));
        assertThat(pe.fpsr).isEqualTo(before | inputFlags);
    }
}
