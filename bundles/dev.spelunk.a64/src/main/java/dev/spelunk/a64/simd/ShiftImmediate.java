// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.a64.fp.FloatingPoint;
import dev.spelunk.api.state.PeState;

/** "Advanced SIMD shift by immediate" and "Advanced SIMD scalar shift by immediate"; immh is not 0. */
final class ShiftImmediate {
    private static final int U = 1 << 5;

    private ShiftImmediate() {}

    static boolean execute(PeState pe, int word, int features) {
        int opcode = word >>> 11 & 31 | word >>> 24 & U;
        int immediate = word >>> 16 & 127;
        int size = 28 - Integer.numberOfLeadingZeros(immediate);
        boolean full = (word >>> 30 & 1) != 0;
        int d = word & 31;
        int n = word >>> 5 & 31;
        int right = (16 << size) - immediate;
        switch (opcode & 31) {
            case 16, 17, 18, 19:
                if (size == 3) {
                    return false;
                }
                long narrow = narrow(pe, opcode, size, right, pe.v[2 * n], pe.v[2 * n + 1]);
                ThreeDifferent.writeNarrow(pe.v, d, word >>> 30 & 1, narrow);
                return true;
            case 20:
                if (size == 3) {
                    return false;
                }
                widen(pe.v, opcode, size, immediate - (8 << size), d, pe.v[2 * n + (word >>> 30 & 1)]);
                return true;
            case 28, 31:
                if (size == 0 || size == 1 && (features & SimdFeatures.FP16) == 0 || size == 3 && !full) {
                    return false;
                }
                long low = convert(pe, opcode, size, right, pe.v[2 * n]);
                Elements.write(pe.v, d, full, low, full ? convert(pe, opcode, size, right, pe.v[2 * n + 1]) : 0);
                return true;
            default:
                if (!isLanes(opcode) || size == 3 && !full) {
                    return false;
                }
                long a = lanes(pe, opcode, size, right, pe.v[2 * d], pe.v[2 * n]);
                Elements.write(
                        pe.v, d, full, a, full ? lanes(pe, opcode, size, right, pe.v[2 * d + 1], pe.v[2 * n + 1]) : 0);
                return true;
        }
    }

    static boolean executeScalar(PeState pe, int word, int features) {
        int opcode = word >>> 11 & 31 | word >>> 24 & U;
        int immediate = word >>> 16 & 127;
        int size = 28 - Integer.numberOfLeadingZeros(immediate);
        int right = (16 << size) - immediate;
        long mask = Lanes.mask(size);
        long a = pe.v[2 * (word >>> 5 & 31)];
        int d = word & 31;
        long result;
        switch (opcode) {
            case 18, 19, U | 16, U | 17, U | 18, U | 19:
                if (size == 3) {
                    return false;
                }
                result = narrow(pe, opcode, size, right, a & Lanes.mask(size + 1), 0);
                break;
            case 28, 31, U | 28, U | 31:
                if (size == 0 || size == 1 && (features & SimdFeatures.FP16) == 0) {
                    return false;
                }
                result = convert(pe, opcode, size, right, a & mask);
                break;
            case U | 12, 14, U | 14:
                result = lanes(pe, opcode, size, right, 0, a & mask);
                break;
            default:
                if (!isLanes(opcode) || size != 3) {
                    return false;
                }
                result = lanes(pe, opcode, size, right, pe.v[2 * d], a);
                break;
        }
        Elements.write(pe.v, d, false, result & mask, 0);
        return true;
    }

    private static boolean isLanes(int opcode) {
        switch (opcode) {
            case 0, 2, 4, 6, 10, 14, U, U | 2, U | 4, U | 6, U | 8, U | 10, U | 12, U | 14:
                return true;
            default:
                return false;
        }
    }

