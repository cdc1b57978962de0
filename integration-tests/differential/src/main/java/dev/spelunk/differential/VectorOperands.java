// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

/**
 * Values for the SIMD&FP registers, FPCR and FPSR: numbers at the edges of the formats, and numbers whose
 * exponents are near each other, so that sums cancel, round and underflow.
 */
final class VectorOperands {
    /** AHP, DN, FZ, RMode and FZ16 of FPCR: the other bits are RES0 or have no function in AArch64 state. */
    static final int FPCR = 1 << 26 | 1 << 25 | 1 << 24 | 3 << 22 | 1 << 19;
    /** QC, IDC, IXC, UFC, OFC, DZC and IOC of FPSR. */
    static final int FPSR = 1 << 27 | 1 << 7 | 0x1f;

    private final SplitMix random;
    /** The exponent that many values are near to, as a distance from the least or greatest one, or from 1.0. */
    private final int anchor;

    private final int distance;

    VectorOperands(SplitMix random) {
        this.random = random;
        this.anchor = random.below(20);
        this.distance = random.below(7) - 3;
    }

    int fpcr() {
        int value = 0;
        if (!random.percent(30)) {
            value = random.below(4) << 22;
            for (int bit : new int[] {26, 25, 24, 19}) {
                value |= random.percent(35) ? 1 << bit : 0;
            }
        }
        return value;
    }

    int fpsr() {
        return random.percent(60) ? 0 : (int) random.nextLong() & FPSR;
    }

    /** Half a register: one to eight elements of one width. */
    long half() {
        int choice = random.below(20);
        int width = choice < 1 ? 8 : choice < 6 ? 16 : choice < 12 ? 32 : 64;
        boolean integers = width == 8 || random.percent(22);
        long value = 0;
        for (int at = 0; at < 64; at += width) {
            long element = integers ? integer(width) : floating(width);
            value |= (width == 64 ? element : element & (1L << width) - 1) << at;
        }
        return value;
    }

    private long integer(int width) {
        switch (random.below(10)) {
            case 0:
                return 0;
            case 1:
                return -1;
            case 2:
                return 1L << width - 1;
            case 3:
                return (1L << width - 1) - 1;
            case 4:
                return 1L << random.below(width);
            case 5:
                return -(1L << random.below(width));
            case 6:
                return random.below(2 * width) - width;
            default:
                return random.nextLong();
        }
    }

    private long floating(int width) {
        int fraction = width == 16 ? 10 : width == 32 ? 23 : 52;
        int greatest = (1 << width - 1 - fraction) - 1;
        long sign = random.percent(50) ? 1L << width - 1 : 0;
        int choice = random.below(100);
        if (choice < 6) {
            return sign;
        }
        if (choice < 14) {
            return sign | Math.max(1, fraction(fraction));
        }
        if (choice < 17) {
            return sign | (long) greatest << fraction;
        }
        if (choice < 25) {
            long quiet = random.percent(50) ? 1L << fraction - 1 : 0;
            long payload = random.percent(25) ? 0 : fraction(fraction - 1);
            return sign | (long) greatest << fraction | quiet | (quiet == 0 ? Math.max(1, payload) : payload);
        }
        if (choice < 30) {
            // The least and greatest normal numbers and their neighbours.
            long edge = random.percent(50) ? 1L << fraction : ((long) greatest << fraction) - 1;
            return sign | edge + random.below(3) - 1;
        }
        int bias = greatest >> 1;
        if (choice < 40) {
            return sign | halves(random.below(64), fraction, bias);
        }
        if (choice < 47) {
            // Near powers of two at which conversions to integers end.
            int[] powers = {7, 8, 11, 15, 16, 24, 31, 32, 53, 63, 64};
            long exponent = Math.min(greatest - 1, bias + powers[random.below(powers.length)]);
            return sign | (exponent << fraction) + random.below(5) - 2;
        }
        if (choice < 80) {
            int exponent = near(bias, greatest, fraction) + random.below(5) - 2;
            return sign | (long) Math.max(0, Math.min(greatest - 1, exponent)) << fraction | fraction(fraction);
        }
        if (choice < 90) {
            return sign | (long) random.below(greatest) << fraction | fraction(fraction);
        }
        return random.nextLong();
    }

    private int near(int bias, int greatest, int fraction) {
        if (anchor < 11) {
            return bias + distance;
        }
        if (anchor < 13) {
            return 1 + random.below(fraction + 4);
        }
        if (anchor < 16) {
            // Products of two of these are near the least normal number.
            return bias / 2 + random.below(fraction) - fraction / 2;
        }
        return anchor < 18 ? greatest - 1 - random.below(4) : bias + greatest / 4 + distance;
    }

    /** A fraction: few bits set, few bits clear, only its first bits, or any. */
    private long fraction(int bits) {
        long mask = (1L << bits) - 1;
        switch (random.below(10)) {
            case 0:
                return 0;
            case 1, 2:
                return fewBits(bits);
            case 3, 4:
                return ~fewBits(bits) & mask;
            case 5:
                return (random.nextLong() & 0xff) << Math.max(0, bits - 8) & mask;
            default:
                return random.nextLong() & mask;
        }
    }

    /** One or two bits of so many. */
    private long fewBits(int bits) {
        long one = 1L << random.below(bits);
        return one | 1L << random.below(bits);
    }

    /** The number of so many halves. */
    private static long halves(int number, int fraction, int bias) {
        if (number == 0) {
            return 0;
        }
        int top = 31 - Integer.numberOfLeadingZeros(number);
        return (long) (bias - 1 + top) << fraction | (long) (number ^ 1 << top) << fraction - top;
    }
}
