// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.integer;

/** QARMA5 cell by cell, as the manual's pseudocode has it. */
final class Qarma5ByCells {
    private static final long ALPHA = 0xC0AC29B7C97C50DDL;
    private static final long[] ROUND_CONSTANTS = {
        0, 0x13198A2E03707344L, 0xA4093822299F31D0L, 0x082EFA98EC4E6C89L, 0x452821E638D01377L
    };
    private static final int ITERATIONS = 4;
    /** Cell i of the result is cell {@code SHUFFLE[i]} of the operand. */
    private static final int[] SHUFFLE = {13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15};

    private static final int[] INVERSE_SHUFFLE = inverse(SHUFFLE);
    private static final int[] TWEAK_SHUFFLE = {4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9};
    private static final int[] INVERSE_TWEAK_SHUFFLE = inverse(TWEAK_SHUFFLE);
    /** Cells that the shuffle of the tweak steps, by place in its result: 2, 4, 7, 11, 12, 14 and 15. */
    private static final long STEPPED = 0xFF0FF000F00F0F00L;

    private static final byte[] SUB = pairs(0xB, 6, 8, 0xF, 0xC, 0, 9, 0xE, 3, 7, 4, 5, 0xD, 2, 1, 0xA);
    private static final byte[] INVERSE_SUB = pairs(5, 0xE, 0xD, 8, 0xA, 0xB, 1, 9, 2, 6, 0xF, 0, 4, 0xC, 7, 3);
    private static final long ONES = 0x1111111111111111L;

    private Qarma5ByCells() {}

    private static int[] inverse(int[] shuffle) {
        int[] inverse = new int[16];
        for (int i = 0; i < 16; i++) {
            inverse[shuffle[i]] = i;
        }
        return inverse;
    }

    /** The substitution of two cells at once. */
    private static byte[] pairs(int... cells) {
        byte[] pairs = new byte[256];
        for (int i = 0; i < 256; i++) {
            pairs[i] = (byte) (cells[i >>> 4] << 4 | cells[i & 15]);
        }
        return pairs;
    }

    private static long shuffle(long value, int[] from) {
        long result = 0;
        for (int i = 0; i < 16; i++) {
            result |= (value >>> 4 * from[i] & 15) << 4 * i;
        }
        return result;
    }

    private static long substitute(long value, byte[] table) {
        long result = 0;
        for (int i = 0; i < 64; i += 8) {
            result |= (table[(int) (value >>> i) & 0xFF] & 0xFFL) << i;
        }
        return result;
    }

    /** Each cell rotated left by one bit. */
    private static long rotateCells(long value) {
        return value << 1 & ~ONES | value >>> 3 & ONES;
    }

    /** Multiplies by the matrix whose rows are rotations of (0, 1, 2, 1): a cell's row is 16 bits. */
    private static long mix(long value) {
        long neighbours = Long.rotateRight(value, 16) ^ Long.rotateLeft(value, 16);
        return rotateCells(neighbours ^ rotateCells(Long.rotateLeft(value, 32)));
    }

    private static long nextTweak(long tweak) {
        long s = shuffle(tweak, TWEAK_SHUFFLE);
        long stepped = s >>> 1 & ~(ONES << 3) | ((s ^ s >>> 1) & ONES) << 3;
        return s & ~STEPPED | stepped & STEPPED;
    }

    private static long previousTweak(long tweak) {
        long stepped = tweak << 1 & ~ONES | (tweak ^ tweak >>> 3) & ONES;
        return shuffle(tweak & ~STEPPED | stepped & STEPPED, INVERSE_TWEAK_SHUFFLE);
    }

    /**
     * Enciphers 64 bits.
     *
     * @param modifier the tweak
     * @param key0 the whitening key: the high half of a key register pair
     * @param key1 the core key: the low half
     */
    static long encipher(long data, long modifier, long key0, long key1) {
        long modified = key0 << 63 | (key0 >>> 2) << 1 | key0 >>> 63 ^ key0 >>> 1 & 1;
        long tweak = modifier;
        long w = data ^ key0;
        for (int i = 0; i <= ITERATIONS; i++) {
            w ^= key1 ^ tweak ^ ROUND_CONSTANTS[i];
            if (i > 0) {
                w = mix(shuffle(w, SHUFFLE));
            }
            w = substitute(w, SUB);
            tweak = nextTweak(tweak);
        }
        w = substitute(mix(shuffle(w ^ modified ^ tweak, SHUFFLE)), SUB);
        w = key1 ^ mix(shuffle(w, SHUFFLE));
        w = mix(substitute(shuffle(w, INVERSE_SHUFFLE), INVERSE_SUB));
        w = shuffle(w, INVERSE_SHUFFLE) ^ key0 ^ tweak;
        for (int i = 0; i <= ITERATIONS; i++) {
            w = substitute(w, INVERSE_SUB);
            if (i < ITERATIONS) {
                w = shuffle(mix(w), INVERSE_SHUFFLE);
            }
            tweak = previousTweak(tweak);
            w ^= ROUND_CONSTANTS[ITERATIONS - i] ^ key1 ^ tweak ^ ALPHA;
        }
        return w ^ modified;
    }
}
