// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

/** Translation granules by log2 of their size (DDI 0487, D8.2): 12, 14 or 16. */
final class Granule {
    /** The smallest T0SZ or T1SZ without FEAT_LVA: 48-bit input addresses. */
    static final int MIN_TXSZ = 16;

    private Granule() {}

    /** TCR_ELx.TG0 and VTCR_EL2.TG0. The reserved value counts as 4 KiB. */
    static int ofTg0(int tg0) {
        return tg0 == 1 ? 16 : tg0 == 2 ? 14 : 12;
    }

    /** TCR_ELx.TG1. The reserved value counts as 4 KiB. */
    static int ofTg1(int tg1) {
        return tg1 == 1 ? 14 : tg1 == 3 ? 16 : 12;
    }

    /** The largest T0SZ or T1SZ. */
    static int maxTxsz(int granule, boolean smallTables) {
        return !smallTables ? 39 : granule == 16 ? 47 : 48;
    }

    /** Address bits that one level resolves. */
    static int stride(int granule) {
        return granule - 3;
    }

    /** log2 of what a descriptor at that level maps. */
    static int shift(int granule, int level) {
        return (3 - level) * stride(granule) + granule;
    }

    /** Whether a Block descriptor may be at that level, without FEAT_LPA and FEAT_LPA2. */
    static boolean blockAt(int granule, int level) {
        return level == 2 || level == 1 && granule == 12;
    }

    /** Bits of an output or physical address size field: TCR_EL1.IPS, TCR_EL2.PS, VTCR_EL2.PS, ID_AA64MMFR0_EL1.PARange. */
    static int addressSize(int field) {
        switch (field) {
            case 0:
                return 32;
            case 1:
                return 36;
            case 2:
                return 40;
            case 3:
                return 42;
            case 4:
                return 44;
            default:
                return 48;
        }
    }
}
