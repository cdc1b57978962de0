// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** "Advanced SIMD two-register miscellaneous", "across lanes" and "scalar pairwise". */
class TwoRegisterMiscTest {
    private static final int BASE = 0x0E200800;
    private static final int SCALAR = 0x5E200800;
    private static final int ACROSS = 0x0E300800;

    private interface Meaning {
        BigInteger of(BigInteger d, BigInteger a, int width);
    }

    private record Instruction(
            String name,
            int opcode,
            boolean u,
            int sizes,
            boolean saturates,
            boolean unsignedSource,
            boolean unsignedResult,
            boolean scalar,
            Meaning meaning) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static BigInteger truth(boolean holds) {
        return holds ? BigInteger.ONE.negate() : BigInteger.ZERO;
    }

    static Stream<Instruction> instructions() {
        return Stream.of(
                new Instruction("SUQADD", 3, false, 4, true, true, false, true, (d, a, w) -> d.add(a)),
                new Instruction("USQADD", 3, true, 4, true, false, true, true, (d, a, w) -> d.add(a)),
                new Instruction(
                        "CLS",
                        4,
                        false,
                        3,
                        false,
                        false,
                        true,
                        false,
                        (d, a, w) -> BigInteger.valueOf(w - 1 - a.bitLength())),
                new Instruction(
                        "CLZ",
                        4,
                        true,
                        3,
                        false,
                        true,
                        true,
                        false,
                        (d, a, w) -> BigInteger.valueOf(w - a.bitLength())),
                new Instruction(
                        "CNT", 5, false, 1, false, true, true, false, (d, a, w) -> BigInteger.valueOf(a.bitCount())),
                new Instruction("NOT", 5, true, 1, false, true, true, false, (d, a, w) -> a.not()),
                new Instruction("SQABS", 7, false, 4, true, false, false, true, (d, a, w) -> a.abs()),
                new Instruction("SQNEG", 7, true, 4, true, false, false, true, (d, a, w) -> a.negate()),
                new Instruction("CMGT", 8, false, 4, false, false, true, true, (d, a, w) -> truth(a.signum() > 0)),
                new Instruction("CMGE", 8, true, 4, false, false, true, true, (d, a, w) -> truth(a.signum() >= 0)),
                new Instruction("CMEQ", 9, false, 4, false, false, true, true, (d, a, w) -> truth(a.signum() == 0)),
                new Instruction("CMLE", 9, true, 4, false, false, true, true, (d, a, w) -> truth(a.signum() <= 0)),
                new Instruction("CMLT", 10, false, 4, false, false, true, true, (d, a, w) -> truth(a.signum() < 0)),
                new Instruction("ABS", 11, false, 4, false, false, true, true, (d, a, w) -> a.abs()),
                new Instruction("NEG", 11, true, 4, false, false, true, true, (d, a, w) -> a.negate()));
    }

    @ParameterizedTest
    @MethodSource("instructions")
    void doesTheSameForEachElement(Instruction i) {
        Vectors vectors = new Vectors(i.opcode);
        for (int round = 0; round < 400; round++) {
            vectors.fill();
            boolean scalar = i.scalar && vectors.next(3) == 0;
            int size = scalar && !i.saturates ? 3 : vectors.next(i.sizes);
            boolean full = size == 3 || vectors.next(2) == 0;
            int width = 8 << size;
            BigInteger expected = BigInteger.ZERO;
            boolean saturated = false;
            for (int e = 0; e < (scalar ? 1 : (full ? 16 : 8) >> size); e++) {
                BigInteger exact = i.meaning.of(
                        Vectors.element(vectors.register(Vectors.D), e, width, i.unsignedResult),
                        Vectors.element(vectors.register(Vectors.N), e, width, i.unsignedSource),
                        width);
                BigInteger result = i.saturates ? Vectors.saturate(exact, width, i.unsignedResult) : exact;
                saturated |= !result.equals(exact);
                expected = expected.or(result.and(Vectors.ones(width)).shiftLeft(e * width));
            }
            vectors.execute(Vectors.wordOfTwo((scalar ? SCALAR : BASE) | i.opcode << 12, full || scalar, i.u, size));
            assertThat(vectors.register(Vectors.D)).as("size %d", size).isEqualTo(expected);
            assertThat(vectors.saturated()).isEqualTo(saturated);
        }
    }

