// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.state.PeState;

/** "Cryptographic AES": AESE, AESD, AESMC, AESIMC, the steps of FIPS 197. */
final class Aes {
    /** The S-box and its inverse. */
    private static final byte[] SUBSTITUTE = new byte[256];

    private static final byte[] INVERSE = new byte[256];

    static {
        // Walks all non-zero elements of the field by a generator, 3, and its inverse at the same time.
        int p = 1;
        int q = 1;
        do {
            p = (p ^ p << 1 ^ (p >> 7) * 0x11B) & 0xFF;
            q ^= q << 1;
            q ^= q << 2;
            q ^= q << 4;
            q &= 0xFF;
            q ^= (q >> 7) * 0x09;
            substitute(p, q ^ rotate(q, 1) ^ rotate(q, 2) ^ rotate(q, 3) ^ rotate(q, 4) ^ 0x63);
        } while (p != 1);
        substitute(0, 0x63);
    }

    private Aes() {}

    private static int rotate(int value, int by) {
        return (value << by | value >> 8 - by) & 0xFF;
    }

    private static void substitute(int from, int to) {
        SUBSTITUTE[from] = (byte) to;
        INVERSE[to] = (byte) from;
    }

    static boolean execute(PeState pe, int word) {
        if ((word >>> 22 & 3) != 0) {
            return false;
        }
        long[] v = pe.v;
        int d = 2 * (word & 31);
        int n = 2 * (word >>> 5 & 31);
        long low;
        long high;
        switch (word >>> 12 & 31) {
            case 0b00100:
                low = v[d] ^ v[n];
                high = v[d + 1] ^ v[n + 1];
                v[d] = column(SUBSTITUTE, low, high, 0, 5) | column(SUBSTITUTE, low, high, 4, 5) << 32;
                v[d + 1] = column(SUBSTITUTE, low, high, 8, 5) | column(SUBSTITUTE, low, high, 12, 5) << 32;
                return true;
            case 0b00101:
                low = v[d] ^ v[n];
                high = v[d + 1] ^ v[n + 1];
                v[d] = column(INVERSE, low, high, 0, 13) | column(INVERSE, low, high, 4, 13) << 32;
                v[d + 1] = column(INVERSE, low, high, 8, 13) | column(INVERSE, low, high, 12, 13) << 32;
                return true;
            case 0b00110:
                v[d] = mixColumns(v[n]);
                v[d + 1] = mixColumns(v[n + 1]);
                return true;
            case 0b00111:
                v[d] = inverseMixColumns(v[n]);
                v[d + 1] = inverseMixColumns(v[n + 1]);
                return true;
            default:
                return false;
        }
    }

    /**
     * Four bytes of the state after shifting of rows and substitution.
     *
     * @param at the byte that the first comes from
     * @param step from a byte to the next: 5 shifts rows one way, 13 the other
     */
    private static long column(byte[] box, long low, long high, int at, int step) {
        long result = 0;
        int from = at;
        for (int i = 0; i < 32; i += 8) {
            long half = (from & 8) == 0 ? low : high;
            result |= (box[(int) (half >>> 8 * (from & 7)) & 0xFF] & 0xFFL) << i;
            from = from + step & 15;
        }
        return result;
    }

    /** MixColumns of two columns. */
    static long mixColumns(long a) {
        long next = rotateColumns(a, 8);
        return twice(a ^ next) ^ next ^ rotateColumns(a, 16) ^ rotateColumns(a, 24);
    }

    /** InvMixColumns of two columns. */
    static long inverseMixColumns(long a) {
        // The inverse's polynomial is that of MixColumns times 4x^2 + 5.
        return mixColumns(a ^ twice(twice(a ^ rotateColumns(a, 16))));
    }

    private static long rotateColumns(long a, int by) {
        long mask = 0xFFFFFFFFL >>> by;
        mask |= mask << 32;
        return a >>> by & mask | a << 32 - by & ~mask;
    }

    /** Each byte times x in the field of AES. */
    private static long twice(long a) {
        return (a & 0x7F7F7F7F7F7F7F7FL) << 1 ^ (a >>> 7 & 0x0101010101010101L) * 0x1B;
    }
}
