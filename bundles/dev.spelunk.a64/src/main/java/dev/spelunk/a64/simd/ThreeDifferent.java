// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.state.PeState;

/** "Advanced SIMD three different" and "Advanced SIMD scalar three different". */
final class ThreeDifferent {
    private ThreeDifferent() {}

    static boolean execute(PeState pe, int word, int features) {
        int opcode = word >>> 12 & 15;
        int size = word >>> 22 & 3;
        int half = word >>> 30 & 1;
        boolean unsigned = (word >>> 29 & 1) != 0;
        int d = word & 31;
        int n = word >>> 5 & 31;
        int m = word >>> 16 & 31;
        if (opcode == 0b1110) {
            return polynomial(pe, size, unsigned, half, d, n, m, features);
        }
        boolean doubling = opcode == 0b1001 || opcode == 0b1011 || opcode == 0b1101;
        if (size == 3 || opcode == 0b1111 || doubling && (unsigned || size == 0)) {
            return false;
        }
        switch (opcode) {
            case 0b0100, 0b0110:
                narrow(pe.v, size, opcode == 0b0110, unsigned, half, d, n, m);
                break;
            case 0b0001, 0b0011:
                wide(pe.v, size, opcode == 0b0011, unsigned, half, d, n, m);
                break;
            default:
                longer(pe, opcode, size, unsigned, d, n, half, pe.v[2 * m + half]);
                break;
        }
        return true;
    }

    /** SQDMLAL, SQDMLSL, SQDMULL (scalar). */
    static boolean executeScalar(PeState pe, int word) {
        int opcode = word >>> 12 & 15;
        int size = word >>> 22 & 3;
        if ((word >>> 29 & 1) != 0 || size == 0 || size == 3) {
            return false;
        }
        if (opcode != 0b1001 && opcode != 0b1011 && opcode != 0b1101) {
            return false;
        }
        int d = word & 31;
        long a = pe.v[2 * (word >>> 5 & 31)];
        long b = pe.v[2 * (word >>> 16 & 31)];
        Elements.write(pe.v, d, false, doubling(pe, opcode, size, pe.v[2 * d], a, b), 0);
        return true;
    }

    /** One element of SQDMLAL, SQDMLSL or SQDMULL, in the numbering of this group. */
    static long doubling(PeState pe, int opcode, int size, long d, long a, long b) {
        return opcode == 0b1101
                ? DoublingMultiply.doubled(pe, size, a, b)
                : DoublingMultiply.accumulate(pe, size, d, a, b, opcode == 0b1011);
    }

    private static boolean polynomial(
            PeState pe, int size, boolean unsigned, int half, int d, int n, int m, int features) {
        if (unsigned || size == 1 || size == 2 || size == 3 && (features & SimdFeatures.PMULL) == 0) {
            return false;
        }
        if (size == 3) {
            PolynomialMultiply.doublewords(pe, d, n, m, half);
            return true;
        }
        long a = pe.v[2 * n + half];
        long b = pe.v[2 * m + half];
        pe.v[2 * d] = PolynomialMultiply.widened(Lanes.widen(0, a), Lanes.widen(0, b));
        pe.v[2 * d + 1] = PolynomialMultiply.widened(Lanes.widen(0, a >>> 32), Lanes.widen(0, b >>> 32));
        return true;
    }

    /** ADDHN, SUBHN, RADDHN, RSUBHN: the high halves of sums or differences. */
    private static void narrow(long[] v, int size, boolean subtract, boolean rounding, int half, int d, int n, int m) {
        long low = sum(size + 1, v[2 * n], v[2 * m], subtract);
        long high = sum(size + 1, v[2 * n + 1], v[2 * m + 1], subtract);
        if (rounding) {
            long round = Lanes.replicate(size + 1, 1L << (8 << size) - 1);
            low = Lanes.add(size + 1, low, round);
            high = Lanes.add(size + 1, high, round);
        }
        writeNarrow(v, d, half, Lanes.odd(size, low, high));
    }

    /** Writes the low half and clears the high one, or writes the high half alone. */
    static void writeNarrow(long[] v, int d, int half, long value) {
        v[2 * d + half] = value;
        if (half == 0) {
            v[2 * d + 1] = 0;
        }
    }

    private static long sum(int size, long a, long b, boolean subtract) {
        return subtract ? Lanes.subtract(size, a, b) : Lanes.add(size, a, b);
    }

    /** SADDW, UADDW, SSUBW, USUBW. */
    private static void wide(long[] v, int size, boolean subtract, boolean unsigned, int half, int d, int n, int m) {
        long b = v[2 * m + half];
        v[2 * d] = sum(size + 1, v[2 * n], widen(size, b, unsigned), subtract);
        v[2 * d + 1] = sum(size + 1, v[2 * n + 1], widen(size, b >>> 32, unsigned), subtract);
    }

    private static long widen(int size, long a, boolean unsigned) {
        return unsigned ? Lanes.widen(size, a) : Lanes.widenSigned(size, a);
    }

    /**
     * The instructions whose sources are of half the width of the result.
     *
     * @param half which half of register n
     * @param b the elements of the second source
     */
    static void longer(PeState pe, int opcode, int size, boolean unsigned, int d, int n, int half, long b) {
        long[] v = pe.v;
        long a = v[2 * n + half];
        if (opcode == 0b1001 || opcode == 0b1011 || opcode == 0b1101) {
            v[2 * d] = doublings(pe, opcode, size, v[2 * d], a, b);
            v[2 * d + 1] = doublings(pe, opcode, size, v[2 * d + 1], a >>> 32, b >>> 32);
            return;
        }
        v[2 * d] = combine(opcode, size + 1, unsigned, v[2 * d], widen(size, a, unsigned), widen(size, b, unsigned));
        v[2 * d + 1] = combine(
                opcode,
                size + 1,
                unsigned,
                v[2 * d + 1],
                widen(size, a >>> 32, unsigned),
                widen(size, b >>> 32, unsigned));
    }

    private static long doublings(PeState pe, int opcode, int size, long d, long a, long b) {
        int width = 8 << size;
        long result = 0;
        for (int i = 0; i < 32; i += width) {
            result |= doubling(pe, opcode, size, d >>> 2 * i, a >>> i, b >>> i) << 2 * i;
        }
        return result;
    }

    /** One long of the result from sources that are widened already. */
    private static long combine(int opcode, int size, boolean unsigned, long d, long a, long b) {
        switch (opcode) {
            case 0b0000:
                return Lanes.add(size, a, b);
            case 0b0010:
                return Lanes.subtract(size, a, b);
            case 0b0101:
                return Lanes.add(size, d, ThreeSame.difference(size, a, b, unsigned));
            case 0b0111:
                return ThreeSame.difference(size, a, b, unsigned);
            case 0b1000:
                return Lanes.add(size, d, Lanes.multiply(size, a, b));
            case 0b1010:
                return Lanes.subtract(size, d, Lanes.multiply(size, a, b));
            default:
                return Lanes.multiply(size, a, b);
        }
    }
}
