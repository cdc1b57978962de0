// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** "Advanced SIMD three different" against arithmetic of unbounded numbers, upper and lower halves. */
class ThreeDifferentTest {
    private static final int BASE = 0x0E200000;
    private static final BigInteger ONE = BigInteger.ONE;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 7, 8, 10, 12})
    void longAndWideOperations(int opcode) {
        Vectors vectors = new Vectors(opcode);
        for (int round = 0; round < 300; round++) {
            vectors.fill();
            int size = round % 3;
            boolean upper = vectors.next(2) == 0;
            boolean unsigned = vectors.next(2) == 0;
            int width = 8 << size;
            int first = upper ? 8 >> size : 0;
            BigInteger d = vectors.register(Vectors.D);
            BigInteger n = vectors.register(Vectors.N);
            BigInteger m = vectors.register(Vectors.M);
            boolean wide = opcode == 1 || opcode == 3;
            BigInteger expected = BigInteger.ZERO;
            for (int e = 0; e < 8 >> size; e++) {
                BigInteger a = wide
                        ? Vectors.element(n, e, 2 * width, unsigned)
                        : Vectors.element(n, first + e, width, unsigned);
                BigInteger b = Vectors.element(m, first + e, width, unsigned);
                BigInteger result = combine(opcode, Vectors.element(d, e, 2 * width, true), a, b);
                expected = expected.or(result.and(Vectors.ones(2 * width)).shiftLeft(2 * width * e));
            }
            vectors.execute(Vectors.word(BASE | opcode << 12, upper, unsigned, size));
            assertThat(vectors.register(Vectors.D)).as("size %d", size).isEqualTo(expected);
        }
    }

    private static BigInteger combine(int opcode, BigInteger d, BigInteger a, BigInteger b) {
        switch (opcode) {
            case 0, 1:
                return a.add(b);
            case 2, 3:
                return a.subtract(b);
            case 5:
                return d.add(a.subtract(b).abs());
            case 7:
                return a.subtract(b).abs();
            case 8:
                return d.add(a.multiply(b));
            case 10:
                return d.subtract(a.multiply(b));
            default:
                return a.multiply(b);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void highHalvesNarrowed(int opcode) {
        Vectors vectors = new Vectors(opcode);
        for (int round = 0; round < 300; round++) {
            vectors.fill();
            int size = round % 3;
            boolean upper = vectors.next(2) == 0;
            boolean rounding = vectors.next(2) == 0;
            int width = 8 << size;
            BigInteger n = vectors.register(Vectors.N);
            BigInteger m = vectors.register(Vectors.M);
            BigInteger narrow = BigInteger.ZERO;
            for (int e = 0; e < 8 >> size; e++) {
                BigInteger a = Vectors.element(n, e, 2 * width, true);
                BigInteger b = Vectors.element(m, e, 2 * width, true);
                BigInteger sum = (opcode == 4 ? a.add(b) : a.subtract(b))
                        .add(rounding ? ONE.shiftLeft(width - 1) : BigInteger.ZERO);
                narrow =
                        narrow.or(sum.shiftRight(width).and(Vectors.ones(width)).shiftLeft(width * e));
            }
            BigInteger low = vectors.register(Vectors.D).and(Vectors.ones(64));
            vectors.execute(Vectors.word(BASE | opcode << 12, upper, rounding, size));
            assertThat(vectors.register(Vectors.D))
                    .isEqualTo(upper ? narrow.shiftLeft(64).or(low) : narrow);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 11, 13})
    void saturatingDoublingProducts(int opcode) {
        Vectors vectors = new Vectors(opcode);
        for (int round = 0; round < 600; round++) {
            vectors.fill();
            int size = 1 + round % 2;
            int kind = vectors.next(3);
            boolean scalar = kind == 2;
            boolean upper = kind == 1;
            int width = 8 << size;
            int first = upper ? 8 >> size : 0;
            BigInteger expected = BigInteger.ZERO;
            boolean saturated = false;
            for (int e = 0; e < (scalar ? 1 : 8 >> size); e++) {
                BigInteger product = Vectors.element(vectors.register(Vectors.N), first + e, width, false)
                        .multiply(Vectors.element(vectors.register(Vectors.M), first + e, width, false))
                        .shiftLeft(1);
                BigInteger limited = Vectors.saturate(product, 2 * width, false);
                saturated |= !limited.equals(product);
                if (opcode != 13) {
                    BigInteger d = Vectors.element(vectors.register(Vectors.D), e, 2 * width, false);
                    BigInteger sum = opcode == 9 ? d.add(limited) : d.subtract(limited);
                    limited = Vectors.saturate(sum, 2 * width, false);
                    saturated |= !limited.equals(sum);
                }
                expected = expected.or(limited.and(Vectors.ones(2 * width)).shiftLeft(2 * width * e));
            }
            vectors.execute(Vectors.word((scalar ? 0x5E200000 : BASE) | opcode << 12, upper || scalar, false, size));
            assertThat(vectors.register(Vectors.D)).isEqualTo(expected);
            assertThat(vectors.saturated()).isEqualTo(saturated);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void polynomialProducts(int size) {
        Vectors vectors = new Vectors(size);
        for (int round = 0; round < 300; round++) {
            vectors.fill();
            boolean upper = vectors.next(2) == 0;
            int width = 8 << size;
            int first = upper ? 8 >> size : 0;
            BigInteger expected = BigInteger.ZERO;
            for (int e = 0; e < 8 >> size; e++) {
                BigInteger product = ThreeSameTest.polynomial(
                        Vectors.element(vectors.register(Vectors.N), first + e, width, true),
                        Vectors.element(vectors.register(Vectors.M), first + e, width, true));
                expected = expected.or(product.shiftLeft(2 * width * e));
            }
            vectors.execute(Vectors.word(BASE | 14 << 12, upper, false, size));
            assertThat(vectors.register(Vectors.D)).isEqualTo(expected);
        }
    }
}