    /** Shifts whose result has the width of the source; right is the amount of a shift right. */
    private static long lanes(PeState pe, int opcode, int size, int right, long d, long a) {
        boolean unsigned = (opcode & U) != 0;
        int left = (8 << size) - right;
        switch (opcode & 31) {
            case 0:
                return right(size, a, right, unsigned);
            case 2:
                return Lanes.add(size, d, right(size, a, right, unsigned));
            case 4:
                return roundingRight(size, a, right, unsigned);
            case 6:
                return Lanes.add(size, d, roundingRight(size, a, right, unsigned));
            case 8:
                return d & ~Lanes.shiftRight(size, -1, right) | Lanes.shiftRight(size, a, right);
            case 10:
                long shifted = Lanes.shiftLeft(size, a, left);
                return unsigned ? d & ~Lanes.shiftLeft(size, -1, left) | shifted : shifted;
            case 12:
                return Shifts.saturatingShiftLeft(pe, size, a, left, false, true);
            default:
                return Shifts.saturatingShiftLeft(pe, size, a, left, unsigned, false);
        }
    }

    private static long right(int size, long a, int by, boolean unsigned) {
        return unsigned ? Lanes.shiftRight(size, a, by) : Lanes.shiftRightSigned(size, a, by);
    }

    private static long roundingRight(int size, long a, int by, boolean unsigned) {
        return Lanes.add(size, right(size, a, by, unsigned), Lanes.roundingBit(size, a, by));
    }

    /** SSHLL, USHLL. */
    private static void widen(long[] v, int opcode, int size, int by, int d, long source) {
        boolean unsigned = (opcode & U) != 0;
        long low = unsigned ? Lanes.widen(size, source) : Lanes.widenSigned(size, source);
        long high = unsigned ? Lanes.widen(size, source >>> 32) : Lanes.widenSigned(size, source >>> 32);
        v[2 * d] = Lanes.shiftLeft(size + 1, low, by);
        v[2 * d + 1] = Lanes.shiftLeft(size + 1, high, by);
    }

    /** The narrowing shifts: two longs to one; size is that of the result. */
    private static long narrow(PeState pe, int opcode, int size, int by, long low, long high) {
        if (opcode == 16) {
            return Lanes.even(size, Lanes.shiftRight(size + 1, low, by), Lanes.shiftRight(size + 1, high, by));
        }
        if (opcode == 17) {
            return Lanes.even(size, roundingRight(size + 1, low, by, true), roundingRight(size + 1, high, by, true));
        }
        return narrowHalf(pe, opcode, size, by, low) | narrowHalf(pe, opcode, size, by, high) << 32;
    }

    private static long narrowHalf(PeState pe, int opcode, int size, int by, long a) {
        int width = 8 << size;
        boolean rounding = (opcode & 1) != 0;
        long result = 0;
        for (int i = 0; i < 32; i += width) {
            long element = a >>> 2 * i;
            long value;
            if (opcode < U) {
                value = Shifts.narrowSigned(pe, size, Elements.extend(element, size + 1), by, rounding);
            } else if (opcode < (U | 18)) {
                value = Shifts.narrowSignedToUnsigned(pe, size, Elements.extend(element, size + 1), by, rounding);
            } else {
                value = Shifts.narrowUnsigned(pe, size, element & Lanes.mask(size + 1), by, rounding);
            }
            result |= value << i;
        }
        return result;
    }

    /** SCVTF, UCVTF, FCVTZS, FCVTZU (fixed-point). */
    private static long convert(PeState pe, int opcode, int size, int fractionBits, long a) {
        int width = 8 << size;
        boolean unsigned = (opcode & U) != 0;
        long result = 0;
        for (int i = 0; i < 64; i += width) {
            long element = a >>> i & Lanes.mask(size);
            long value = (opcode & 31) == 31
                    ? FloatingPoint.toFixed(pe, width, element, fractionBits, unsigned, FloatingPoint.TO_ZERO, width)
                    : FloatingPoint.fromFixed(
                            pe, width, unsigned ? element : Elements.extend(element, size), fractionBits, unsigned);
            result |= value << i;
        }
        return result;
    }
}
