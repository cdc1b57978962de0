// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** "Advanced SIMD three same", integer, against arithmetic of unbounded numbers. */
class ThreeSameTest {
    private static final int BASE = 0x0E200400;
    private static final int SCALAR = 0x5E200400;
    private static final int[] ALL = {0, 1, 2, 3};
    private static final int[] UP_TO_WORDS = {0, 1, 2};

    /** The result for one element before saturation or truncation; d is the destination's old element. */
    private interface Meaning {
        BigInteger of(BigInteger d, BigInteger a, BigInteger b, int width);
    }

    private record Instruction(
            String name,
            int opcode,
            boolean unsigned,
            int[] sizes,
            boolean saturates,
            boolean unsignedElements,
            Meaning meaning) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static BigInteger truth(boolean holds) {
        return holds ? BigInteger.ONE.negate() : BigInteger.ZERO;
    }

    private static void both(
            List<Instruction> list, String name, int opcode, int[] sizes, boolean saturates, Meaning meaning) {
        list.add(new Instruction("S" + name, opcode, false, sizes, saturates, false, meaning));
        list.add(new Instruction("U" + name, opcode, true, sizes, saturates, true, meaning));
    }

    /** Shift left by the signed low byte, right when negative (SSHL and its relatives). */
    private static BigInteger shift(BigInteger a, BigInteger b, boolean rounding) {
        int by = b.byteValue();
        if (by >= 0) {
            return a.shiftLeft(by);
        }
        return (rounding ? a.add(BigInteger.ONE.shiftLeft(-by - 1)) : a).shiftRight(-by);
    }

    static Stream<Instruction> instructions() {
        List<Instruction> list = new ArrayList<>();
        BigInteger one = BigInteger.ONE;
        both(list, "HADD", 0, UP_TO_WORDS, false, (d, a, b, w) -> a.add(b).shiftRight(1));
        both(list, "QADD", 1, ALL, true, (d, a, b, w) -> a.add(b));
        both(list, "RHADD", 2, UP_TO_WORDS, false, (d, a, b, w) -> a.add(b)
                .add(one)
                .shiftRight(1));
        both(list, "HSUB", 4, UP_TO_WORDS, false, (d, a, b, w) -> a.subtract(b).shiftRight(1));
        both(list, "QSUB", 5, ALL, true, (d, a, b, w) -> a.subtract(b));
        both(list, "CMG/H", 6, ALL, false, (d, a, b, w) -> truth(a.compareTo(b) > 0));
        both(list, "CMGE/HS", 7, ALL, false, (d, a, b, w) -> truth(a.compareTo(b) >= 0));
        both(list, "SHL", 8, ALL, false, (d, a, b, w) -> shift(a, b, false));
        both(list, "QSHL", 9, ALL, true, (d, a, b, w) -> shift(a, b, false));
        both(list, "RSHL", 10, ALL, false, (d, a, b, w) -> shift(a, b, true));
        both(list, "QRSHL", 11, ALL, true, (d, a, b, w) -> shift(a, b, true));
        both(list, "MAX", 12, UP_TO_WORDS, false, (d, a, b, w) -> a.max(b));
        both(list, "MIN", 13, UP_TO_WORDS, false, (d, a, b, w) -> a.min(b));
        both(list, "ABD", 14, UP_TO_WORDS, false, (d, a, b, w) -> a.subtract(b).abs());
        both(
                list,
                "ABA",
                15,
                UP_TO_WORDS,
                false,
                (d, a, b, w) -> d.add(a.subtract(b).abs()));
        list.add(new Instruction("ADD", 16, false, ALL, false, true, (d, a, b, w) -> a.add(b)));
        list.add(new Instruction("SUB", 16, true, ALL, false, true, (d, a, b, w) -> a.subtract(b)));
        list.add(new Instruction(
                "CMTST",
                17,
                false,
                ALL,
                false,
                true,
                (d, a, b, w) -> truth(a.and(b).signum() != 0)));
        list.add(new Instruction("CMEQ", 17, true, ALL, false, true, (d, a, b, w) -> truth(a.equals(b))));
        list.add(new Instruction("MLA", 18, false, UP_TO_WORDS, false, true, (d, a, b, w) -> d.add(a.multiply(b))));
        list.add(new Instruction("MLS", 18, true, UP_TO_WORDS, false, true, (d, a, b, w) -> d.subtract(a.multiply(b))));
        list.add(new Instruction("MUL", 19, false, UP_TO_WORDS, false, true, (d, a, b, w) -> a.multiply(b)));
        list.add(new Instruction("PMUL", 19, true, new int[] {0}, false, true, (d, a, b, w) -> polynomial(a, b)));
        list.add(new Instruction("SQDMULH", 22, false, new int[] {1, 2}, true, false, (d, a, b, w) -> a.multiply(b)
                .shiftLeft(1)
                .shiftRight(w)));
        list.add(new Instruction("SQRDMULH", 22, true, new int[] {1, 2}, true, false, (d, a, b, w) -> a.multiply(b)
                .shiftLeft(1)
                .add(one.shiftLeft(w - 1))
                .shiftRight(w)));
        return list.stream();
    }

