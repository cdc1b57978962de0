// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.state.BusAbort;
import dev.spelunk.api.state.PhysicalMemory;

/** The stage 2 translation table walk (DDI 0487, D8.2.10, AArch64.S2Walk). Its result stays in the fields until the next. */
final class Stage2Walk {
    private final PhysicalMemory memory;
    private final Stage2Controls controls;

    long pa;
    /** log2 of the size of the mapping. */
    int size;
    int level;
    /** See {@link Permissions}. */
    int permissions;
    int memAttr;
    int shareability;

    Stage2Walk(PhysicalMemory memory, Stage2Controls controls) {
        this.memory = memory;
        this.controls = controls;
    }

    /** Walks for an IPA; faults but for permissions are recorded in out. */
    boolean walk(Translation out, long ipa, boolean onWalk) {
        Stage2Controls c = controls;
        if (c.invalid || ipa >>> c.inputSize != 0) {
            return FaultStatus.stage2(out, FaultStatus.TRANSLATION, 0, ipa, onWalk);
        }
        if (c.base >>> c.outputSize != 0) {
            return FaultStatus.stage2(out, FaultStatus.ADDRESS_SIZE, 0, ipa, onWalk);
        }
        int stride = Granule.stride(c.granule);
        int l = c.startLevel;
        int shift = Granule.shift(c.granule, l);
        long table = c.base;
        long index = ipa >>> shift;
        while (true) {
            long descriptor;
            try {
                descriptor = memory.read(table | index << 3, 8);
            } catch (BusAbort abort) {
                return FaultStatus.stage2(out, FaultStatus.EXTERNAL_ABORT_ON_WALK, l, ipa, onWalk);
            }
            boolean more = (descriptor & 2) != 0;
            if ((descriptor & 1) == 0 || l == 3 && !more || l < 3 && !more && !Granule.blockAt(c.granule, l)) {
                return FaultStatus.stage2(out, FaultStatus.TRANSLATION, l, ipa, onWalk);
            }
            boolean leaf = l == 3 || !more;
            long address = descriptor & 0x0000_FFFF_FFFF_F000L & -1L << (leaf ? shift : c.granule);
            if (address >>> c.outputSize != 0) {
                return FaultStatus.stage2(out, FaultStatus.ADDRESS_SIZE, l, ipa, onWalk);
            }
            if (leaf) {
                return leaf(out, ipa, onWalk, descriptor, address, l, shift);
            }
            table = address;
            l++;
            shift -= stride;
            index = ipa >>> shift & (1L << stride) - 1;
        }
    }

    private boolean leaf(Translation out, long ipa, boolean onWalk, long descriptor, long address, int l, int shift) {
        if ((descriptor & 1L << 10) == 0) {
            return FaultStatus.stage2(out, FaultStatus.ACCESS_FLAG, l, ipa, onWalk);
        }
        pa = address | ipa & (1L << shift) - 1;
        size = shift;
        level = l;
        int xn = (int) (descriptor >>> 53) & (controls.executeNeverByPrivilege ? 3 : 2);
        permissions = Permissions.stage2((int) (descriptor >>> 6) & 3, xn);
        memAttr = (int) (descriptor >>> 2) & 15;
        shareability = (int) (descriptor >>> 8) & 3;
        return true;
    }

    /** Whether the mapping is Device memory by stage 2 alone. */
    boolean device() {
        return memAttr < 4;
    }
}
