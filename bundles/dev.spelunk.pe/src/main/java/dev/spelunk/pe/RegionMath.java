// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.integer.Alu;

/**
 * What translated code calls; each is small enough to be inlined. Carries are computed by arithmetic: some
 * compilers of JDK 11 to 17 get a comparison of unsigned numbers wrong once they fold it (JDK-8276162).
 */
final class RegionMath {
    /** Kinds of operations whose flags are computed when somebody asks: none, or of two operands, or of a result. */
    static final int NONE = 0;

    static final int SUB_X = 1;
    static final int SUB_W = 2;
    static final int ADD_X = 3;
    static final int ADD_W = 4;
    static final int LOGICAL_X = 5;
    static final int LOGICAL_W = 6;

    private RegionMath() {}

    /** Index in RAM of an access to [a, a + last] within one page; -1 when the software TLB does not have it. */
    static int at(long[] t, long a, int last, long misalignedBase) {
        int slot = (int) (a >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
        return t[slot] == (a + last & SoftwareTlb.PAGE_MASK | misalignedBase) ? (int) (a + t[slot + 1]) : -1;
    }

    /** The flags of an operation of that kind. */
    static int flags(int kind, long a, long b, int nzcv) {
        switch (kind) {
            case SUB_X:
                return subX(a, b);
            case SUB_W:
                return subW(a, b);
            case ADD_X:
                return addX(a, b);
            case ADD_W:
                return addW(a, b);
            case LOGICAL_X:
                return logicalX(a);
            case LOGICAL_W:
                return logicalW(a);
            default:
                return nzcv;
        }
    }

    static int subX(long a, long b) {
        long r = a - b;
        return (int) (r >>> 60) & 8
                | (r == 0 ? 4 : 0)
                | (int) (~borrow(a, b) >>> 62) & 2
                | (int) (((a ^ b) & (a ^ r)) >>> 63);
    }

    static int subW(long a, long b) {
        int r = (int) a - (int) b;
        return r >>> 28 & 8
                | (r == 0 ? 4 : 0)
                | (int) (~((a & 0xFFFFFFFFL) - (b & 0xFFFFFFFFL)) >>> 62) & 2
                | (((int) a ^ (int) b) & ((int) a ^ r)) >>> 31;
    }

    static int addX(long a, long b) {
        return Alu.addFlags(a, b, a + b);
    }

    static int addW(long a, long b) {
        return Alu.addFlags((int) a, (int) b, (int) a + (int) b);
    }

    static int logicalX(long r) {
        return Alu.logicalFlags(r);
    }

    static int logicalW(long r) {
        return Alu.logicalFlags((int) r);
    }

    /** Negative when a is below b as unsigned numbers. */
    static long borrow(long a, long b) {
        return ~a & b | (~a | b) & a - b;
    }
}