    static BigInteger polynomial(BigInteger a, BigInteger b) {
        BigInteger product = BigInteger.ZERO;
        for (int i = 0; i < b.bitLength(); i++) {
            product = b.testBit(i) ? product.xor(a.shiftLeft(i)) : product;
        }
        return product;
    }

    @ParameterizedTest
    @MethodSource("instructions")
    void doesTheSameForEachElement(Instruction instruction) {
        Vectors vectors = new Vectors(instruction.opcode);
        for (int round = 0; round < 300; round++) {
            int size = instruction.sizes[round % instruction.sizes.length];
            boolean full = size == 3 || vectors.next(2) == 0;
            check(vectors, instruction, BASE, full, size, (full ? 16 : 8) >> size);
        }
    }

    @ParameterizedTest
    @MethodSource("instructions")
    void theScalarFormDoesTheSameForTheLowestElement(Instruction instruction) {
        boolean saturating = instruction.saturates;
        boolean doubleword = instruction.sizes.length == 4 && !saturating;
        Vectors vectors = new Vectors(instruction.opcode);
        for (int round = 0; round < 100; round++) {
            int size = instruction.sizes[round % instruction.sizes.length];
            if (saturating || doubleword && size == 3) {
                check(vectors, instruction, SCALAR, true, size, 1);
            } else {
                vectors.fill();
                int word = Vectors.word(SCALAR | instruction.opcode << 11, true, instruction.unsigned, size);
                assertThat(vectors.simd.execute(vectors.pe, word)).isFalse();
            }
        }
    }

    private static void check(
            Vectors vectors, Instruction instruction, int base, boolean full, int size, int elements) {
        vectors.fill();
        int width = 8 << size;
        BigInteger d = vectors.register(Vectors.D);
        BigInteger a = vectors.register(Vectors.N);
        BigInteger b = vectors.register(Vectors.M);
        BigInteger expected = BigInteger.ZERO;
        boolean saturated = false;
        for (int e = 0; e < elements; e++) {
            boolean unsigned = instruction.unsignedElements;
            BigInteger exact = instruction.meaning.of(
                    Vectors.element(d, e, width, unsigned),
                    Vectors.element(a, e, width, unsigned),
                    Vectors.element(b, e, width, unsigned),
                    width);
            if (instruction.saturates) {
                BigInteger limited = Vectors.saturate(exact, width, unsigned);
                saturated |= !limited.equals(exact);
                exact = limited;
            }
            expected = expected.or(exact.and(Vectors.ones(width)).shiftLeft(e * width));
        }
        vectors.execute(Vectors.word(base | instruction.opcode << 11, full, instruction.unsigned, size));
        assertThat(vectors.register(Vectors.D))
                .as("%s size %d of %x, %x", instruction, size, a, b)
                .isEqualTo(expected);
        assertThat(vectors.saturated()).as("FPSR.QC").isEqualTo(saturated);
    }

