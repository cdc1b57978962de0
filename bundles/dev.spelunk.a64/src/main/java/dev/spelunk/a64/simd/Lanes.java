// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

/**
 * Operations on the elements that one long holds, all elements at once. The size is that of the element: 0 for
 * bytes, 1 for halfwords, 2 for words, 3 for one doubleword. No carry passes from one element to the next.
 */
final class Lanes {
    /** The lowest bit of each element. */
    private static final long[] LOW = {0x0101010101010101L, 0x0001000100010001L, 0x0000000100000001L, 1};
    /** The highest bit of each element. */
    private static final long[] HIGH = {
        0x8080808080808080L, 0x8000800080008000L, 0x8000000080000000L, 0x8000000000000000L
    };
    /** The elements with an even number. */
    private static final long[] EVEN = {0x00FF00FF00FF00FFL, 0x0000FFFF0000FFFFL, 0x00000000FFFFFFFFL, -1};

    private Lanes() {}

    /** All ones in the lowest element. */
    static long mask(int size) {
        return -1L >>> 64 - (8 << size);
    }

    /** A value in each element. */
    static long replicate(int size, long value) {
        return (value & mask(size)) * LOW[size];
    }

    /** All ones in the elements whose highest bit is set in the given bits, which holds only such bits. */
    static long fill(int size, long bits) {
        return (bits << 1) - (bits >>> (8 << size) - 1);
    }

    static long add(int size, long a, long b) {
        long high = HIGH[size];
        return (a & ~high) + (b & ~high) ^ (a ^ b) & high;
    }

    static long subtract(int size, long a, long b) {
        long high = HIGH[size];
        return (a | high) - (b & ~high) ^ (a ^ ~b) & high;
    }

    static long negate(int size, long a) {
        return subtract(size, 0, a);
    }

    static long multiply(int size, long a, long b) {
        if (size == 3) {
            return a * b;
        }
        if (size == 2) {
            return a * b & EVEN[2] | (a >>> 32) * (b >>> 32) << 32;
        }
        long mask = mask(size);
        long result = 0;
        for (int i = 0; i < 64; i += 8 << size) {
            result |= ((a >>> i) * (b >>> i) & mask) << i;
        }
        return result;
    }

    static long equal(int size, long a, long b) {
        return ~nonZero(size, a ^ b);
    }

    static long nonZero(int size, long a) {
        long high = HIGH[size];
        return fill(size, ((a & ~high) + ~high | a) & high);
    }

    /** Where a is less than b, as unsigned numbers. */
    static long less(int size, long a, long b) {
        return fill(size, borrow(size, a, b));
    }

    /** Where a is less than b, as signed numbers. */
    static long lessSigned(int size, long a, long b) {
        long high = HIGH[size];
        return fill(size, borrow(size, a ^ high, b ^ high));
    }

    private static long borrow(int size, long a, long b) {
        return (~a & b | ~(a ^ b) & subtract(size, a, b)) & HIGH[size];
    }

    static long negative(int size, long a) {
        return fill(size, a & HIGH[size]);
    }

    static long select(long mask, long a, long b) {
        return a & mask | b & ~mask;
    }

    static long absolute(int size, long a) {
        long sign = negative(size, a);
        return subtract(size, a ^ sign, sign);
    }

    static long absoluteDifference(int size, long a, long b) {
        long less = less(size, a, b);
        return select(less, subtract(size, b, a), subtract(size, a, b));
    }

    static long absoluteDifferenceSigned(int size, long a, long b) {
        return absoluteDifference(size, a ^ HIGH[size], b ^ HIGH[size]);
    }

    /** (a + b) / 2, rounded down. */
    static long halvingAdd(int size, long a, long b) {
        return (a & b) + ((a ^ b) >>> 1 & ~HIGH[size]);
    }

    static long halvingAddSigned(int size, long a, long b) {
        long high = HIGH[size];
        return halvingAdd(size, a ^ high, b ^ high) ^ high;
    }

    /** (a + b) / 2, rounded up. */
    static long roundingHalvingAdd(int size, long a, long b) {
        return (a | b) - ((a ^ b) >>> 1 & ~HIGH[size]);
    }

    static long roundingHalvingAddSigned(int size, long a, long b) {
        long high = HIGH[size];
        return roundingHalvingAdd(size, a ^ high, b ^ high) ^ high;
    }

    /** (a - b) / 2, rounded down, the same for signed and unsigned numbers but for their order. */
    static long halvingSubtract(int size, long a, long b) {
        return roundingHalvingAdd(size, a, ~b) ^ HIGH[size];
    }

    static long halvingSubtractSigned(int size, long a, long b) {
        long high = HIGH[size];
        return halvingSubtract(size, a ^ high, b ^ high);
    }

    /** Where the unsigned sum does not fit. */
    static long carries(int size, long a, long b) {
        return fill(size, (a & b | (a | b) & ~add(size, a, b)) & HIGH[size]);
    }

    /** Where the signed sum does not fit. */
    static long addOverflows(int size, long a, long b) {
        return fill(size, ~(a ^ b) & (a ^ add(size, a, b)) & HIGH[size]);
    }

