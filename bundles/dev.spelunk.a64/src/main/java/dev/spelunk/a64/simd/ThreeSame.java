// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import dev.spelunk.api.registers.fields.FPSR;
import dev.spelunk.api.state.PeState;

/** Integer and logical instructions of "Advanced SIMD three same" and "Advanced SIMD scalar three same". */
final class ThreeSame {
    private static final int LOGICAL = 0b00011;
    private static final int SMAXP = 0b10100;
    private static final int SMINP = 0b10101;
    private static final int ADDP = 0b10111;

    private ThreeSame() {}

    static boolean execute(PeState pe, int word) {
        int opcode = word >>> 11 & 31;
        int size = word >>> 22 & 3;
        boolean full = (word >>> 30 & 1) != 0;
        boolean unsigned = (word >>> 29 & 1) != 0;
        if (opcode != LOGICAL && (!hasSize(opcode, unsigned, size) || size == 3 && !full)) {
            return false;
        }
        long[] v = pe.v;
        int d = word & 31;
        int n = word >>> 5 & 31;
        int m = word >>> 16 & 31;
        if (opcode == LOGICAL) {
            int kind = word >>> 27 & 4 | size;
            Elements.write(
                    v,
                    d,
                    full,
                    logical(kind, v[2 * d], v[2 * n], v[2 * m]),
                    full ? logical(kind, v[2 * d + 1], v[2 * n + 1], v[2 * m + 1]) : 0);
        } else if (opcode == SMAXP || opcode == SMINP || opcode == ADDP) {
            pairwise(v, opcode, unsigned, size, full, d, n, m);
        } else {
            long low = lanes(pe, opcode, unsigned, size, v[2 * d], v[2 * n], v[2 * m]);
            long high = full ? lanes(pe, opcode, unsigned, size, v[2 * d + 1], v[2 * n + 1], v[2 * m + 1]) : 0;
            Elements.write(v, d, full, low, high);
        }
        return true;
    }

    /** The scalar group: saturating operations of any size, the others on doublewords. */
    static boolean executeScalar(PeState pe, int word) {
        int opcode = word >>> 11 & 31;
        int size = word >>> 22 & 3;
        boolean unsigned = (word >>> 29 & 1) != 0;
        switch (opcode) {
            case 0b00001, 0b00101, 0b01001, 0b01011:
                break;
            case 0b00110, 0b00111, 0b01000, 0b01010, 0b10000, 0b10001:
                if (size != 3) {
                    return false;
                }
                break;
            case 0b10110:
                if (size == 0 || size == 3) {
                    return false;
                }
                break;
            default:
                return false;
        }
        long mask = Lanes.mask(size);
        long a = pe.v[2 * (word >>> 5 & 31)] & mask;
        long b = pe.v[2 * (word >>> 16 & 31)] & mask;
        long result = lanes(pe, opcode, unsigned, size, 0, a, b);
        Elements.write(pe.v, word & 31, false, result & mask, 0);
        return true;
    }

    private static boolean hasSize(int opcode, boolean unsigned, int size) {
        switch (opcode) {
            case 0b00000, 0b00010, 0b00100, 0b01100, 0b01101, 0b01110, 0b01111, 0b10010, 0b10100, 0b10101:
                return size != 3;
            case 0b10011:
                return unsigned ? size == 0 : size != 3;
            case 0b10110:
                return size == 1 || size == 2;
            case 0b10111:
                return !unsigned;
            default:
                return opcode < 0b11000;
        }
    }

    /** AND, BIC, ORR, ORN, EOR, BSL, BIT, BIF, in this order. */
    static long logical(int kind, long d, long a, long b) {
        switch (kind) {
            case 0:
                return a & b;
            case 1:
                return a & ~b;
            case 2:
                return a | b;
            case 3:
                return a | ~b;
            case 4:
                return a ^ b;
            case 5:
                return Lanes.select(d, a, b);
            case 6:
                return Lanes.select(b, a, d);
            default:
                return Lanes.select(b, d, a);
        }
    }

    private static void pairwise(long[] v, int opcode, boolean unsigned, int size, boolean full, int d, int n, int m) {
        long low = pair(opcode, unsigned, size, v[2 * n], full ? v[2 * n + 1] : v[2 * m]);
        long high = full ? pair(opcode, unsigned, size, v[2 * m], v[2 * m + 1]) : 0;
        Elements.write(v, d, full, low, high);
    }

    private static long pair(int opcode, boolean unsigned, int size, long first, long second) {
        long a = Lanes.even(size, first, second);
        long b = Lanes.odd(size, first, second);
        switch (opcode) {
            case ADDP:
                return Lanes.add(size, a, b);
            case SMAXP:
                return maximum(size, a, b, unsigned);
            default:
                return minimum(size, a, b, unsigned);
        }
    }

