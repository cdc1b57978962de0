// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.a64.fp.FloatingPoint;
import dev.spelunk.api.state.PeState;

/**
 * "Advanced SIMD three-register extension" and its scalar group: rounding doubling multiply accumulate, dot
 * products, matrix multiplication, complex arithmetic; and the indexed forms of dot products and complex arithmetic.
 */
final class ThreeSameExtra {
    private ThreeSameExtra() {}

    static boolean execute(PeState pe, int word, int features) {
        int opcode = word >>> 11 & 15;
        int size = word >>> 22 & 3;
        boolean full = (word >>> 30 & 1) != 0;
        boolean unsigned = (word >>> 29 & 1) != 0;
        int n = word >>> 5 & 31;
        int m = word >>> 16 & 31;
        switch (opcode) {
            case 0, 1:
                return unsigned
                        && (features & SimdFeatures.RDM) != 0
                        && size != 0
                        && size != 3
                        && roundingDoubling(pe, word & 31, n, m, size, full, opcode == 1);
            case 2:
                return size == 2
                        && (features & SimdFeatures.DOT_PROD) != 0
                        && dot(pe, word & 31, n, full, pe.v[2 * m], pe.v[2 * m + 1], !unsigned, !unsigned);
            case 3:
                return size == 2
                        && !unsigned
                        && (features & SimdFeatures.I8MM) != 0
                        && dot(pe, word & 31, n, full, pe.v[2 * m], pe.v[2 * m + 1], false, true);
            case 4, 5:
                return size == 2
                        && full
                        && (features & SimdFeatures.I8MM) != 0
                        && !(opcode == 5 && unsigned)
                        && matrix(pe, word & 31, n, m, opcode == 4 && !unsigned, !unsigned);
            case 8, 9, 10, 11:
                return unsigned
                        && hasComplex(size, full, features)
                        && complexMultiplyAdd(pe, word & 31, n, m, size, full, opcode & 3, -1);
            case 12, 14:
                return unsigned
                        && hasComplex(size, full, features)
                        && complexAdd(pe, word & 31, n, m, size, full, opcode == 14);
            default:
                return false;
        }
    }

    /** SQRDMLAH and SQRDMLSH (scalar). */
    static boolean executeScalar(PeState pe, int word, int features) {
        int opcode = word >>> 11 & 15;
        int size = word >>> 22 & 3;
        if ((word >>> 29 & 1) == 0 || opcode > 1 || (features & SimdFeatures.RDM) == 0 || size == 0 || size == 3) {
            return false;
        }
        long mask = Lanes.mask(size);
        int d = word & 31;
        long a = pe.v[2 * (word >>> 5 & 31)] & mask;
        long b = pe.v[2 * (word >>> 16 & 31)] & mask;
        long result = DoublingMultiply.highAccumulate(pe, size, pe.v[2 * d] & mask, a, b, opcode == 1);
        Elements.write(pe.v, d, false, result & mask, 0);
        return true;
    }

    private static boolean hasComplex(int size, boolean full, int features) {
        return (features & SimdFeatures.FCMA) != 0
                && size != 0
                && !(size == 3 && !full)
                && (size != 1 || (features & SimdFeatures.FP16) != 0);
    }

    private static boolean roundingDoubling(PeState pe, int d, int n, int m, int size, boolean full, boolean subtract) {
        long[] v = pe.v;
        long low = DoublingMultiply.highAccumulate(pe, size, v[2 * d], v[2 * n], v[2 * m], subtract);
        Elements.write(
                v,
                d,
                full,
                low,
                full
                        ? DoublingMultiply.highAccumulate(pe, size, v[2 * d + 1], v[2 * n + 1], v[2 * m + 1], subtract)
                        : 0);
        return true;
    }

    private static boolean dot(
            PeState pe, int d, int n, boolean full, long low, long high, boolean signedA, boolean signedB) {
        long[] v = pe.v;
        long a = dots(v[2 * d], v[2 * n], low, signedA, signedB);
        Elements.write(v, d, full, a, full ? dots(v[2 * d + 1], v[2 * n + 1], high, signedA, signedB) : 0);
        return true;
    }

    private static long dots(long d, long a, long b, boolean signedA, boolean signedB) {
        long low = d + products(a, b, 4, signedA, signedB) & 0xFFFFFFFFL;
        return low | (d >>> 32) + products(a >>> 32, b >>> 32, 4, signedA, signedB) << 32;
    }

    /** The sum of the products of that many bytes. */
    private static long products(long a, long b, int count, boolean signedA, boolean signedB) {
        long sum = 0;
        for (int i = 0; i < 8 * count; i += 8) {
            long x = signedA ? (byte) (a >>> i) : a >>> i & 0xFF;
            long y = signedB ? (byte) (b >>> i) : b >>> i & 0xFF;
            sum += x * y;
        }
        return sum;
    }

