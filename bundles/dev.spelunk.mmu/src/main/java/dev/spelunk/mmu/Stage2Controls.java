// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.TTBRn_ELx;
import dev.spelunk.api.registers.fields.VTCR_EL2;

/** Controls of stage 2, derived from VTCR_EL2, VTTBR_EL2 and HCR_EL2 (DDI 0487, D24.2.224, D24.2.225). */
final class Stage2Controls {
    /** The configuration is not supported or inconsistent: any lookup is a Translation fault, level 0. */
    boolean invalid;

    boolean protectedTableWalk;
    boolean forcedWriteBack;
    /** FEAT_XNX: the XN field is two bits. */
    boolean executeNeverByPrivilege;
    /** VTCR_EL2.HA and HD, as those of {@link Regime}. */
    boolean accessFlagManaged;

    boolean dirtyStateManaged;
    int granule;
    int startLevel;
    int inputSize;
    int outputSize;
    /** Address of the first of the concatenated tables. */
    long base;

    int vmid;

    void set(long vtcr, long vttbr, long hcr, int physicalSize, boolean smallTables, boolean byPrivilege) {
        protectedTableWalk = (hcr & HCR_EL2.PTW) != 0;
        forcedWriteBack = (hcr & HCR_EL2.FWB) != 0;
        executeNeverByPrivilege = byPrivilege;
        vmid = (int) (vttbr >>> TTBRn_ELx.VMID_SHIFT) & ((vtcr & VTCR_EL2.VS) != 0 ? 0xFFFF : 0xFF);
        granule = Granule.ofTg0((int) (vtcr >>> VTCR_EL2.TG0_SHIFT) & 3);
        outputSize = Math.min(Granule.addressSize((int) (vtcr >>> VTCR_EL2.PS_SHIFT) & 7), physicalSize);
        int t0sz = (int) (vtcr & VTCR_EL2.T0SZ);
        int sl0 = (int) (vtcr >>> VTCR_EL2.SL0_SHIFT) & 3;
        invalid = t0sz < Granule.MIN_TXSZ
                || t0sz > Granule.maxTxsz(granule, smallTables)
                || 64 - t0sz > physicalSize
                || invalidStart(sl0, physicalSize, smallTables);
        if (invalid) {
            return;
        }
        inputSize = 64 - t0sz;
        startLevel = granule == 12 ? sl0 == 3 ? 3 : 2 - sl0 : 3 - sl0;
        int shift = Granule.shift(granule, startLevel);
        // One entry at the least, sixteen tables at the most (AArch64.S2InconsistentSL).
        invalid = inputSize <= shift || inputSize > shift + Granule.stride(granule) + 4;
        int tableBits = inputSize - shift + 3;
        base = vttbr & 0x0000_FFFF_FFFF_FFFEL & -1L << Math.max(tableBits, 1);
    }

    private boolean invalidStart(int sl0, int physicalSize, boolean smallTables) {
        switch (granule) {
            case 12:
                return sl0 == 2 && physicalSize < 44 || sl0 == 3 && !smallTables;
            case 14:
                return sl0 == 3 || sl0 == 2 && physicalSize < 42;
            default:
                return sl0 == 3 || sl0 == 2 && physicalSize < 44;
        }
    }
}
