// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.integer;

import java.util.function.LongUnaryOperator;

/**
 * The block cipher of pointer authentication, QARMA5 (DDI 0487, J1.1, ComputePACQARMA with 5 rounds). Shuffles, mixes and the
 * steps of the tweak are linear, so each is the exclusive or of what it makes of the single bytes, which are in tables.
 */
public final class Qarma5 {
    private static final long ALPHA = 0xC0AC29B7C97C50DDL;
    private static final long CONSTANT_1 = 0x13198A2E03707344L;
    private static final long CONSTANT_2 = 0xA4093822299F31D0L;
    private static final long CONSTANT_3 = 0x082EFA98EC4E6C89L;
    private static final long CONSTANT_4 = 0x452821E638D01377L;
    /** Cell i of the result is cell {@code SHUFFLE[i]} of the operand. */
    private static final int[] SHUFFLE = {13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15};

    private static final int[] INVERSE_SHUFFLE = inverse(SHUFFLE);
    private static final int[] TWEAK_SHUFFLE = {4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9};
    /** Cells that the shuffle of the tweak steps, by place in its result: 2, 4, 7, 11, 12, 14 and 15. */
    private static final long STEPPED = 0xFF0FF000F00F0F00L;

    private static final byte[] SUB = pairs(0xB, 6, 8, 0xF, 0xC, 0, 9, 0xE, 3, 7, 4, 5, 0xD, 2, 1, 0xA);
    private static final byte[] INVERSE_SUB = pairs(5, 0xE, 0xD, 8, 0xA, 0xB, 1, 9, 2, 6, 0xF, 0, 4, 0xC, 7, 3);
    private static final long ONES = 0x1111111111111111L;

    /** Shuffle, then mix. */
    private static final long[] FORWARD = table(value -> mix(shuffle(value, SHUFFLE)));
    /** Mix, then the inverse shuffle. */
    private static final long[] BACKWARD = table(value -> shuffle(mix(value), INVERSE_SHUFFLE));
    /** The inverse shuffle alone. */
    private static final long[] UNSHUFFLED = table(value -> shuffle(value, INVERSE_SHUFFLE));

    private static final long[] TWEAKED = table(Qarma5::nextTweak);

    private Qarma5() {}

    /** What a linear function makes of each value of each byte: 256 entries for a byte, the lowest first. */
    private static long[] table(LongUnaryOperator function) {
        long[] table = new long[8 * 256];
        for (int at = 0; at < 8; at++) {
            for (long value = 0; value < 256; value++) {
                table[at << 8 | (int) value] = function.applyAsLong(value << 8 * at);
            }
        }
        return table;
    }

    private static long apply(long[] table, long value) {
        return table[(int) value & 0xFF]
                ^ table[0x100 | (int) (value >>> 8) & 0xFF]
                ^ table[0x200 | (int) (value >>> 16) & 0xFF]
                ^ table[0x300 | (int) (value >>> 24) & 0xFF]
                ^ table[0x400 | (int) (value >>> 32) & 0xFF]
                ^ table[0x500 | (int) (value >>> 40) & 0xFF]
                ^ table[0x600 | (int) (value >>> 48) & 0xFF]
                ^ table[0x700 | (int) (value >>> 56)];
    }

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

    /**
     * Enciphers 64 bits.
     *
     * @param modifier the tweak
     * @param key0 the whitening key: the high half of a key register pair
     * @param key1 the core key: the low half
     */
    public static long encipher(long data, long modifier, long key0, long key1) {
        long modified = key0 << 63 | (key0 >>> 2) << 1 | key0 >>> 63 ^ key0 >>> 1 & 1;
        long tweak1 = apply(TWEAKED, modifier);
        long tweak2 = apply(TWEAKED, tweak1);
        long tweak3 = apply(TWEAKED, tweak2);
        long tweak4 = apply(TWEAKED, tweak3);
        long tweak5 = apply(TWEAKED, tweak4);
        long w = substitute(data ^ key0 ^ key1 ^ modifier, SUB);
        w = substitute(apply(FORWARD, w ^ key1 ^ tweak1 ^ CONSTANT_1), SUB);
        w = substitute(apply(FORWARD, w ^ key1 ^ tweak2 ^ CONSTANT_2), SUB);
        w = substitute(apply(FORWARD, w ^ key1 ^ tweak3 ^ CONSTANT_3), SUB);
        w = substitute(apply(FORWARD, w ^ key1 ^ tweak4 ^ CONSTANT_4), SUB);
        w = substitute(apply(FORWARD, w ^ modified ^ tweak5), SUB);
        w = key1 ^ apply(FORWARD, w);
        w = substitute(apply(UNSHUFFLED, w), INVERSE_SUB);
        w = apply(BACKWARD, w) ^ key0 ^ tweak5;
        long key = key1 ^ ALPHA;
        w = apply(BACKWARD, substitute(w, INVERSE_SUB)) ^ CONSTANT_4 ^ key ^ tweak4;
        w = apply(BACKWARD, substitute(w, INVERSE_SUB)) ^ CONSTANT_3 ^ key ^ tweak3;
        w = apply(BACKWARD, substitute(w, INVERSE_SUB)) ^ CONSTANT_2 ^ key ^ tweak2;
        w = apply(BACKWARD, substitute(w, INVERSE_SUB)) ^ CONSTANT_1 ^ key ^ tweak1;
        w = substitute(w, INVERSE_SUB) ^ key ^ modifier;
        return w ^ modified;
    }
}