    /** SMMLA, UMMLA, USMMLA: rows of 8 bytes by rows of 8 bytes to 2 by 2 words. */
    private static boolean matrix(PeState pe, int d, int n, int m, boolean signedA, boolean signedB) {
        long[] v = pe.v;
        long low = row(v[2 * d], v[2 * n], v[2 * m], v[2 * m + 1], signedA, signedB);
        long high = row(v[2 * d + 1], v[2 * n + 1], v[2 * m], v[2 * m + 1], signedA, signedB);
        Elements.write(v, d, true, low, high);
        return true;
    }

    private static long row(long d, long a, long first, long second, boolean signedA, boolean signedB) {
        long low = d + products(a, first, 8, signedA, signedB) & 0xFFFFFFFFL;
        return low | (d >>> 32) + products(a, second, 8, signedA, signedB) << 32;
    }

    /** SDOT, UDOT, USDOT, SUDOT (by element): opcode has U in bit 4. */
    static boolean dotIndexed(PeState pe, int word, int opcode, int features) {
        int size = word >>> 22 & 3;
        boolean mixed = opcode == 15;
        boolean exists = mixed
                ? (size == 0 || size == 2) && (features & SimdFeatures.I8MM) != 0
                : size == 2 && (features & SimdFeatures.DOT_PROD) != 0;
        if (!exists) {
            return false;
        }
        int index = word >>> 10 & 2 | word >>> 21 & 1;
        long b = Lanes.replicate(2, Elements.get(pe.v, word >>> 16 & 31, 2, index));
        boolean signedA = mixed ? size == 0 : opcode == 14;
        boolean signedB = mixed ? size == 2 : opcode == 14;
        return dot(pe, word & 31, word >>> 5 & 31, (word >>> 30 & 1) != 0, b, b, signedA, signedB);
    }

    /** FCMLA (by element). */
    static boolean complexIndexed(PeState pe, int word, int features) {
        int size = word >>> 22 & 3;
        boolean full = (word >>> 30 & 1) != 0;
        int h = word >>> 11 & 1;
        int l = word >>> 21 & 1;
        boolean exists =
                size == 1 ? (full || h == 0) && (features & SimdFeatures.FP16) != 0 : size == 2 && full && l == 0;
        int index = size == 1 ? h << 1 | l : h;
        return exists
                && complexMultiplyAdd(
                        pe, word & 31, word >>> 5 & 31, word >>> 16 & 31, size, full, word >>> 13 & 3, index);
    }

    /**
     * FCMLA.
     *
     * @param rotation in quarters of a turn
     * @param index the pair of register m that multiplies all pairs, or -1
     */
    private static boolean complexMultiplyAdd(
            PeState pe, int d, int n, int m, int size, boolean full, int rotation, int index) {
        long[] v = pe.v;
        int width = 8 << size;
        int pairs = (full ? 8 : 4) >> size;
        long low = 0;
        long high = 0;
        for (int p = 0; p < pairs; p++) {
            long factor = Elements.get(v, n, size, 2 * p + (rotation & 1));
            int other = 2 * (index < 0 ? p : index);
            long real = Elements.get(v, m, size, other + (rotation & 1));
            long imaginary = Elements.get(v, m, size, other + (~rotation & 1));
            if (rotation == 1 || rotation == 2) {
                real = FloatingPoint.neg(width, real);
            }
            if (rotation >= 2) {
                imaginary = FloatingPoint.neg(width, imaginary);
            }
            long first = FloatingPoint.mulAdd(pe, width, Elements.get(v, d, size, 2 * p), factor, real);
            long second = FloatingPoint.mulAdd(pe, width, Elements.get(v, d, size, 2 * p + 1), factor, imaginary);
            int at = 2 * p * width;
            if (size == 3) {
                low = first;
                high = second;
            } else if (at < 64) {
                low |= (first | second << width) << at;
            } else {
                high |= (first | second << width) << at - 64;
            }
        }
        Elements.write(v, d, full, low, high);
        return true;
    }

    /** FCADD: adds the pairs of register m after a quarter of a turn, or three quarters. */
    private static boolean complexAdd(PeState pe, int d, int n, int m, int size, boolean full, boolean threeQuarters) {
        long[] v = pe.v;
        int width = 8 << size;
        int pairs = (full ? 8 : 4) >> size;
        long low = 0;
        long high = 0;
        for (int p = 0; p < pairs; p++) {
            long real = Elements.get(v, m, size, 2 * p + 1);
            long imaginary = Elements.get(v, m, size, 2 * p);
            if (threeQuarters) {
                imaginary = FloatingPoint.neg(width, imaginary);
            } else {
                real = FloatingPoint.neg(width, real);
            }
            long first = FloatingPoint.add(pe, width, Elements.get(v, n, size, 2 * p), real);
            long second = FloatingPoint.add(pe, width, Elements.get(v, n, size, 2 * p + 1), imaginary);
            int at = 2 * p * width;
            if (size == 3) {
                low = first;
                high = second;
            } else if (at < 64) {
                low |= (first | second << width) << at;
            } else {
                high |= (first | second << width) << at - 64;
            }
        }
        Elements.write(v, d, full, low, high);
        return true;
    }
}
