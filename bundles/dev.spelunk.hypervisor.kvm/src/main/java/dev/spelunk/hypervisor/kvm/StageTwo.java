// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.state.PhysicalMemory;

/**
 * The stage 2 tables of a VM (DDI 0487, D8.3): 4 KiB granule, walks starting at level 1, tables
 * concatenated when the IPA size asks for it, blocks of 2 MiB where memslot and host memory line up.
 * The tables are in the host's own memory, which has no host user mapping: nothing moves or swaps them.
 */
final class StageTwo {
    private static final int LARGEST_IPA_SIZE = 40;
    private static final int PAGE_SHIFT = 12;
    private static final int BLOCK_SHIFT = 21;
    private static final int ROOT_SHIFT = 30;
    private static final int INDEX_BITS = 9;
    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;
    private static final long ADDRESS = 0x0000_FFFF_FFFF_F000L;
    private static final long VALID = 1;
    private static final long TABLE_OR_PAGE = 2;
    /** Normal Write-Back (MemAttr 0b1111), S2AP read and write, Inner Shareable, AF. */
    private static final long ATTRIBUTES = 0xFL << 2 | 3L << 6 | 3L << 8 | 1L << 10;

    private static final long VTCR_RES1 = 1L << 31;
    private static final long VTCR_START_AT_LEVEL_1 = 1L << 6;
    private static final long VTCR_WRITE_BACK = 1L << 8 | 1L << 10;
    private static final long VTCR_INNER_SHAREABLE = 3L << 12;
    private static final int[] ADDRESS_SIZES = {32, 36, 40, 42, 44, 48, 52};

    private final PhysicalMemory memory;
    private final VmState state;
    private final Memslot memslot;
    private final long end;
    private final int ipaBits;
    private final int addressSize;

    /**
     * @param end physical address behind the memory for tables
     * @param addressSize ID_AA64MMFR0_EL1.PARange
     */
    StageTwo(PhysicalMemory memory, VmState state, Memslot memslot, long end, int addressSize) {
        this.memory = memory;
        this.state = state;
        this.memslot = memslot;
        this.end = end;
        this.addressSize = Math.min(addressSize, ADDRESS_SIZES.length - 2);
        ipaBits = Math.min(LARGEST_IPA_SIZE, ADDRESS_SIZES[this.addressSize]);
    }

    /**
     * Makes the empty root.
     *
     * @param begin physical address of the memory for tables, page aligned
     * @return false when there is not room for it
     */
    boolean create(long begin) {
        long size = (long) Memslot.PAGE << Math.max(0, ipaBits - ROOT_SHIFT - INDEX_BITS);
        long root = begin + size - 1 & -size;
        if (root + size > end) {
            return false;
        }
        state.stage2Root(root);
        state.stage2Free(root + size);
        clear(root, size);
        return true;
    }

    /** VTCR_EL2 for these tables. */
    long controlRegister() {
        return VTCR_RES1 | (long) addressSize << 16 | VTCR_INNER_SHAREABLE | VTCR_WRITE_BACK
                | VTCR_START_AT_LEVEL_1 | Long.SIZE - ipaBits;
    }

    /** VTTBR_EL2 with that VMID. */
    long baseRegister(int vmid) {
        return (long) vmid << 48 | state.stage2Root();
    }

    /** Size of the IPA space in bits. */
    int ipaBits() {
        return ipaBits;
    }

    /**
     * Makes the page of an IPA accessible: nothing to do when it is.
     *
     * @return 1 when a mapping was made, 0 when there was one, -1 when no memslot backs the IPA, -2 when the
     *     memory for tables is used up
     */
    int map(long ipa) {
        if (!memslot.contains(ipa) || ipa >>> ipaBits != 0) {
            return -1;
        }
        long rootEntry = state.stage2Root() + (ipa >>> ROOT_SHIFT) * Long.BYTES;
        long level2 = table(rootEntry);
        if (level2 < 0) {
            return -2;
        }
        long blockEntry = level2 + (ipa >>> BLOCK_SHIFT & INDEX_MASK) * Long.BYTES;
        long descriptor = memory.read(blockEntry, Long.BYTES);
        if ((descriptor & (VALID | TABLE_OR_PAGE)) == VALID) {
            return 0;
        }
        long block = ipa & -(1L << BLOCK_SHIFT);
        if ((descriptor & VALID) == 0 && memslot.contains(block, 1L << BLOCK_SHIFT)
                && (memslot.hostAddress(block) & (1L << BLOCK_SHIFT) - 1) == 0) {
            memory.write(blockEntry, Long.BYTES, memslot.hostAddress(block) | ATTRIBUTES | VALID);
            state.countStage2Block();
            return 1;
        }
        long level3 = table(blockEntry);
        if (level3 < 0) {
            return -2;
        }
        long pageEntry = level3 + (ipa >>> PAGE_SHIFT & INDEX_MASK) * Long.BYTES;
        if ((memory.read(pageEntry, Long.BYTES) & VALID) != 0) {
            return 0;
        }
        long page = memslot.hostAddress(ipa) & ADDRESS;
        memory.write(pageEntry, Long.BYTES, page | ATTRIBUTES | TABLE_OR_PAGE | VALID);
        state.countStage2Page();
        return 1;
    }

    /** The table that an entry points to, made when the entry is invalid; -1 when there is no memory for it. */
    private long table(long entry) {
        long descriptor = memory.read(entry, Long.BYTES);
        if ((descriptor & VALID) != 0) {
            return descriptor & ADDRESS;
        }
        long table = state.stage2Free();
        if (table + Memslot.PAGE > end) {
            return -1;
        }
        state.stage2Free(table + Memslot.PAGE);
        clear(table, Memslot.PAGE);
        memory.write(entry, Long.BYTES, table | TABLE_OR_PAGE | VALID);
        state.countStage2Table();
        return table;
    }

    private void clear(long pa, long size) {
        for (long at = pa; at < pa + size; at += Long.BYTES) {
            memory.write(at, Long.BYTES, 0);
        }
    }
}
