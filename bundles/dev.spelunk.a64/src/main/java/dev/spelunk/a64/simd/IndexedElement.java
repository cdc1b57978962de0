// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.state.PeState;

/** "Advanced SIMD vector x indexed element" and "Advanced SIMD scalar x indexed element". */
final class IndexedElement {
    private static final int U = 1 << 4;

    private IndexedElement() {}

    static boolean execute(PeState pe, int word, int features) {
        int opcode = word >>> 12 & 15 | word >>> 25 & U;
        int size = word >>> 22 & 3;
        switch (opcode) {
            case 1, 5, 9, U | 9:
                return multiply(pe, word, opcode, features, false);
            case U | 1, U | 3, U | 5, U | 7:
                return (features & SimdFeatures.FCMA) != 0 && ThreeSameExtra.complexIndexed(pe, word, features);
            case 14, 15, U | 14:
                return ThreeSameExtra.dotIndexed(pe, word, opcode, features);
            case 0, 4, U | 8, U | 12:
                return size == 2 && (features & SimdFeatures.FHM) != 0 && multiplyAddLong(pe, word, opcode);
            default:
                return size != 0 && size != 3 && integer(pe, word, opcode, size, features);
        }
    }

    static boolean executeScalar(PeState pe, int word, int features) {
        int opcode = word >>> 12 & 15 | word >>> 25 & U;
        int size = word >>> 22 & 3;
        switch (opcode) {
            case 1, 5, 9, U | 9:
                return multiply(pe, word, opcode, features, true);
            default:
                break;
        }
        if (size == 0 || size == 3) {
            return false;
        }
        int d = word & 31;
        long mask = Lanes.mask(size);
        long a = pe.v[2 * (word >>> 5 & 31)] & mask;
        long b = element(pe, word, size);
        long result;
        switch (opcode) {
            case 3, 7, 11:
                Elements.write(
                        pe.v, d, false, ThreeDifferent.doubling(pe, longOpcode(opcode), size, pe.v[2 * d], a, b), 0);
                return true;
            case 12, 13:
                result = DoublingMultiply.high(pe, size, a, b, opcode == 13);
                break;
            case U | 13, U | 15:
                if ((features & SimdFeatures.RDM) == 0) {
                    return false;
                }
                result = DoublingMultiply.highAccumulate(pe, size, pe.v[2 * d] & mask, a, b, opcode == (U | 15));
                break;
            default:
                return false;
        }
        Elements.write(pe.v, d, false, result & mask, 0);
        return true;
    }

    /** H, L and M, or some of them, as the number of an element. */
    private static int index(int word, int size) {
        int h = word >>> 11 & 1;
        int l = word >>> 21 & 1;
        int m = word >>> 20 & 1;
        return size == 1 ? h << 2 | l << 1 | m : size == 2 ? h << 1 | l : h;
    }

    /** The element that multiplies all others. */
    private static long element(PeState pe, int word, int size) {
        return Elements.get(pe.v, word >>> 16 & (size == 1 ? 15 : 31), size, index(word, size));
    }

    /** The opcode in "three different" of the long instructions of this group. */
    private static int longOpcode(int opcode) {
        switch (opcode & 15) {
            case 2:
                return 0b1000;
            case 3:
                return 0b1001;
            case 6:
                return 0b1010;
            case 7:
                return 0b1011;
            case 10:
                return 0b1100;
            default:
                return 0b1101;
        }
    }

    private static boolean integer(PeState pe, int word, int opcode, int size, int features) {
        switch (opcode) {
            case 2, 3, 6, 7, 10, 11, U | 2, U | 6, U | 10:
                long all = Lanes.replicate(size, element(pe, word, size));
                ThreeDifferent.longer(
                        pe, longOpcode(opcode), size, opcode >= U, word & 31, word >>> 5 & 31, word >>> 30 & 1, all);
                return true;
            case U | 13, U | 15:
                if ((features & SimdFeatures.RDM) == 0) {
                    return false;
                }
                break;
            case 8, 12, 13, U, U | 4:
                break;
            default:
                return false;
        }
        long[] v = pe.v;
        int d = word & 31;
        int n = word >>> 5 & 31;
        boolean full = (word >>> 30 & 1) != 0;
        long b = Lanes.replicate(size, element(pe, word, size));
        long low = lanes(pe, opcode, size, v[2 * d], v[2 * n], b);
        Elements.write(v, d, full, low, full ? lanes(pe, opcode, size, v[2 * d + 1], v[2 * n + 1], b) : 0);
        return true;
    }

    private static long lanes(PeState pe, int opcode, int size, long d, long a, long b) {
        switch (opcode) {
            case 8:
                return Lanes.multiply(size, a, b);
            case 12, 13:
                return DoublingMultiply.high(pe, size, a, b, opcode == 13);
            case U:
                return Lanes.add(size, d, Lanes.multiply(size, a, b));
            case U | 4:
                return Lanes.subtract(size, d, Lanes.multiply(size, a, b));
            default:
                return DoublingMultiply.highAccumulate(pe, size, d, a, b, opcode == (U | 15));
        }
    }

    /** FMLA, FMLS, FMUL, FMULX. */
    private static boolean multiply(PeState pe, int word, int opcode, int features, boolean scalar) {
        int type = word >>> 22 & 3;
        boolean full = (word >>> 30 & 1) != 0;
        boolean refused = type == 0
                ? (features & SimdFeatures.FP16) == 0
                : type == 1 || type == 3 && ((word >>> 21 & 1) != 0 || !full);
        if (refused) {
            return false;
        }
        int size = type == 0 ? 1 : type;
        int operation = opcode == 1
                ? ThreeSameFloat.MULTIPLY_ADD
                : opcode == 5
                        ? ThreeSameFloat.MULTIPLY_SUBTRACT
                        : opcode == 9 ? ThreeSameFloat.MULTIPLY : ThreeSameFloat.MULTIPLY_EXTENDED;
        long[] v = pe.v;
        int d = word & 31;
        int n = word >>> 5 & 31;
        int width = 8 << size;
        long b = element(pe, word, size);
        if (scalar) {
            long mask = Lanes.mask(size);
            long result = ThreeSameFloat.element(pe, operation, width, v[2 * d] & mask, v[2 * n] & mask, b);
            Elements.write(v, d, false, result, 0);
            return true;
        }
        b = Lanes.replicate(size, b);
        long low = ThreeSameFloat.lanes(pe, operation, width, v[2 * d], v[2 * n], b);
        Elements.write(
                v, d, full, low, full ? ThreeSameFloat.lanes(pe, operation, width, v[2 * d + 1], v[2 * n + 1], b) : 0);
        return true;
    }

    private static boolean multiplyAddLong(PeState pe, int word, int opcode) {
        ThreeSameFloat.multiplyAddLong(
                pe, word, (word >>> 30 & 1) != 0, (opcode & 4) != 0, opcode >= U, index(word, 1));
        return true;
    }
}
