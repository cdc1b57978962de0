// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.state.PeState;

/** "Advanced SIMD copy", "Advanced SIMD scalar copy" and "Advanced SIMD modified immediate". */
final class Copy {
    private Copy() {}

    /** DUP, INS, SMOV, UMOV. */
    static boolean execute(PeState pe, int word) {
        int imm5 = word >>> 16 & 31;
        int imm4 = word >>> 11 & 15;
        int size = Integer.numberOfTrailingZeros(imm5);
        boolean full = (word >>> 30 & 1) != 0;
        if (size > 3) {
            return false;
        }
        int d = word & 31;
        int n = word >>> 5 & 31;
        int index = imm5 >> size + 1;
        if ((word >>> 29 & 1) != 0) {
            if (!full) {
                return false;
            }
            Elements.set(pe.v, d, size, index, Elements.get(pe.v, n, size, imm4 >> size));
            return true;
        }
        switch (imm4) {
            case 0b0000:
            case 0b0001:
                if (size == 3 && !full) {
                    return false;
                }
                long all = Lanes.replicate(size, imm4 == 0 ? Elements.get(pe.v, n, size, index) : pe.x[n]);
                Elements.write(pe.v, d, full, all, all);
                return true;
            case 0b0011:
                if (!full) {
                    return false;
                }
                Elements.set(pe.v, d, size, index, pe.x[n]);
                return true;
            case 0b0101:
                if (size > (full ? 2 : 1)) {
                    return false;
                }
                long value = Elements.signed(pe.v, n, size, index);
                pe.x[d == 31 ? PeState.DISCARD : d] = full ? value : value & 0xFFFFFFFFL;
                return true;
            case 0b0111:
                if (full != (size == 3)) {
                    return false;
                }
                pe.x[d == 31 ? PeState.DISCARD : d] = Elements.get(pe.v, n, size, index);
                return true;
            default:
                return false;
        }
    }

    /** DUP (element, scalar). */
    static boolean executeScalar(PeState pe, int word) {
        int imm5 = word >>> 16 & 31;
        int size = Integer.numberOfTrailingZeros(imm5);
        if (size > 3 || (word >>> 29 & 1) != 0 || (word >>> 11 & 15) != 0) {
            return false;
        }
        Elements.write(pe.v, word & 31, false, Elements.get(pe.v, word >>> 5 & 31, size, imm5 >> size + 1), 0);
        return true;
    }

    /** MOVI, MVNI, ORR, BIC, FMOV (vector, immediate). */
    static boolean immediate(PeState pe, int word, int features) {
        boolean full = (word >>> 30 & 1) != 0;
        boolean op = (word >>> 29 & 1) != 0;
        int cmode = word >>> 12 & 15;
        int imm8 = word >>> 11 & 0xE0 | word >>> 5 & 31;
        int d = word & 31;
        if ((word >>> 11 & 1) != 0) {
            if (cmode != 15 || op || (features & SimdFeatures.FP16) == 0) {
                return false;
            }
            long half = Lanes.replicate(1, expand(imm8, 5, 10));
            Elements.write(pe.v, d, full, half, half);
            return true;
        }
        if (cmode == 15 && op && !full) {
            return false;
        }
        long value = expandImmediate(op, cmode, imm8);
        long low = value;
        long high = value;
        if (cmode < 12 && (cmode & 1) != 0) {
            low = op ? pe.v[2 * d] & ~value : pe.v[2 * d] | value;
            high = op ? pe.v[2 * d + 1] & ~value : pe.v[2 * d + 1] | value;
        } else if (op && cmode < 14) {
            low = ~value;
            high = ~value;
        }
        Elements.write(pe.v, d, full, low, high);
        return true;
    }

    /** AdvSIMDExpandImm (DDI 0487, J1.1). */
    static long expandImmediate(boolean op, int cmode, int imm8) {
        if (cmode < 8) {
            return Lanes.replicate(2, (long) imm8 << 8 * (cmode >> 1));
        }
        if (cmode < 12) {
            return Lanes.replicate(1, (long) imm8 << 8 * (cmode >> 1 & 1));
        }
        switch (cmode) {
            case 12:
                return Lanes.replicate(2, imm8 << 8 | 0xFF);
            case 13:
                return Lanes.replicate(2, imm8 << 16 | 0xFFFF);
            case 14:
                return op ? spread(imm8) : Lanes.replicate(0, imm8);
            default:
                return op ? expand(imm8, 11, 52) : Lanes.replicate(2, expand(imm8, 8, 23));
        }
    }

    /** Each bit of the immediate eight times. */
    private static long spread(int imm8) {
        long result = 0;
        for (int bit = 0; bit < 8; bit++) {
            result |= (imm8 >> bit & 1) * 0xFFL << 8 * bit;
        }
        return result;
    }

    /** VFPExpandImm (DDI 0487, J1.1), for a format with that many bits of exponent and fraction. */
    private static long expand(int imm8, int exponentBits, int fractionBits) {
        long sign = imm8 >> 7;
        boolean b = (imm8 & 0x40) != 0;
        long high = b ? (1L << exponentBits - 3) - 1 : 1L << exponentBits - 3;
        long exponent = high << 2 | imm8 >> 4 & 3;
        return sign << exponentBits + fractionBits | exponent << fractionBits | (long) (imm8 & 15) << fractionBits - 4;
    }
}
