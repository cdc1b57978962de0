// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.PeState;
import java.math.BigInteger;
import java.util.SplittableRandom;

/** Vector registers with random contents, elements as unbounded integers, and an engine with all features. */
final class Vectors {
    static final int D = 0;
    static final int N = 1;
    static final int M = 2;
    private static final long[] EDGES = {
        0,
        -1,
        0x8080808080808080L,
        0x7F7F7F7F7F7F7F7FL,
        0x8000800080008000L,
        0x7FFF7FFF7FFF7FFFL,
        0x8000000080000000L,
        0x7FFFFFFF7FFFFFFFL,
        0x8000000000000000L,
        0x7FFFFFFFFFFFFFFFL,
        0x0001000100010001L,
        0x00FF00FF00FF00FFL
    };

    final PeState pe = new PeState(0);
    final AdvancedSimd simd = new AdvancedSimd(-1);
    private final SplittableRandom random;

    Vectors(long seed) {
        random = new SplittableRandom(seed);
    }

    /** New contents of all registers: edges of the ranges, small numbers, and any. */
    void fill() {
        for (int i = 0; i < 64; i++) {
            pe.v[i] = value();
        }
        pe.fpsr = 0;
    }

    int next(int bound) {
        return random.nextInt(bound);
    }

    long value() {
        switch (random.nextInt(4)) {
            case 0:
                return EDGES[random.nextInt(EDGES.length)];
            case 1:
                long small = 0;
                for (int i = 0; i < 64; i += 8) {
                    small |= (random.nextInt(21) - 10 & 0xFFL) << i;
                }
                return small;
            case 2:
                return (long) (random.nextInt(200) - 100) << 32 | random.nextInt(200) - 100 & 0xFFFFFFFFL;
            default:
                return random.nextLong();
        }
    }

    /** The word of "three same", "three different" and so on with the registers of this class. */
    static int word(int base, boolean full, boolean unsigned, int size) {
        return base | (full ? 1 << 30 : 0) | (unsigned ? 1 << 29 : 0) | size << 22 | M << 16 | N << 5 | D;
    }

    /** As {@link #word}, where the encoding has no register m. */
    static int wordOfTwo(int base, boolean full, boolean unsigned, int size) {
        return base | (full ? 1 << 30 : 0) | (unsigned ? 1 << 29 : 0) | size << 22 | N << 5 | D;
    }

    void execute(int word) {
        assertThat(simd.execute(pe, word)).as("%08x is allocated", word).isTrue();
    }

    boolean saturated() {
        return (pe.fpsr & 1 << 27) != 0;
    }

    /** The 128 bits of a register. */
    BigInteger register(int n) {
        return unsigned(pe.v[2 * n + 1]).shiftLeft(64).or(unsigned(pe.v[2 * n]));
    }

    static BigInteger unsigned(long value) {
        return BigInteger.valueOf(value >>> 1).shiftLeft(1).or(BigInteger.valueOf(value & 1));
    }

    /** An element of that many bits, signed or not. */
    static BigInteger element(BigInteger register, int e, int width, boolean unsigned) {
        BigInteger value = register.shiftRight(e * width).and(ones(width));
        return !unsigned && value.testBit(width - 1) ? value.subtract(BigInteger.ONE.shiftLeft(width)) : value;
    }

    static BigInteger ones(int width) {
        return BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
    }

    /** The number limited to the range of an element. */
    static BigInteger saturate(BigInteger value, int width, boolean unsigned) {
        BigInteger high = ones(unsigned ? width : width - 1);
        BigInteger low = unsigned ? BigInteger.ZERO : high.not();
        return value.max(low).min(high);
    }
}