    /** Where the signed difference does not fit. */
    static long subtractOverflows(int size, long a, long b) {
        return fill(size, (a ^ b) & (a ^ subtract(size, a, b)) & HIGH[size]);
    }

    /** The lowest signed number where a is negative, else the highest. */
    static long limit(int size, long a) {
        return ~HIGH[size] ^ negative(size, a);
    }

    /** The shift is 0 to the element's width - 1. */
    static long shiftLeft(int size, long a, int shift) {
        return a << shift & (mask(size) << shift & mask(size)) * LOW[size];
    }

    /** The shift is 0 to the element's width. */
    static long shiftRight(int size, long a, int shift) {
        return shift == 8 << size ? 0 : a >>> shift & (mask(size) >>> shift) * LOW[size];
    }

    /** The shift is 0 to the element's width. */
    static long shiftRightSigned(int size, long a, int shift) {
        int n = Math.min(shift, (8 << size) - 1);
        long sign = HIGH[size] >>> n;
        return subtract(size, shiftRight(size, a, n) ^ sign, sign);
    }

    /** The bit that rounds a shift right by 1 to the element's width, in the lowest position. */
    static long roundingBit(int size, long a, int shift) {
        return a >>> shift - 1 & LOW[size];
    }

    /** The elements with an even number of two registers one after the other. */
    static long even(int size, long first, long second) {
        return size == 3 ? first : compress(size, first) | compress(size, second) << 32;
    }

    /** The elements with an odd number of two registers one after the other. */
    static long odd(int size, long first, long second) {
        int width = 8 << size;
        return size == 3 ? second : compress(size, first >>> width) | compress(size, second >>> width) << 32;
    }

    private static long compress(int size, long a) {
        long x = a & EVEN[size];
        if (size == 0) {
            x = (x | x >>> 8) & EVEN[1];
        }
        if (size <= 1) {
            x = (x | x >>> 16) & EVEN[2];
        }
        return x;
    }

    /** The elements of the low half, each zero-extended to twice its width. The size is 0 to 2. */
    static long widen(int size, long a) {
        long x = a & EVEN[2];
        if (size <= 1) {
            x = (x | x << 16) & EVEN[1];
        }
        if (size == 0) {
            x = (x | x << 8) & EVEN[0];
        }
        return x;
    }

    /** The elements of the low half, each sign-extended to twice its width. The size is 0 to 2. */
    static long widenSigned(int size, long a) {
        long sign = HIGH[size] & EVEN[size];
        return subtract(size + 1, widen(size, a) ^ sign, sign);
    }

    /** The low halves of two registers, element by element in turn. */
    static long interleaveLow(int size, long a, long b) {
        return size == 3 ? a : widen(size, a) | widen(size, b) << (8 << size);
    }

    /** The high halves of two registers, element by element in turn. */
    static long interleaveHigh(int size, long a, long b) {
        return size == 3 ? b : widen(size, a >>> 32) | widen(size, b >>> 32) << (8 << size);
    }

    /** The elements with an even number of both registers, in turn. The size is 0 to 2. */
    static long transposeEven(int size, long a, long b) {
        return a & EVEN[size] | (b & EVEN[size]) << (8 << size);
    }

    /** The elements with an odd number of both registers, in turn. The size is 0 to 2. */
    static long transposeOdd(int size, long a, long b) {
        return a >>> (8 << size) & EVEN[size] | b & ~EVEN[size];
    }

    /** Sums of neighbours, of twice the width. The size is 0 to 2. */
    static long addNeighbours(int size, long a) {
        return add(size + 1, a & EVEN[size], a >>> (8 << size) & EVEN[size]);
    }

    static long addNeighboursSigned(int size, long a) {
        int width = 8 << size;
        long even = shiftRightSigned(size + 1, shiftLeft(size + 1, a, width), width);
        return add(size + 1, even, shiftRightSigned(size + 1, a, width));
    }

    /** How many bits of each byte are set. */
    static long countBits(long a) {
        long x = a - (a >>> 1 & 0x5555555555555555L);
        x = (x & 0x3333333333333333L) + (x >>> 2 & 0x3333333333333333L);
        return x + (x >>> 4) & 0x0F0F0F0F0F0F0F0FL;
    }

    /** Leading zeros of each element. */
    static long countLeadingZeros(int size, long a) {
        int width = 8 << size;
        long mask = mask(size);
        long result = 0;
        for (int i = 0; i < 64; i += width) {
            result |= (long) (Long.numberOfLeadingZeros(a >>> i & mask) - 64 + width) << i;
        }
        return result;
    }

    /** Bits after the sign bit that equal it, of each element. */
    static long countLeadingSignBits(int size, long a) {
        long x = a ^ shiftRightSigned(size, a, 1);
        return subtract(size, countLeadingZeros(size, x), LOW[size]);
    }

    /** Reverses the elements within each container; both sizes as for elements, the container is the larger. */
    static long reverse(int size, int container, long a) {
        long x = a;
        for (int s = size; s < container; s++) {
            int width = 8 << s;
            x = x >>> width & EVEN[s] | (x & EVEN[s]) << width;
        }
        return x;
    }
}
