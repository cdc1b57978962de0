// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.state.PeState;

/** Multiplication of polynomials over {0, 1}: PMUL, PMULL and PMULL2. */
final class PolynomialMultiply {
    private PolynomialMultiply() {}

    /** PMUL: the low bytes of the products of bytes. */
    static long bytes(long a, long b) {
        long result = 0;
        for (int bit = 0; bit < 8; bit++) {
            long taken = Lanes.fill(0, b << 7 - bit & 0x8080808080808080L);
            result ^= taken & Lanes.shiftLeft(0, a, bit);
        }
        return result;
    }

    /** The products, as halfwords, of four bytes each, which are zero-extended to halfwords. */
    static long widened(long a, long b) {
        long result = 0;
        for (int bit = 0; bit < 8; bit++) {
            long taken = Lanes.fill(1, b << 15 - bit & 0x8000800080008000L);
            result ^= taken & a << bit;
        }
        return result;
    }

    /** The low half of a product of 128 bits. */
    static long low(long a, long b) {
        long result = 0;
        for (int bit = 0; bit < 64; bit++) {
            result ^= -(b >>> bit & 1) & a << bit;
        }
        return result;
    }

    /** The high half of a product of 128 bits. */
    static long high(long a, long b) {
        // The product has 127 bits: that of the reversed factors holds its highest bit in bit 0.
        return Long.reverse(low(Long.reverse(a), Long.reverse(b))) >>> 1;
    }

    /** PMULL, PMULL2 of doublewords; half says which of the sources. */
    static void doublewords(PeState pe, int d, int n, int m, int half) {
        long a = pe.v[2 * n + half];
        long b = pe.v[2 * m + half];
        pe.v[2 * d] = low(a, b);
        pe.v[2 * d + 1] = high(a, b);
    }
}
