// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/** Elements of vector registers, saturation and FPSR.QC. */
final class Elements {
    private Elements() {}

    /** Element e of register n, zero-extended. */
    static long get(long[] v, int n, int size, int e) {
        int at = e << 3 + size;
        return v[2 * n + (at >> 6)] >>> (at & 63) & Lanes.mask(size);
    }

    /** Element e of register n, sign-extended. */
    static long signed(long[] v, int n, int size, int e) {
        int at = e << 3 + size;
        return extend(v[2 * n + (at >> 6)] >>> (at & 63), size);
    }

    /** Sets element e of register n and leaves the others. */
    static void set(long[] v, int n, int size, int e, long value) {
        int at = e << 3 + size;
        int i = 2 * n + (at >> 6);
        long mask = Lanes.mask(size) << (at & 63);
        v[i] = v[i] & ~mask | value << (at & 63) & mask;
    }

    /** Sign-extends the lowest element. */
    static long extend(long value, int size) {
        int shift = 64 - (8 << size);
        return value << shift >> shift;
    }

    /** Writes a register: 128 bits, or 64 bits with zeros above. */
    static void write(long[] v, int d, boolean full, long low, long high) {
        v[2 * d] = low;
        v[2 * d + 1] = full ? high : 0;
    }

    /** SignedSat: a value in 64 bits to a signed element of at most 32 bits, the element's bits alone. */
    static long saturateSigned(PeState pe, long value, int size) {
        long limit = Lanes.mask(size) >>> 1;
        if (value > limit) {
            pe.fpsr |= FPSR.QC;
            return limit;
        }
        if (value < ~limit) {
            pe.fpsr |= FPSR.QC;
            return limit + 1;
        }
        return value & Lanes.mask(size);
    }

    /** UnsignedSat: a signed value in 64 bits to an unsigned element of at most 32 bits. */
    static long saturateUnsigned(PeState pe, long value, int size) {
        long limit = Lanes.mask(size);
        if (value > limit) {
            pe.fpsr |= FPSR.QC;
            return limit;
        }
        if (value < 0) {
            pe.fpsr |= FPSR.QC;
            return 0;
        }
        return value;
    }
}
