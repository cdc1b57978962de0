// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.state.PeState;

/**
 * Integer instructions of "Advanced SIMD two-register miscellaneous" and "Advanced SIMD scalar two-register
 * miscellaneous". Those on floating-point elements are in {@link TwoRegisterMiscFloat}.
 */
final class TwoRegisterMisc {
    private static final int U = 1 << 5;

    private TwoRegisterMisc() {}

    static boolean execute(PeState pe, int word, int features) {
        int size = word >>> 22 & 3;
        int opcode = word >>> 12 & 31 | word >>> 24 & U;
        if (isFloat(opcode & 31)) {
            return TwoRegisterMiscFloat.execute(pe, word, features);
        }
        boolean full = (word >>> 30 & 1) != 0;
        if (!hasSize(opcode, size, full)) {
            return false;
        }
        long[] v = pe.v;
        int d = word & 31;
        int n = word >>> 5 & 31;
        switch (opcode) {
            case 18, 20, U | 18, U | 20:
                ThreeDifferent.writeNarrow(v, d, word >>> 30 & 1, narrow(pe, opcode, size, v[2 * n], v[2 * n + 1]));
                break;
            case U | 19:
                long source = v[2 * n + (word >>> 30 & 1)];
                v[2 * d] = Lanes.widen(size, source) << (8 << size);
                v[2 * d + 1] = Lanes.widen(size, source >>> 32) << (8 << size);
                break;
            default:
                long low = lanes(pe, opcode, size, v[2 * d], v[2 * n]);
                Elements.write(v, d, full, low, full ? lanes(pe, opcode, size, v[2 * d + 1], v[2 * n + 1]) : 0);
                break;
        }
        return true;
    }

    static boolean executeScalar(PeState pe, int word) {
        int size = word >>> 22 & 3;
        int opcode = word >>> 12 & 31 | word >>> 24 & U;
        if (isFloat(opcode & 31)) {
            return TwoRegisterMiscFloat.executeScalar(pe, word);
        }
        long mask = Lanes.mask(size);
        int d = word & 31;
        long a = pe.v[2 * (word >>> 5 & 31)];
        long result;
        switch (opcode) {
            case 3, 7, U | 3, U | 7:
                result = lanes(pe, opcode, size, pe.v[2 * d] & mask, a & mask);
                break;
            case 8, 9, 10, 11, U | 8, U | 9, U | 11:
                if (size != 3) {
                    return false;
                }
                result = lanes(pe, opcode, size, 0, a);
                break;
            case 20, U | 18, U | 20:
                if (size == 3) {
                    return false;
                }
                result = narrow(pe, opcode, size, a & Lanes.mask(size + 1), 0);
                break;
            default:
                return false;
        }
        Elements.write(pe.v, d, false, result & mask, 0);
        return true;
    }

    private static boolean isFloat(int opcode) {
        return opcode >= 12 && opcode <= 15 || opcode >= 21;
    }

    private static boolean hasSize(int opcode, int size, boolean full) {
        switch (opcode) {
            case 0, 2, 4, 6, U | 2, U | 4, U | 6, 18, 20, U | 18, U | 19, U | 20:
                return size != 3;
            case U:
                return size < 2;
            case 1, 5:
                return size == 0;
            case U | 5:
                return size < 2;
            case 3, 7, 8, 9, 10, 11, U | 3, U | 7, U | 8, U | 9, U | 11:
                return size != 3 || full;
            default:
                return false;
        }
    }

    /** The elements of one long. */
    private static long lanes(PeState pe, int opcode, int size, long d, long a) {
        switch (opcode) {
            case 0:
                return Lanes.reverse(size, 3, a);
            case 1:
                return Lanes.reverse(size, 1, a);
            case U:
                return Lanes.reverse(size, 2, a);
            case 2:
                return Lanes.addNeighboursSigned(size, a);
            case U | 2:
                return Lanes.addNeighbours(size, a);
            case 3:
                return addUnsignedToSigned(pe, size, d, a);
            case U | 3:
                return addSignedToUnsigned(pe, size, d, a);
            case 4:
                return Lanes.countLeadingSignBits(size, a);
            case U | 4:
                return Lanes.countLeadingZeros(size, a);
            case 5:
                return Lanes.countBits(a);
            case U | 5:
                return size == 0 ? ~a : Long.reverseBytes(Long.reverse(a));
            case 6:
                return Lanes.add(size + 1, d, Lanes.addNeighboursSigned(size, a));
            case U | 6:
                return Lanes.add(size + 1, d, Lanes.addNeighbours(size, a));
            default:
                return compareOrSign(pe, opcode, size, a);
        }
    }

    private static long compareOrSign(PeState pe, int opcode, int size, long a) {
        switch (opcode) {
            case 7:
                long sign = Lanes.negative(size, a);
                return ThreeSame.subtractSaturating(pe, size, a ^ sign, sign);
            case U | 7:
                return ThreeSame.subtractSaturating(pe, size, 0, a);
            case 8:
                return Lanes.lessSigned(size, 0, a);
            case U | 8:
                return ~Lanes.negative(size, a);
            case 9:
                return ~Lanes.nonZero(size, a);
            case U | 9:
                return ~Lanes.lessSigned(size, 0, a);
            case 10:
                return Lanes.negative(size, a);
            case 11:
                return Lanes.absolute(size, a);
            default:
                return Lanes.negate(size, a);
        }
    }

    /** SUQADD: an unsigned number is added to a signed one. */
    static long addUnsignedToSigned(PeState pe, int size, long d, long a) {
        // With its sign bit inverted the signed number is unsigned, and its limits are those of the element.
        long sign = Lanes.replicate(size, 1L << (8 << size) - 1);
        return ThreeSame.addSaturatingUnsigned(pe, size, d ^ sign, a) ^ sign;
    }

    /** USQADD: a signed number is added to an unsigned one. */
    static long addSignedToUnsigned(PeState pe, int size, long d, long a) {
        long negative = Lanes.negative(size, a);
        long magnitude = Lanes.absolute(size, a);
        long sum = ThreeSame.addSaturatingUnsigned(pe, size, d & ~negative, a & ~negative);
        long difference = ThreeSame.subtractSaturatingUnsigned(pe, size, d & negative, magnitude & negative);
        return sum | difference;
    }

    /** XTN, SQXTN, SQXTUN, UQXTN: two longs narrowed to one; size is that of the result. */
    private static long narrow(PeState pe, int opcode, int size, long low, long high) {
        if (opcode == 18) {
            return Lanes.even(size, low, high);
        }
        return narrowHalf(pe, opcode, size, low) | narrowHalf(pe, opcode, size, high) << 32;
    }

    private static long narrowHalf(PeState pe, int opcode, int size, long a) {
        int width = 8 << size;
        long result = 0;
        for (int i = 0; i < 32; i += width) {
            long element = a >>> 2 * i;
            result |= (opcode == (U | 20)
                            ? Shifts.narrowUnsigned(pe, size, element & Lanes.mask(size + 1), 0, false)
                            : opcode == 20
                                    ? Shifts.narrowSigned(pe, size, Elements.extend(element, size + 1), 0, false)
                                    : Shifts.narrowSignedToUnsigned(
                                            pe, size, Elements.extend(element, size + 1), 0, false))
                    << i;
        }
        return result;
    }
}
