// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.state.BusAbort;
import dev.spelunk.api.state.PhysicalMemory;

/**
 * The stage 1 translation table walk (DDI 0487, D8.2, AArch64.S1Walk), and the hardware updates of its descriptor
 * (D8.5). Its result stays in the fields until the next.
 */
final class Stage1Walk {
    private final PhysicalMemory memory;
    private final Stage2Controls stage2Controls;
    private final Stage2Walk stage2;

    /** Output address of stage 1. */
    long address;
    /** log2 of the size of the mapping. */
    int size;

    int level;
    /** See {@link Permissions}. */
    int permissions;

    int attributes;
    int shareability;
    boolean global;
    /** GP of FEAT_BTI: branches into the page must be to a branch target identification. */
    boolean guarded;

    private long descriptor;
    /** Address of the descriptor, an IPA where the regime has a stage 2. */
    private long descriptorAt;

    Stage1Walk(PhysicalMemory memory, Stage2Controls stage2Controls, Stage2Walk stage2) {
        this.memory = memory;
        this.stage2Controls = stage2Controls;
        this.stage2 = stage2;
    }

    /**
     * Walks for a VA; faults but for permissions are recorded in out.
     *
     * @param source where descriptors come from, null for memory through stage 2 if the regime has it
     */
    boolean walk(Translation out, Regime r, long va, int access, DescriptorSource source) {
        VaRange range = r.range(va);
        if (range.disabled
                || range.outOfRange(va, access)
                || range.unprivilegedDisabled && (access & Translator.UNPRIVILEGED) != 0) {
            return FaultStatus.stage1(out, FaultStatus.TRANSLATION, 0);
        }
        if (range.base >>> range.outputSize != 0) {
            return FaultStatus.stage1(out, FaultStatus.ADDRESS_SIZE, 0);
        }
        int stride = Granule.stride(range.granule);
        int l = range.startLevel;
        int shift = Granule.shift(range.granule, l);
        long mask = (1L << range.inputSize - shift) - 1;
        long table = range.base;
        // APTable in bits 1:0, UXNTable 2, PXNTable 3 of what the Table descriptors add up to.
        int hierarchy = 0;
        while (true) {
            if (!read(out, r, table, table | (va >>> shift & mask) << 3, l, source)) {
                return false;
            }
            long d = descriptor;
            boolean more = (d & 2) != 0;
            if ((d & 1) == 0 || l == 3 && !more || l < 3 && !more && !Granule.blockAt(range.granule, l)) {
                return FaultStatus.stage1(out, FaultStatus.TRANSLATION, l);
            }
            boolean leaf = l == 3 || !more;
            long next = d & 0x0000_FFFF_FFFF_F000L & -1L << (leaf ? shift : range.granule);
            if (next >>> range.outputSize != 0) {
                return FaultStatus.stage1(out, FaultStatus.ADDRESS_SIZE, l);
            }
            if (leaf) {
                level = l;
                size = shift;
                address = next | va & (1L << shift) - 1;
                return leaf(out, r, d, hierarchy);
            }
            if (!range.hierarchyDisabled) {
                hierarchy |= (int) (d >>> 61) & 3 | (int) (d >>> 60 & 1) << 2 | (int) (d >>> 59 & 1) << 3;
            }
            table = next;
            l++;
            shift -= stride;
            mask = (1L << stride) - 1;
        }
    }

    private boolean leaf(Translation out, Regime r, long d, int hierarchy) {
        if ((d & Descriptor.AF) == 0 && !r.accessFlagManaged) {
            return FaultStatus.stage1(out, FaultStatus.ACCESS_FLAG, level);
        }
        guarded = (d >>> 50 & 1) != 0;
        int ap = (int) (d >>> 6) & (clean(r) ? 1 : 3);
        boolean uxn = (d >>> 54 & 1) != 0 || (hierarchy & 4) != 0;
        if (r.hasUnprivileged()) {
            boolean pxn = (d >>> 53 & 1) != 0 || (hierarchy & 8) != 0;
            permissions = Permissions.twoPrivileges(ap, hierarchy & 3, uxn, pxn, r.writeExecuteNever);
            global = (d & 1L << 11) == 0;
        } else {
            permissions = Permissions.onePrivilege(ap, hierarchy & 3, uxn, r.writeExecuteNever);
            global = true;
        }
        attributes = (int) (r.mair >>> 8 * (d >>> 2 & 7)) & 0xFF;
        shareability = MemoryAttributes.shareability(attributes, (int) (d >>> 8) & 3);
        return true;
    }

    private boolean clean(Regime r) {
        return r.dirtyStateManaged
                && (descriptor & (Descriptor.DBM | Descriptor.WRITE)) == (Descriptor.DBM | Descriptor.WRITE);
    }

    /**
     * Updates the descriptor for an access that is permitted: sets AF, and for a write clears AP[2] of a
     * writable-clean one. What stays writable-clean no longer permits writes, so that the first one walks again.
     */
    boolean update(Translation out, Regime r, boolean write) {
        boolean dirty = clean(r) && write;
        if (clean(r) && !write) {
            permissions &= ~Permissions.WRITES;
        }
        long updated = (descriptor | Descriptor.AF) & (dirty ? ~Descriptor.WRITE : -1L);
        if (updated == descriptor) {
            return true;
        }
        if (r.stage2 && !stage2(out, Translator.WRITE)) {
            return false;
        }
        try {
            memory.write(r.stage2 ? stage2.pa : descriptorAt, 8, updated);
        } catch (BusAbort abort) {
            return FaultStatus.stage1(out, FaultStatus.EXTERNAL_ABORT_ON_WALK, level);
        }
        descriptor = updated;
        return true;
    }

    /** Stage 2 of an access to the descriptor, for a read or a write. */
    private boolean stage2(Translation out, int access) {
        if (!stage2.walk(out, descriptorAt, true)) {
            return false;
        }
        if ((stage2.permissions & access) == 0 || stage2Controls.protectedTableWalk && stage2.device()) {
            return FaultStatus.stage2(out, FaultStatus.PERMISSION, stage2.level, descriptorAt, true);
        }
        return stage2.update(out, access == Translator.WRITE, descriptorAt, true);
    }

    /** Reads one descriptor into {@link #descriptor}. */
    private boolean read(Translation out, Regime r, long table, long at, int l, DescriptorSource source) {
        descriptorAt = at;
        if (source != null) {
            if (!source.accessible(table)) {
                return FaultStatus.stage1(out, FaultStatus.EXTERNAL_ABORT_ON_WALK, l);
            }
            descriptor = source.read(at);
            return true;
        }
        if (r.stage2 && !stage2(out, Translator.READ)) {
            return false;
        }
        try {
            descriptor = memory.read(r.stage2 ? stage2.pa : at, 8);
        } catch (BusAbort abort) {
            return FaultStatus.stage1(out, FaultStatus.EXTERNAL_ABORT_ON_WALK, l);
        }
        return true;
    }
}