    @Test
    void reversals() {
        Vectors vectors = new Vectors(0);
        vectors.pe.v[2] = 0x0123456789ABCDEFL;
        long[][] expected = {
            {0, 0, 0, 0xEFCDAB8967452301L}, {0, 0, 1, 0xCDEF89AB45670123L}, {0, 0, 2, 0x89ABCDEF01234567L},
            {0, 1, 0, 0x67452301EFCDAB89L}, {0, 1, 1, 0x45670123CDEF89ABL}, {1, 0, 0, 0x23016745AB89EFCDL},
            {5, 1, 1, 0x80C4A2E691D5B3F7L}
        };
        for (long[] row : expected) {
            vectors.execute(Vectors.wordOfTwo(BASE | (int) row[0] << 12, false, row[1] != 0, (int) row[2]));
            assertThat(vectors.pe.v[0]).isEqualTo(row[3]);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, false", "2, true", "6, false", "6, true"})
    void sumsOfNeighbours(int opcode, boolean unsigned) {
        Vectors vectors = new Vectors(opcode);
        for (int round = 0; round < 300; round++) {
            vectors.fill();
            int size = round % 3;
            int width = 8 << size;
            boolean full = vectors.next(2) == 0;
            BigInteger expected = BigInteger.ZERO;
            for (int e = 0; e < (full ? 8 : 4) >> size; e++) {
                BigInteger n = vectors.register(Vectors.N);
                BigInteger sum =
                        Vectors.element(n, 2 * e, width, unsigned).add(Vectors.element(n, 2 * e + 1, width, unsigned));
                if (opcode == 6) {
                    sum = sum.add(Vectors.element(vectors.register(Vectors.D), e, 2 * width, true));
                }
                expected = expected.or(sum.and(Vectors.ones(2 * width)).shiftLeft(2 * e * width));
            }
            vectors.execute(Vectors.wordOfTwo(BASE | opcode << 12, full, unsigned, size));
            assertThat(vectors.register(Vectors.D)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"18, false", "18, true", "20, false", "20, true"})
    void narrowing(int opcode, boolean u) {
        Vectors vectors = new Vectors(opcode);
        for (int round = 0; round < 300; round++) {
            vectors.fill();
            int size = round % 3;
            int width = 8 << size;
            boolean saturating = opcode == 20 || u;
            boolean scalar = saturating && vectors.next(3) == 0;
            boolean upper = !scalar && vectors.next(2) == 0;
            BigInteger narrow = BigInteger.ZERO;
            boolean saturated = false;
            for (int e = 0; e < (scalar ? 1 : 8 >> size); e++) {
                BigInteger a = Vectors.element(vectors.register(Vectors.N), e, 2 * width, opcode == 20 && u);
                BigInteger result = saturating ? Vectors.saturate(a, width, u) : a;
                saturated |= !result.equals(a);
                narrow = narrow.or(result.and(Vectors.ones(width)).shiftLeft(e * width));
            }
            BigInteger low = vectors.register(Vectors.D).and(Vectors.ones(64));
            vectors.execute(Vectors.wordOfTwo((scalar ? SCALAR : BASE) | opcode << 12, upper || scalar, u, size));
            assertThat(vectors.register(Vectors.D))
                    .isEqualTo(upper ? narrow.shiftLeft(64).or(low) : narrow);
            assertThat(vectors.saturated()).isEqualTo(saturated);
        }
    }

    @Test
    void shllWidensAndShiftsByTheWidth() {
        Vectors vectors = new Vectors(0);
        vectors.pe.v[3] = 0x0102030405060708L;
        vectors.execute(Vectors.wordOfTwo(BASE | 19 << 12, true, true, 0));
        assertThat(vectors.pe.v[0]).isEqualTo(0x0500060007000800L);
        assertThat(vectors.pe.v[1]).isEqualTo(0x0100020003000400L);
    }

    @ParameterizedTest
    @CsvSource({"3, false", "3, true", "10, false", "10, true", "26, false", "26, true", "27, false"})
    void acrossLanes(int opcode, boolean unsigned) {
        Vectors vectors = new Vectors(opcode);
        for (int round = 0; round < 300; round++) {
            vectors.fill();
            int size = round % 3;
            int width = 8 << size;
            boolean full = size == 2 || vectors.next(2) == 0;
            BigInteger result = Vectors.element(vectors.register(Vectors.N), 0, width, unsigned);
            for (int e = 1; e < (full ? 16 : 8) >> size; e++) {
                BigInteger a = Vectors.element(vectors.register(Vectors.N), e, width, unsigned);
                result = opcode == 10 ? result.max(a) : opcode == 26 ? result.min(a) : result.add(a);
            }
            vectors.execute(Vectors.wordOfTwo(ACROSS | opcode << 12, full, unsigned, size));
            assertThat(vectors.register(Vectors.D))
                    .isEqualTo(result.and(Vectors.ones(opcode == 3 ? 2 * width : width)));
        }
    }

    @Test
    void scalarPairs() {
        Vectors vectors = new Vectors(0);
        vectors.pe.v[2] = -3;
        vectors.pe.v[3] = 10;
        // ADDP D0, V1.2D
        vectors.execute(0x5EF1B820);
        assertThat(vectors.pe.v[0]).isEqualTo(7);
        vectors.pe.v[2] = Double.doubleToRawLongBits(1.5);
        vectors.pe.v[3] = Double.doubleToRawLongBits(-4);
        // FADDP, FMAXP, FMINP D0, V1.2D
        vectors.execute(0x7E70D820);
        assertThat(Double.longBitsToDouble(vectors.pe.v[0])).isEqualTo(-2.5);
        vectors.execute(0x7E70F820);
        assertThat(Double.longBitsToDouble(vectors.pe.v[0])).isEqualTo(1.5);
        vectors.execute(0x7EF0F820);
        assertThat(Double.longBitsToDouble(vectors.pe.v[0])).isEqualTo(-4);
        assertThat(vectors.pe.v[1]).isZero();
    }
}
