// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** "Advanced SIMD shift by immediate" and its scalar group against arithmetic of unbounded numbers. */
class ShiftImmediateTest {
    private static final int BASE = 0x0F000400;
    private static final int SCALAR = 0x5F000400;

    private static int word(int base, int opcode, boolean full, boolean unsigned, int immediate) {
        return base
                | opcode << 11
                | (full ? 1 << 30 : 0)
                | (unsigned ? 1 << 29 : 0)
                | immediate << 16
                | Vectors.N << 5
                | Vectors.D;
    }

    private static BigInteger right(BigInteger a, int by, boolean rounding) {
        return (rounding ? a.add(BigInteger.ONE.shiftLeft(by - 1)) : a).shiftRight(by);
    }

    @ParameterizedTest
    @CsvSource({
        "0, false",
        "0, true",
        "2, false",
        "2, true",
        "4, false",
        "4, true",
        "6, false",
        "6, true",
        "8, true",
        "10, false",
        "10, true",
        "12, true",
        "14, false",
        "14, true"
    })
    void shiftsOfTheSameWidth(int opcode, boolean unsigned) {
        Vectors vectors = new Vectors(opcode);
        for (int round = 0; round < 600; round++) {
            vectors.fill();
            boolean scalarOfAnySize = opcode >= 12;
            boolean scalar = vectors.next(3) == 0;
            int size = scalar && !scalarOfAnySize ? 3 : vectors.next(4);
            boolean full = size == 3 || vectors.next(2) == 0;
            int width = 8 << size;
            int left = vectors.next(width);
            int right = width - left;
            int elements = scalar ? 1 : (full ? 16 : 8) >> size;
            BigInteger expected = BigInteger.ZERO;
            boolean saturated = false;
            for (int e = 0; e < elements; e++) {
                BigInteger d = Vectors.element(vectors.register(Vectors.D), e, width, true);
                BigInteger a = Vectors.element(vectors.register(Vectors.N), e, width, unsigned && opcode != 12);
                BigInteger result;
                switch (opcode) {
                    case 0, 4:
                        result = right(a, right, opcode == 4);
                        break;
                    case 2, 6:
                        result = d.add(right(a, right, opcode == 6));
                        break;
                    case 8:
                        result = a.shiftRight(right)
                                .or(d.andNot(Vectors.ones(width).shiftRight(right)));
                        break;
                    case 10:
                        result = unsigned ? a.shiftLeft(left).or(d.and(Vectors.ones(left))) : a.shiftLeft(left);
                        break;
                    default:
                        result = Vectors.saturate(a.shiftLeft(left), width, unsigned);
                        saturated |= !result.equals(a.shiftLeft(left));
                        break;
                }
                expected = expected.or(result.and(Vectors.ones(width)).shiftLeft(e * width));
            }
            int immediate = opcode < 10 ? 2 * width - right : width + left;
            vectors.execute(word(scalar ? SCALAR : BASE, opcode, full || scalar, unsigned, immediate));
            assertThat(vectors.register(Vectors.D))
                    .as("size %d left %d", size, left)
                    .isEqualTo(expected);
            assertThat(vectors.saturated()).isEqualTo(saturated);
        }
    }

    @ParameterizedTest
    @CsvSource({"16, false", "17, false", "18, false", "19, false", "16, true", "17, true", "18, true", "19, true"})
    void narrowingShifts(int opcode, boolean u) {
        Vectors vectors = new Vectors(opcode);
        boolean saturating = u || opcode >= 18;
        for (int round = 0; round < 600; round++) {
            vectors.fill();
            boolean scalar = saturating && vectors.next(3) == 0;
            boolean upper = !scalar && vectors.next(2) == 0;
            int size = vectors.next(3);
            int width = 8 << size;
            int by = 1 + vectors.next(width);
            BigInteger narrow = BigInteger.ZERO;
            boolean saturated = false;
            for (int e = 0; e < (scalar ? 1 : 8 >> size); e++) {
                BigInteger a = Vectors.element(vectors.register(Vectors.N), e, 2 * width, u && opcode >= 18);
                BigInteger exact = right(a, by, (opcode & 1) != 0);
                BigInteger result = saturating ? Vectors.saturate(exact, width, u) : exact;
                saturated |= !result.equals(exact);
                narrow = narrow.or(result.and(Vectors.ones(width)).shiftLeft(e * width));
            }
            BigInteger low = vectors.register(Vectors.D).and(Vectors.ones(64));
            vectors.execute(word(scalar ? SCALAR : BASE, opcode, upper || scalar, u, 2 * width - by));
            assertThat(vectors.register(Vectors.D))
                    .isEqualTo(upper ? narrow.shiftLeft(64).or(low) : narrow);
            assertThat(vectors.saturated()).isEqualTo(saturated);
        }
    }

    @Test
    void wideningShifts() {
        Vectors vectors = new Vectors(20);
        for (int round = 0; round < 300; round++) {
            vectors.fill();
            boolean unsigned = vectors.next(2) == 0;
            boolean upper = vectors.next(2) == 0;
            int size = vectors.next(3);
            int width = 8 << size;
            int by = vectors.next(width);
            BigInteger expected = BigInteger.ZERO;
            for (int e = 0; e < 8 >> size; e++) {
                BigInteger a =
                        Vectors.element(vectors.register(Vectors.N), e + (upper ? 8 >> size : 0), width, unsigned);
                expected =
                        expected.or(a.shiftLeft(by).and(Vectors.ones(2 * width)).shiftLeft(2 * e * width));
            }
            vectors.execute(word(BASE, 20, upper, unsigned, width + by));
            assertThat(vectors.register(Vectors.D)).isEqualTo(expected);
        }
    }

    @Test
    void fixedPointConversions() {
        Vectors vectors = new Vectors(0);
        // 4 fraction bits: 2.5 is 40, and -3.25 is -52.
        vectors.pe.v[2] = Float.floatToRawIntBits(2.5f) | (long) Float.floatToRawIntBits(-3.25f) << 32;
        vectors.execute(word(BASE, 31, false, false, 64 - 4));
        assertThat(vectors.pe.v[0]).isEqualTo(40 | -52L << 32);
        vectors.pe.v[2] = 40 | -52L << 32;
        vectors.execute(word(BASE, 28, false, false, 64 - 4));
        assertThat(vectors.pe.v[0])
                .isEqualTo(Float.floatToRawIntBits(2.5f) | (long) Float.floatToRawIntBits(-3.25f) << 32);
        assertThat(vectors.pe.fpsr).isZero();
        // A negative number saturates to 0 as unsigned, an Invalid Operation.
        vectors.pe.v[2] = Double.doubleToRawLongBits(-1.0);
        vectors.execute(word(SCALAR, 31, true, true, 128 - 1));
        assertThat(vectors.pe.v[0]).isZero();
        assertThat(vectors.pe.fpsr).isEqualTo(1);
    }
}
