// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.state.PeState;

/** "Advanced SIMD permute", "Advanced SIMD extract" and "Advanced SIMD table lookup". */
final class Permute {
    private Permute() {}

    /** UZP1, TRN1, ZIP1, UZP2, TRN2, ZIP2. */
    static boolean execute(PeState pe, int word) {
        int size = word >>> 22 & 3;
        boolean full = (word >>> 30 & 1) != 0;
        if (size == 3 && !full) {
            return false;
        }
        long[] v = pe.v;
        int d = word & 31;
        int n = 2 * (word >>> 5 & 31);
        int m = 2 * (word >>> 16 & 31);
        boolean second = (word >>> 14 & 1) != 0;
        long low;
        long high = 0;
        switch (word >>> 12 & 3) {
            case 1:
                if (full) {
                    low = second ? Lanes.odd(size, v[n], v[n + 1]) : Lanes.even(size, v[n], v[n + 1]);
                    high = second ? Lanes.odd(size, v[m], v[m + 1]) : Lanes.even(size, v[m], v[m + 1]);
                } else {
                    low = second ? Lanes.odd(size, v[n], v[m]) : Lanes.even(size, v[n], v[m]);
                }
                break;
            case 2:
                if (size == 3) {
                    low = second ? v[n + 1] : v[n];
                    high = second ? v[m + 1] : v[m];
                } else if (second) {
                    low = Lanes.transposeOdd(size, v[n], v[m]);
                    high = Lanes.transposeOdd(size, v[n + 1], v[m + 1]);
                } else {
                    low = Lanes.transposeEven(size, v[n], v[m]);
                    high = Lanes.transposeEven(size, v[n + 1], v[m + 1]);
                }
                break;
            case 3:
                if (full) {
                    int half = second ? 1 : 0;
                    low = Lanes.interleaveLow(size, v[n + half], v[m + half]);
                    high = Lanes.interleaveHigh(size, v[n + half], v[m + half]);
                } else {
                    low = second ? Lanes.interleaveHigh(size, v[n], v[m]) : Lanes.interleaveLow(size, v[n], v[m]);
                }
                break;
            default:
                return false;
        }
        Elements.write(v, d, full, low, high);
        return true;
    }

    /** EXT. */
    static boolean extract(PeState pe, int word) {
        boolean full = (word >>> 30 & 1) != 0;
        int position = word >>> 11 & 15;
        if ((word >>> 22 & 3) != 0 || !full && position > 7) {
            return false;
        }
        long[] v = pe.v;
        int n = 2 * (word >>> 5 & 31);
        int m = 2 * (word >>> 16 & 31);
        int shift = 8 * (position & 7);
        if (!full) {
            Elements.write(v, word & 31, false, funnel(v[n], v[m], shift), 0);
        } else if (position < 8) {
            Elements.write(v, word & 31, true, funnel(v[n], v[n + 1], shift), funnel(v[n + 1], v[m], shift));
        } else {
            Elements.write(v, word & 31, true, funnel(v[n + 1], v[m], shift), funnel(v[m], v[m + 1], shift));
        }
        return true;
    }

    private static long funnel(long low, long high, int shift) {
        return shift == 0 ? low : low >>> shift | high << 64 - shift;
    }

    /** TBL and TBX. */
    static boolean table(PeState pe, int word) {
        if ((word >>> 22 & 3) != 0) {
            return false;
        }
        long[] v = pe.v;
        boolean full = (word >>> 30 & 1) != 0;
        int d = word & 31;
        int m = 2 * (word >>> 16 & 31);
        int n = word >>> 5 & 31;
        int length = 16 * ((word >>> 13 & 3) + 1);
        boolean keep = (word >>> 12 & 1) != 0;
        long low = lookUp(v, n, length, v[m], keep ? v[2 * d] : 0);
        long high = full ? lookUp(v, n, length, v[m + 1], keep ? v[2 * d + 1] : 0) : 0;
        Elements.write(v, d, full, low, high);
        return true;
    }

    /** Bytes of the table that starts with register n; where an index is outside it, those of other. */
    static long lookUp(long[] v, int n, int length, long indices, long other) {
        long result = other;
        for (int i = 0; i < 64; i += 8) {
            int index = (int) (indices >>> i) & 0xFF;
            if (index < length) {
                long value = v[2 * n + (index >> 3) & 63] >>> 8 * (index & 7) & 0xFF;
                result = result & ~(0xFFL << i) | value << i;
            }
        }
        return result;
    }
}
