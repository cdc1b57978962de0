// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.state.PeState;

/** "Advanced SIMD across lanes" and "Advanced SIMD scalar pairwise". */
final class AcrossLanes {
    private AcrossLanes() {}

    static boolean execute(PeState pe, int word, int features) {
        int opcode = word >>> 12 & 31;
        int size = word >>> 22 & 3;
        boolean full = (word >>> 30 & 1) != 0;
        boolean unsigned = (word >>> 29 & 1) != 0;
        int d = word & 31;
        int n = word >>> 5 & 31;
        if (opcode == 0b01100 || opcode == 0b01111) {
            return executeFloat(pe, opcode, size, full, !unsigned, d, n, features);
        }
        if (size == 3 || size == 2 && !full) {
            return false;
        }
        long low = pe.v[2 * n];
        long high = pe.v[2 * n + 1];
        long result;
        switch (opcode) {
            case 0b00011:
                result = sum(size, low, unsigned) + (full ? sum(size, high, unsigned) : 0);
                result &= Lanes.mask(size + 1);
                break;
            case 0b11011:
                if (unsigned) {
                    return false;
                }
                result = sum(size, low, true) + (full ? sum(size, high, true) : 0);
                result &= Lanes.mask(size);
                break;
            case 0b01010:
            case 0b11010:
                result = extreme(size, low, full ? high : low, unsigned, opcode == 0b01010);
                break;
            default:
                return false;
        }
        Elements.write(pe.v, d, false, result, 0);
        return true;
    }

    private static long sum(int size, long a, boolean unsigned) {
        long result = 0;
        for (int i = 0; i < 64; i += 8 << size) {
            result += unsigned ? a >>> i & Lanes.mask(size) : Elements.extend(a >>> i, size);
        }
        return result;
    }

    private static long extreme(int size, long low, long high, boolean unsigned, boolean maximum) {
        long x = low;
        long y = high;
        for (int shift = 64; ; shift >>= 1) {
            x = maximum ? ThreeSame.maximum(size, x, y, unsigned) : ThreeSame.minimum(size, x, y, unsigned);
            if (shift == 8 << size) {
                return x & Lanes.mask(size);
            }
            y = x >>> (shift >> 1);
            // The elements above are no longer looked at.
        }
    }

    /** FMAXNMV, FMINNMV, FMAXV, FMINV. */
    private static boolean executeFloat(
            PeState pe, int opcode, int size, boolean full, boolean half, int d, int n, int features) {
        if ((size & 1) != 0 || (half ? (features & SimdFeatures.FP16) == 0 : !full)) {
            return false;
        }
        int operation = operation(opcode, size >> 1);
        int elementSize = half ? 1 : 2;
        int width = 8 << elementSize;
        long x = ThreeSameFloat.pairs(pe, operation, elementSize, pe.v[2 * n], full ? pe.v[2 * n + 1] : 0);
        for (int left = (full ? 64 : 32) / width; left > 1; left >>= 1) {
            x = ThreeSameFloat.pairs(pe, operation, elementSize, x, 0);
        }
        Elements.write(pe.v, d, false, x & Lanes.mask(elementSize), 0);
        return true;
    }

    private static int operation(int opcode, int minimum) {
        if (opcode == 0b01100) {
            return minimum == 0 ? ThreeSameFloat.MAX_NUMBER : ThreeSameFloat.MIN_NUMBER;
        }
        return minimum == 0 ? ThreeSameFloat.MAX : ThreeSameFloat.MIN;
    }

    /** The scalar pairwise group: ADDP and FADDP, FMAXNMP, FMINNMP, FMAXP, FMINP of two elements. */
    static boolean executeScalarPairwise(PeState pe, int word, int features) {
        int opcode = word >>> 12 & 31;
        int size = word >>> 22 & 3;
        boolean half = (word >>> 29 & 1) == 0;
        int d = word & 31;
        int n = word >>> 5 & 31;
        if (opcode == 0b11011) {
            if (!half || size != 3) {
                return false;
            }
            Elements.write(pe.v, d, false, pe.v[2 * n] + pe.v[2 * n + 1], 0);
            return true;
        }
        if (half && ((size & 1) != 0 || (features & SimdFeatures.FP16) == 0)) {
            return false;
        }
        int operation;
        if (opcode == 0b01101) {
            if (size > 1) {
                return false;
            }
            operation = ThreeSameFloat.ADD;
        } else if (opcode == 0b01100 || opcode == 0b01111) {
            operation = operation(opcode, size >> 1);
        } else {
            return false;
        }
        int elementSize = half ? 1 : 2 + (size & 1);
        long low = pe.v[2 * n];
        long high = elementSize == 3 ? pe.v[2 * n + 1] : 0;
        if (elementSize < 3) {
            low &= -1L >>> 64 - (16 << elementSize);
        }
        Elements.write(pe.v, d, false, ThreeSameFloat.pairs(pe, operation, elementSize, low, high), 0);
        return true;
    }
}
