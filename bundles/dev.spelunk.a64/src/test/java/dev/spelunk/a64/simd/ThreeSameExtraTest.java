// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dot products, matrix multiplication, complex arithmetic, FMLAL, and floating-point vectors. */
class ThreeSameExtraTest {
    private static BigInteger dot(Vectors vectors, int n, int m, int count, boolean unsignedA, boolean unsignedB) {
        BigInteger sum = BigInteger.ZERO;
        for (int i = 0; i < count; i++) {
            sum = sum.add(Vectors.element(vectors.register(Vectors.N), n + i, 8, unsignedA)
                    .multiply(Vectors.element(vectors.register(Vectors.M), m + i, 8, unsignedB)));
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({
        // word, signedness of the elements, element of register m that is taken or -1
        "4E829420, false, false, -1",
        "6E829420, true, true, -1",
        "4E829C20, true, false, -1",
        "4FA2E820, false, false, 3",
        "6F82E020, true, true, 0",
        "4FA2F020, true, false, 1",
        "4F02F820, false, true, 2"
    })
    void dotProducts(String word, boolean unsignedA, boolean unsignedB, int index) {
        Vectors vectors = new Vectors(index);
        for (int round = 0; round < 100; round++) {
            vectors.fill();
            BigInteger expected = BigInteger.ZERO;
            for (int e = 0; e < 4; e++) {
                BigInteger sum = Vectors.element(vectors.register(Vectors.D), e, 32, true)
                        .add(dot(vectors, 4 * e, 4 * (index < 0 ? e : index), 4, unsignedA, unsignedB));
                expected = expected.or(sum.and(Vectors.ones(32)).shiftLeft(32 * e));
            }
            vectors.execute((int) Long.parseLong(word, 16));
            assertThat(vectors.register(Vectors.D)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"4E82A420, false, false", "6E82A420, true, true", "4E82AC20, true, false"})
    void matrixMultiplication(String word, boolean unsignedA, boolean unsignedB) {
        Vectors vectors = new Vectors(1);
        for (int round = 0; round < 100; round++) {
            vectors.fill();
            BigInteger expected = BigInteger.ZERO;
            for (int e = 0; e < 4; e++) {
                BigInteger sum = Vectors.element(vectors.register(Vectors.D), e, 32, true)
                        .add(dot(vectors, 8 * (e / 2), 8 * (e % 2), 8, unsignedA, unsignedB));
                expected = expected.or(sum.and(Vectors.ones(32)).shiftLeft(32 * e));
            }
            vectors.execute((int) Long.parseLong(word, 16));
            assertThat(vectors.register(Vectors.D)).isEqualTo(expected);
        }
    }

    private static void set(Vectors vectors, int register, double low, double high) {
        vectors.pe.v[2 * register] = Double.doubleToRawLongBits(low);
        vectors.pe.v[2 * register + 1] = Double.doubleToRawLongBits(high);
    }

    private static double get(Vectors vectors, int half) {
        return Double.longBitsToDouble(vectors.pe.v[half]);
    }

    /** With rotations by 0 and 90 degrees FCMLA is the product of complex numbers, with 180 and 270 its negative. */
    @Test
    void complexProduct() {
        Vectors vectors = new Vectors(2);
        set(vectors, 0, 100, 200);
        set(vectors, 1, 3, 5);
        set(vectors, 2, 7, 11);
        vectors.execute(0x6EC2C420);
        assertThat(get(vectors, 0)).isEqualTo(100 + 21);
        assertThat(get(vectors, 1)).isEqualTo(200 + 33);
        vectors.execute(0x6EC2CC20);
        assertThat(get(vectors, 0)).isEqualTo(100 + 21 - 55);
        assertThat(get(vectors, 1)).isEqualTo(200 + 33 + 35);
        vectors.execute(0x6EC2D420);
        vectors.execute(0x6EC2DC20);
        assertThat(get(vectors, 0)).isEqualTo(100);
        assertThat(get(vectors, 1)).isEqualTo(200);
    }

    @Test
    void complexProductByElement() {
        Vectors vectors = new Vectors(2);
        float[] a = {1, 2, 3, 4};
        float[] b = {9, 8, 5, 6};
        for (int half = 0; half < 2; half++) {
            vectors.pe.v[half] = 0;
            vectors.pe.v[2 + half] = pair(a[2 * half], a[2 * half + 1]);
            vectors.pe.v[4 + half] = pair(b[2 * half], b[2 * half + 1]);
        }
        // FCMLA V0.4S, V1.4S, V2.S[1], #0 and #90
        vectors.execute(0x6F821820);
        vectors.execute(0x6F823820);
        assertThat(vectors.pe.v[0]).isEqualTo(pair(1 * 5 - 2 * 6, 1 * 6 + 2 * 5));
        assertThat(vectors.pe.v[1]).isEqualTo(pair(3 * 5 - 4 * 6, 3 * 6 + 4 * 5));
    }

    private static long pair(float low, float high) {
        return Float.floatToRawIntBits(low) & 0xFFFFFFFFL | (long) Float.floatToRawIntBits(high) << 32;
    }

    @Test
    void complexSum() {
        Vectors vectors = new Vectors(2);
        set(vectors, 1, 3, 5);
        set(vectors, 2, 7, 11);
        vectors.execute(0x6EC2E420);
        assertThat(get(vectors, 0)).isEqualTo(3 - 11);
        assertThat(get(vectors, 1)).isEqualTo(5 + 7);
        vectors.execute(0x6EC2F420);
        assertThat(get(vectors, 0)).isEqualTo(3 + 11);
        assertThat(get(vectors, 1)).isEqualTo(5 - 7);
    }

    @Test
    void halfPrecisionProductsAreAddedInSinglePrecision() {
        Vectors vectors = new Vectors(2);
        // 1, 2, 3, 4 and 2, 2, 2, 0.5 in half precision
        vectors.pe.v[2] = 0x4400420040003C00L;
        vectors.pe.v[4] = 0x3800400040004000L;
        vectors.pe.v[0] = pair(10, 20);
        // FMLAL, FMLAL2, FMLSL V0.2S, V1.2H, V2.2H and FMLSL2 with V2.H[3]
        vectors.execute(0x0E22EC20);
        assertThat(vectors.pe.v[0]).isEqualTo(pair(12, 24));
        vectors.execute(0x2E22CC20);
        assertThat(vectors.pe.v[0]).isEqualTo(pair(18, 26));
        vectors.execute(0x0EA2EC20);
        assertThat(vectors.pe.v[0]).isEqualTo(pair(16, 22));
        vectors.execute(0x2FB2C020);
        assertThat(vectors.pe.v[0]).isEqualTo(pair(14.5f, 20));
        assertThat(vectors.pe.v[1]).isZero();
    }

    /** Two elements of single precision by two, as Java computes them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0E22D420 +",
                "0EA2D420 -",
                "2E22DC20 *",
                "2E22FC20 /",
                "0E22F420 max",
                "0EA2F420 min",
                "0E22E420 ==",
                "2E22E420 >=",
                "2EA2E420 >",
                "2E22D420 pairs",
                "2EA2D420 abd",
                "0E22CC20 fma"
            })
    void singlePrecision(String operation) {
        Vectors vectors = new Vectors(3);
        int word = (int) Long.parseLong(operation.substring(0, 8), 16);
        for (int round = 0; round < 200; round++) {
            float[] x = new float[6];
            for (int i = 0; i < 6; i++) {
                x[i] = (vectors.next(2001) - 1000) / 16f;
            }
            x[4] = vectors.next(4) == 0 ? x[2] : x[4];
            vectors.pe.v[0] = pair(x[0], x[1]);
            vectors.pe.v[2] = pair(x[2], x[3]);
            vectors.pe.v[4] = pair(x[4], x[5] == 0 ? 1 : x[5]);
            x[5] = x[5] == 0 ? 1 : x[5];
            if (x[4] == 0) {
                continue;
            }
            String name = operation.substring(9);
            long expected = name.equals("pairs")
                    ? pair(x[2] + x[3], x[4] + x[5])
                    : result(name, x[0], x[2], x[4]) & 0xFFFFFFFFL | (long) result(name, x[1], x[3], x[5]) << 32;
            vectors.execute(word);
            assertThat(vectors.pe.v[0]).isEqualTo(expected);
            assertThat(vectors.pe.v[1]).isZero();
        }
    }

    private static int result(String name, float d, float a, float b) {
        switch (name) {
            case "+":
                return Float.floatToRawIntBits(a + b);
            case "-":
                return Float.floatToRawIntBits(a - b);
            case "*":
                return Float.floatToRawIntBits(a * b);
            case "/":
                return Float.floatToRawIntBits(a / b);
            case "max":
                return Float.floatToRawIntBits(Math.max(a, b));
            case "min":
                return Float.floatToRawIntBits(Math.min(a, b));
            case "abd":
                return Float.floatToRawIntBits(Math.abs(a - b));
            case "fma":
                return Float.floatToRawIntBits(Math.fma(a, b, d));
            case "==":
                return a == b ? -1 : 0;
            case ">=":
                return a >= b ? -1 : 0;
            default:
                return a > b ? -1 : 0;
        }
    }

    @Test
    void conversionsAndRounding() {
        Vectors vectors = new Vectors(4);
        vectors.pe.v[2] = pair(2.5f, -1.75f);
        long[][] expected = {
            // FRINTN, FRINTA, FRINTP, FRINTZ V0.2S, V1.2S
            {0x0E218820, pair(2, -2)},
            {0x2E218820, pair(3, -2)},
            {0x0EA18820, pair(3, -1)},
            {0x0EA19820, pair(2, -1)},
            // FCVTNS, FCVTAS, FCVTMS, FCVTZS, FCVTZU V0.2S, V1.2S
            {0x0E21A820, 2 | -2L << 32},
            {0x0E21C820, 3 | -2L << 32},
            {0x0E21B820, 2 | -2L << 32},
            {0x0EA1B820, 2 | -1L << 32},
            {0x2EA1B820, 2}
        };
        for (long[] row : expected) {
            vectors.execute((int) row[0]);
            assertThat(vectors.pe.v[0]).as("%08x", row[0]).isEqualTo(row[1]);
        }
        // FCVTL V0.2D, V1.2S; FCVTN2 V0.4S, V1.2D; FNEG and FABS V0.2S, V1.2S; FSQRT D as vector
        vectors.execute(0x0E617820);
        assertThat(get(vectors, 0)).isEqualTo(2.5);
        assertThat(get(vectors, 1)).isEqualTo(-1.75);
        set(vectors, 1, 0.5, -8);
        vectors.execute(0x4E616820);
        assertThat(vectors.pe.v[0]).isEqualTo(Double.doubleToRawLongBits(2.5));
        assertThat(vectors.pe.v[1]).isEqualTo(pair(0.5f, -8));
        set(vectors, 1, 2, 9);
        vectors.execute(0x6EE1F820);
        assertThat(get(vectors, 0)).isEqualTo(Math.sqrt(2));
        assertThat(get(vectors, 1)).isEqualTo(3);
        // SCVTF D0, D1
        vectors.pe.v[2] = -7;
        vectors.execute(0x5E61D820);
        assertThat(get(vectors, 0)).isEqualTo(-7);
    }

    /** FMAXNMV takes numbers before quiet NaNs; FMAXV does not. */
    @Test
    void maximumAcrossLanes() {
        Vectors vectors = new Vectors(5);
        vectors.pe.v[2] = pair(1, Float.NaN);
        vectors.pe.v[3] = pair(-4, 7);
        vectors.execute(0x6E30C820);
        assertThat(vectors.pe.v[0]).isEqualTo(pair(7, 0));
        vectors.execute(0x6E30F820);
        assertThat(vectors.pe.v[0]).isEqualTo(pair(Float.NaN, 0));
        vectors.pe.v[2] = pair(1, 2);
        vectors.execute(0x6EB0F820);
        assertThat(vectors.pe.v[0]).isEqualTo(pair(-4, 0));
    }
}
