// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/** Saturating doubling multiplications, for halfwords and words. */
final class DoublingMultiply {
    private DoublingMultiply() {}

    /** SQDMULH and SQRDMULH: the high halves of the doubled products. */
    static long high(PeState pe, int size, long a, long b, boolean rounding) {
        int width = 8 << size;
        long round = rounding ? 1L << width - 2 : 0;
        long result = 0;
        for (int i = 0; i < 64; i += width) {
            long product = Elements.extend(a >>> i, size) * Elements.extend(b >>> i, size);
            // Half of the doubled product, so that 64 bits hold it.
            result |= Elements.saturateSigned(pe, product + round >> width - 1, size) << i;
        }
        return result;
    }

    /** SQRDMLAH and SQRDMLSH: the rounded high halves of the accumulated doubled products. */
    static long highAccumulate(PeState pe, int size, long d, long a, long b, boolean subtract) {
        int width = 8 << size;
        long result = 0;
        for (int i = 0; i < 64; i += width) {
            long product = Elements.extend(a >>> i, size) * Elements.extend(b >>> i, size);
            // Half of all terms, so that 64 bits hold their sum.
            long addend = (Elements.extend(d >>> i, size) << width - 1) + (1L << width - 2);
            long sum = subtract ? addend - product : addend + product;
            result |= Elements.saturateSigned(pe, sum >> width - 1, size) << i;
        }
        return result;
    }

    /** SQDMULL: the doubled product of two elements, of twice their width. */
    static long doubled(PeState pe, int size, long a, long b) {
        long product = Elements.extend(a, size) * Elements.extend(b, size);
        int wide = size + 1;
        long limit = Lanes.mask(wide) >>> 1;
        // Only the square of the lowest number does not fit.
        if (product == 1L << (16 << size) - 2) {
            pe.fpsr |= FPSR.QC;
            return limit;
        }
        return product << 1 & Lanes.mask(wide);
    }

    /** SQDMLAL and SQDMLSL: both the doubling and the accumulation saturate. The result is of twice the width. */
    static long accumulate(PeState pe, int size, long d, long a, long b, boolean subtract) {
        long product = doubled(pe, size, a, b);
        int wide = size + 1;
        long mask = Lanes.mask(wide);
        return (subtract
                        ? ThreeSame.subtractSaturating(pe, wide, d & mask, product)
                        : ThreeSame.addSaturating(pe, wide, d & mask, product))
                & mask;
    }
}
