// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/** Shifts by a register and saturating shifts, for the elements that one long holds. */
final class Shifts {
    private Shifts() {}

    /**
     * SSHL, USHL, SRSHL, URSHL: each element of a shifted left by the signed lowest byte of the element of b, right
     * where that is negative.
     */
    static long shift(int size, long a, long b, boolean unsigned, boolean rounding) {
        int width = 8 << size;
        long mask = Lanes.mask(size);
        long result = 0;
        for (int i = 0; i < 64; i += width) {
            int by = (byte) (b >>> i);
            long value = unsigned ? a >>> i & mask : Elements.extend(a >>> i, size);
            long shifted = by < 0 ? right(value, -by, unsigned, rounding) : by > 63 ? 0 : value << by;
            result |= (shifted & mask) << i;
        }
        return result;
    }

    /** SQSHL, UQSHL, SQRSHL, UQRSHL (register). */
    static long saturatingShift(PeState pe, int size, long a, long b, boolean unsigned, boolean rounding) {
        int width = 8 << size;
        long mask = Lanes.mask(size);
        long result = 0;
        for (int i = 0; i < 64; i += width) {
            int by = (byte) (b >>> i);
            long value = unsigned ? a >>> i & mask : Elements.extend(a >>> i, size);
            long shifted = by < 0
                    ? right(value, -by, unsigned, rounding)
                    : unsigned ? leftUnsigned(pe, size, value, by) : leftSigned(pe, size, value, by);
            result |= (shifted & mask) << i;
        }
        return result;
    }

    /** SQSHL, UQSHL, SQSHLU (immediate); toUnsigned is for SQSHLU. */
    static long saturatingShiftLeft(PeState pe, int size, long a, int by, boolean unsigned, boolean toUnsigned) {
        int width = 8 << size;
        long mask = Lanes.mask(size);
        long result = 0;
        for (int i = 0; i < 64; i += width) {
            long value = unsigned ? a >>> i & mask : Elements.extend(a >>> i, size);
            long shifted;
            if (toUnsigned && value < 0) {
                pe.fpsr |= FPSR.QC;
                shifted = 0;
            } else {
                shifted = unsigned || toUnsigned ? leftUnsigned(pe, size, value, by) : leftSigned(pe, size, value, by);
            }
            result |= (shifted & mask) << i;
        }
        return result;
    }

    private static long right(long value, int by, boolean unsigned, boolean rounding) {
        if (by < 64) {
            long round = rounding ? value >>> by - 1 & 1 : 0;
            return (unsigned ? value >>> by : value >> by) + round;
        }
        if (unsigned) {
            return rounding && by == 64 ? value >>> 63 : 0;
        }
        return rounding ? 0 : value >> 63;
    }

    private static long leftSigned(PeState pe, int size, long value, int by) {
        int width = 8 << size;
        int free = 64 - width;
        long top = value << free;
        if (value == 0 || by < width && top << by >> by == top) {
            return value << by;
        }
        pe.fpsr |= FPSR.QC;
        return value < 0 ? 1L << width - 1 : Lanes.mask(size) >>> 1;
    }

    private static long leftUnsigned(PeState pe, int size, long value, int by) {
        int width = 8 << size;
        long top = value << 64 - width;
        if (value == 0 || by < width && top << by >>> by == top) {
            return value << by;
        }
        pe.fpsr |= FPSR.QC;
        return Lanes.mask(size);
    }

    /** Shift right of one wide element by 0 to 32 and narrowing to a signed number, with saturation. */
    static long narrowSigned(PeState pe, int size, long value, int by, boolean rounding) {
        return Elements.saturateSigned(pe, by == 0 ? value : right(value, by, false, rounding), size);
    }

    /** Shift right of one signed wide element by 0 to 32 and narrowing to an unsigned number, with saturation. */
    static long narrowSignedToUnsigned(PeState pe, int size, long value, int by, boolean rounding) {
        return Elements.saturateUnsigned(pe, by == 0 ? value : right(value, by, false, rounding), size);
    }

    /** Shift right of one unsigned wide element by 0 to 32 and narrowing to an unsigned number, with saturation. */
    static long narrowUnsigned(PeState pe, int size, long value, int by, boolean rounding) {
        long shifted = by == 0 ? value : right(value, by, true, rounding);
        long limit = Lanes.mask(size);
        if (Long.compareUnsigned(shifted, limit) > 0) {
            pe.fpsr |= FPSR.QC;
            return limit;
        }
        return shifted;
    }
}