    @Test
    void pairwiseOperationsTakeNeighboursOfBothRegisters() {
        Vectors vectors = new Vectors(1);
        int[][] operations = {{23, 0}, {20, 0}, {20, 1}, {21, 0}, {21, 1}};
        for (int round = 0; round < 400; round++) {
            int[] operation = operations[round % operations.length];
            boolean unsigned = operation[1] != 0;
            int size = vectors.next(operation[0] == 23 ? 4 : 3);
            boolean full = size == 3 || vectors.next(2) == 0;
            vectors.fill();
            int width = 8 << size;
            int elements = (full ? 16 : 8) >> size;
            BigInteger both = vectors.register(Vectors.M)
                    .and(Vectors.ones(elements * width))
                    .shiftLeft(elements * width)
                    .or(vectors.register(Vectors.N).and(Vectors.ones(elements * width)));
            BigInteger expected = BigInteger.ZERO;
            for (int e = 0; e < elements; e++) {
                BigInteger a = Vectors.element(both, 2 * e, width, unsigned);
                BigInteger b = Vectors.element(both, 2 * e + 1, width, unsigned);
                BigInteger result = operation[0] == 23 ? a.add(b) : operation[0] == 20 ? a.max(b) : a.min(b);
                expected = expected.or(result.and(Vectors.ones(width)).shiftLeft(e * width));
            }
            vectors.execute(Vectors.word(BASE | operation[0] << 11, full, unsigned, size));
            assertThat(vectors.register(Vectors.D)).isEqualTo(expected);
        }
    }

    @Test
    void logicalOperations() {
        Vectors vectors = new Vectors(2);
        for (int kind = 0; kind < 8; kind++) {
            vectors.fill();
            long d = vectors.pe.v[0];
            long a = vectors.pe.v[2];
            long b = vectors.pe.v[4];
            long[] expected = {a & b, a & ~b, a | b, a | ~b, a ^ b, a & d | b & ~d, a & b | d & ~b, d & b | a & ~b};
            vectors.execute(Vectors.word(BASE | 3 << 11, false, kind > 3, kind & 3));
            assertThat(vectors.pe.v[0]).as("kind %d", kind).isEqualTo(expected[kind]);
            assertThat(vectors.pe.v[1]).isZero();
        }
    }

    @Test
    void roundingDoublingAccumulation() {
        Vectors vectors = new Vectors(3);
        for (int round = 0; round < 400; round++) {
            vectors.fill();
            int size = 1 + round % 2;
            int width = 8 << size;
            boolean subtract = vectors.next(2) == 0;
            BigInteger d = vectors.register(Vectors.D);
            BigInteger a = vectors.register(Vectors.N);
            BigInteger b = vectors.register(Vectors.M);
            BigInteger expected = BigInteger.ZERO;
            boolean saturated = false;
            for (int e = 0; e < 16 >> size; e++) {
                BigInteger product = Vectors.element(a, e, width, false)
                        .multiply(Vectors.element(b, e, width, false))
                        .shiftLeft(1);
                BigInteger sum = Vectors.element(d, e, width, false)
                        .shiftLeft(width)
                        .add(BigInteger.ONE.shiftLeft(width - 1))
                        .add(subtract ? product.negate() : product);
                BigInteger limited = Vectors.saturate(sum.shiftRight(width), width, false);
                saturated |= !limited.equals(sum.shiftRight(width));
                expected = expected.or(limited.and(Vectors.ones(width)).shiftLeft(e * width));
            }
            vectors.execute(Vectors.word(0x2E008400 | (subtract ? 1 << 11 : 0), true, true, size));
            assertThat(vectors.register(Vectors.D)).isEqualTo(expected);
            assertThat(vectors.saturated()).isEqualTo(saturated);
        }
    }
}