    /** The elements of one long; U is apart from the opcode. */
    private static long lanes(PeState pe, int opcode, boolean unsigned, int size, long d, long a, long b) {
        switch (opcode) {
            case 0b00000:
                return unsigned ? Lanes.halvingAdd(size, a, b) : Lanes.halvingAddSigned(size, a, b);
            case 0b00001:
                return unsigned ? addSaturatingUnsigned(pe, size, a, b) : addSaturating(pe, size, a, b);
            case 0b00010:
                return unsigned ? Lanes.roundingHalvingAdd(size, a, b) : Lanes.roundingHalvingAddSigned(size, a, b);
            case 0b00100:
                return unsigned ? Lanes.halvingSubtract(size, a, b) : Lanes.halvingSubtractSigned(size, a, b);
            case 0b00101:
                return unsigned ? subtractSaturatingUnsigned(pe, size, a, b) : subtractSaturating(pe, size, a, b);
            case 0b00110:
                return unsigned ? Lanes.less(size, b, a) : Lanes.lessSigned(size, b, a);
            case 0b00111:
                return ~(unsigned ? Lanes.less(size, a, b) : Lanes.lessSigned(size, a, b));
            case 0b01000:
                return Shifts.shift(size, a, b, unsigned, false);
            case 0b01001:
                return Shifts.saturatingShift(pe, size, a, b, unsigned, false);
            case 0b01010:
                return Shifts.shift(size, a, b, unsigned, true);
            case 0b01011:
                return Shifts.saturatingShift(pe, size, a, b, unsigned, true);
            case 0b01100:
                return maximum(size, a, b, unsigned);
            case 0b01101:
                return minimum(size, a, b, unsigned);
            case 0b01110:
                return difference(size, a, b, unsigned);
            case 0b01111:
                return Lanes.add(size, d, difference(size, a, b, unsigned));
            default:
                return arithmetic(pe, opcode, unsigned, size, d, a, b);
        }
    }

    private static long arithmetic(PeState pe, int opcode, boolean unsigned, int size, long d, long a, long b) {
        switch (opcode) {
            case 0b10000:
                return unsigned ? Lanes.subtract(size, a, b) : Lanes.add(size, a, b);
            case 0b10001:
                return unsigned ? Lanes.equal(size, a, b) : Lanes.nonZero(size, a & b);
            case 0b10010:
                long product = Lanes.multiply(size, a, b);
                return unsigned ? Lanes.subtract(size, d, product) : Lanes.add(size, d, product);
            case 0b10011:
                return unsigned ? PolynomialMultiply.bytes(a, b) : Lanes.multiply(size, a, b);
            default:
                return DoublingMultiply.high(pe, size, a, b, unsigned);
        }
    }

    static long maximum(int size, long a, long b, boolean unsigned) {
        return Lanes.select(unsigned ? Lanes.less(size, a, b) : Lanes.lessSigned(size, a, b), b, a);
    }

    static long minimum(int size, long a, long b, boolean unsigned) {
        return Lanes.select(unsigned ? Lanes.less(size, a, b) : Lanes.lessSigned(size, a, b), a, b);
    }

    static long difference(int size, long a, long b, boolean unsigned) {
        return unsigned ? Lanes.absoluteDifference(size, a, b) : Lanes.absoluteDifferenceSigned(size, a, b);
    }

    /** SQADD. */
    static long addSaturating(PeState pe, int size, long a, long b) {
        long over = Lanes.addOverflows(size, a, b);
        return over == 0 ? Lanes.add(size, a, b) : saturated(pe, over, Lanes.limit(size, a), Lanes.add(size, a, b));
    }

    /** SQSUB. */
    static long subtractSaturating(PeState pe, int size, long a, long b) {
        long over = Lanes.subtractOverflows(size, a, b);
        long difference = Lanes.subtract(size, a, b);
        return over == 0 ? difference : saturated(pe, over, Lanes.limit(size, a), difference);
    }

    /** UQADD. */
    static long addSaturatingUnsigned(PeState pe, int size, long a, long b) {
        long over = Lanes.carries(size, a, b);
        return over == 0 ? Lanes.add(size, a, b) : saturated(pe, over, -1, Lanes.add(size, a, b));
    }

    /** UQSUB. */
    static long subtractSaturatingUnsigned(PeState pe, int size, long a, long b) {
        long over = Lanes.less(size, a, b);
        long difference = Lanes.subtract(size, a, b);
        return over == 0 ? difference : saturated(pe, over, 0, difference);
    }

    private static long saturated(PeState pe, long where, long limit, long result) {
        pe.fpsr |= FPSR.QC;
        return Lanes.select(where, limit, result);
    }
}
