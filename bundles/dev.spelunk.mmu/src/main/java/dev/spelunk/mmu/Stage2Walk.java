// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.state.BusAbort;
import dev.spelunk.api.state.PhysicalMemory;

/**
 * The stage 2 translation table walk (DDI 0487, D8.2.10, AArch64.S2Walk), and the hardware updates of its
 * descriptor (D8.5). Its result stays in the fields until the next.
 */
final class Stage2Walk {
    private final PhysicalMemory memory;
    private final Stage2Controls controls;

    long pa;
    /** log2 of the size of the mapping. */
    int size;

    int level;
    /** See {@link Permissions}. */
    int permissions;

    private long descriptor;
    private long descriptorAt;
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
            descriptorAt = table | index << 3;
            try {
                descriptor = memory.read(descriptorAt, 8);
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
                return leaf(out, ipa, onWalk, address, l, shift);
            }
            table = address;
            l++;
            shift -= stride;
            index = ipa >>> shift & (1L << stride) - 1;
        }
    }

    private boolean leaf(Translation out, long ipa, boolean onWalk, long address, int l, int shift) {
        if ((descriptor & Descriptor.AF) == 0 && !controls.accessFlagManaged) {
            return FaultStatus.stage2(out, FaultStatus.ACCESS_FLAG, l, ipa, onWalk);
        }
        pa = address | ipa & (1L << shift) - 1;
        size = shift;
        level = l;
        int xn = (int) (descriptor >>> 53) & (controls.executeNeverByPrivilege ? 3 : 2);
        permissions = Permissions.stage2((int) (descriptor >>> 6) & 3 | (clean() ? 2 : 0), xn);
        memAttr = (int) (descriptor >>> 2) & 15;
        shareability = (int) (descriptor >>> 8) & 3;
        return true;
    }

    private boolean clean() {
        return controls.dirtyStateManaged && (descriptor & (Descriptor.DBM | Descriptor.WRITE)) == Descriptor.DBM;
    }

    /**
     * Updates the descriptor for an access that is permitted: sets AF, and for a write S2AP[1] of a writable-clean
     * one. What stays writable-clean no longer permits writes, so that the first one walks again.
     */
    boolean update(Translation out, boolean write, long ipa, boolean onWalk) {
        boolean dirty = clean() && write;
        if (clean() && !write) {
            permissions &= ~Permissions.WRITES;
        }
        long updated = descriptor | Descriptor.AF | (dirty ? Descriptor.WRITE : 0);
        if (updated == descriptor) {
            return true;
        }
        try {
            memory.write(descriptorAt, 8, updated);
        } catch (BusAbort abort) {
            return FaultStatus.stage2(out, FaultStatus.EXTERNAL_ABORT_ON_WALK, level, ipa, onWalk);
        }
        descriptor = updated;
        return true;
    }

    /** Whether the mapping is Device memory by stage 2 alone. */
    boolean device() {
        return memAttr < 4;
    }
}
