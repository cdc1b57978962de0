// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import dev.spelunk.api.registers.fields.VTCR_EL2;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.hypervisor.kvm.state.VmState;

/**
 * The stage 2 tables of a VM (DDI 0487, D8.3): 4 KiB granule, walks starting at level 1, tables
 * concatenated when the IPA size asks for it, blocks of 2 MiB where the host has a huge page and the memslot lines up
 * with it, read-only pages where the host's page shares its frame.
 * The tables are in the host's own memory, which has no host user mapping: nothing moves or swaps them.
 */
public final class StageTwo {
    /** The VMID of the VM. */
    public static final int VMID = 1;

    private static final int LARGEST_IPA_SIZE = 40;
    private static final int PAGE_SHIFT = 12;
    static final int BLOCK_SHIFT = 21;
    private static final int ROOT_SHIFT = 30;
    private static final int INDEX_BITS = 9;
    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;
    private static final long ADDRESS = 0x0000_FFFF_FFFF_F000L;
    private static final long VALID = 1;
    private static final long TABLE_OR_PAGE = 2;
    private static final long S2AP_WRITE = 2L << 6;
    /** Normal Write-Back (MemAttr 0b1111), S2AP read and write, Inner Shareable, AF. */
    private static final long ATTRIBUTES = 0xFL << 2 | 1L << 6 | S2AP_WRITE | 3L << 8 | 1L << 10;

    private static final long VTCR_START_AT_LEVEL_1 = 1L << VTCR_EL2.SL0_SHIFT;
    private static final long VTCR_WRITE_BACK = 1L << VTCR_EL2.IRGN0_SHIFT | 1L << VTCR_EL2.ORGN0_SHIFT;
    private static final int[] ADDRESS_SIZES = {32, 36, 40, 42, 44, 48, 52};

    private final PhysicalMemory memory;
    private final VmState state;
    private final Memslots memslots;
    private final HostMemory host;
    private final long end;
    private final int ipaBits;
    private final int addressSize;

    /**
     * @param end physical address behind the memory for tables
     * @param addressSize ID_AA64MMFR0_EL1.PARange
     */
    public StageTwo(
            PhysicalMemory memory, VmState state, Memslots memslots, HostMemory host, long end, int addressSize) {
        this.memory = memory;
        this.state = state;
        this.memslots = memslots;
        this.host = host;
        this.end = end;
        this.addressSize = Math.min(addressSize, ADDRESS_SIZES.length - 2);
        ipaBits = ipaBits(addressSize);
    }

    /** Size of the IPA space of a VM on a PE with that ID_AA64MMFR0_EL1.PARange. */
    public static int ipaBits(int addressSize) {
        return Math.min(LARGEST_IPA_SIZE, ADDRESS_SIZES[Math.min(addressSize, ADDRESS_SIZES.length - 2)]);
    }

    /** Bytes that the tables for memory of that size take at most, in whichever memslots. */
    public static long room(long size) {
        long root = 2L * PageList.PAGE << LARGEST_IPA_SIZE - ROOT_SHIFT - INDEX_BITS;
        long level2 = (size >>> ROOT_SHIFT) + 2;
        long level3 = (size >>> BLOCK_SHIFT) + 2;
        return root + (level2 + level3) * PageList.PAGE;
    }

    /**
     * Makes the empty root.
     *
     * @param begin physical address of the memory for tables, page aligned
     * @return false when there is not room for it
     */
    public boolean create(long begin) {
        long size = (long) PageList.PAGE << Math.max(0, ipaBits - ROOT_SHIFT - INDEX_BITS);
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
    public long controlRegister() {
        return VTCR_EL2.RES1
                | (long) addressSize << 16
                | VTCR_EL2.SH0
                | VTCR_WRITE_BACK
                | VTCR_START_AT_LEVEL_1
                | Long.SIZE - ipaBits;
    }

    /** VTTBR_EL2 with that VMID. */
    public long baseRegister(int vmid) {
        return (long) vmid << 48 | state.stage2Root();
    }

    /** Size of the IPA space in bits. */
    public int ipaBits() {
        return ipaBits;
    }

    /**
     * Makes the present page of an IPA accessible: nothing to do when it is.
     *
     * @param write also for writing; the page does not share its frame then
     * @return 1 when a mapping was made, 0 when there was one, -1 when no memslot backs the IPA, -2 when the
     *     memory for tables is used up
     */
    int map(long ipa, boolean write) {
        if (!memslots.contains(ipa) || ipa >>> ipaBits != 0) {
            return -1;
        }
        long level2 = table(rootEntry(ipa));
        if (level2 < 0) {
            return -2;
        }
        long blockEntry = level2 + (ipa >>> BLOCK_SHIFT & INDEX_MASK) * Long.BYTES;
        long descriptor = memory.read(blockEntry, Long.BYTES);
        if ((descriptor & (VALID | TABLE_OR_PAGE)) == VALID) {
            return 0;
        }
        int page = memslots.page(ipa);
        boolean logging = state.dirtyLog().on();
        if (!logging && blockFits(ipa, page)) {
            if ((descriptor & VALID) != 0) {
                freeTable(descriptor & ADDRESS);
            }
            memory.write(blockEntry, Long.BYTES, host.address(host.hugeStart(page)) | ATTRIBUTES | VALID);
            state.countStage2Block();
            return 1;
        }
        long level3 = table(blockEntry);
        if (level3 < 0) {
            return -2;
        }
        long pageEntry = level3 + (ipa >>> PAGE_SHIFT & INDEX_MASK) * Long.BYTES;
        long old = memory.read(pageEntry, Long.BYTES);
        if ((old & VALID) != 0 && (!write || (old & S2AP_WRITE) != 0)) {
            return 0;
        }
        long attributes = host.shared(page) || logging && !write ? ATTRIBUTES & ~S2AP_WRITE : ATTRIBUTES;
        memory.write(pageEntry, Long.BYTES, host.address(page) | attributes | TABLE_OR_PAGE | VALID);
        state.countStage2Page();
        return 1;
    }

    /** Whether the host has a huge page here that one memslot shows, lined up, in whole. */
    private boolean blockFits(long ipa, int page) {
        long block = ipa & -(1L << BLOCK_SHIFT);
        return host.huge(page)
                && memslots.contains(block, 1L << BLOCK_SHIFT)
                && memslots.page(block) == host.hugeStart(page);
    }

    private long rootEntry(long ipa) {
        return state.stage2Root() + (ipa >>> ROOT_SHIFT) * Long.BYTES;
    }

    /** Address of the valid descriptor that maps an IPA, block or page; -1 when nothing does. */
    private long leaf(long ipa) {
        long root = memory.read(rootEntry(ipa), Long.BYTES);
        if ((root & VALID) == 0) {
            return -1;
        }
        long entry = (root & ADDRESS) + (ipa >>> BLOCK_SHIFT & INDEX_MASK) * Long.BYTES;
        long descriptor = memory.read(entry, Long.BYTES);
        if ((descriptor & (VALID | TABLE_OR_PAGE)) == (VALID | TABLE_OR_PAGE)) {
            entry = (descriptor & ADDRESS) + (ipa >>> PAGE_SHIFT & INDEX_MASK) * Long.BYTES;
            descriptor = memory.read(entry, Long.BYTES);
        }
        return (descriptor & VALID) == 0 ? -1 : entry;
    }

    /** Whether a write to an IPA would not fault at stage 2. */
    boolean writable(long ipa) {
        long entry = leaf(ipa);
        return entry >= 0 && (memory.read(entry, Long.BYTES) & S2AP_WRITE) != 0;
    }

    /**
     * Takes away what maps an IPA. The caller sees to the TLBs.
     *
     * @return whether something did
     */
    boolean unmap(long ipa) {
        long entry = leaf(ipa);
        if (entry < 0) {
            return false;
        }
        memory.write(entry, Long.BYTES, 0);
        return true;
    }

    /**
     * Takes the right to write away from everything that is mapped, page by page, so that the first write to each page is
     * noticed. A block becomes a table of pages, or nothing where there is no memory for that. The caller sees to the TLBs.
     */
    void writeProtect() {
        long[] regions = memslots.regions();
        for (int i = 0; i < regions.length; i += 2) {
            long first = regions[i] & -(1L << BLOCK_SHIFT);
            for (long ipa = first; ipa < regions[i] + regions[i + 1]; ipa += 1L << BLOCK_SHIFT) {
                writeProtectBlock(ipa);
            }
        }
    }

    private void writeProtectBlock(long ipa) {
        long root = memory.read(rootEntry(ipa), Long.BYTES);
        if ((root & VALID) == 0) {
            return;
        }
        long entry = (root & ADDRESS) + (ipa >>> BLOCK_SHIFT & INDEX_MASK) * Long.BYTES;
        long descriptor = memory.read(entry, Long.BYTES);
        if ((descriptor & (VALID | TABLE_OR_PAGE)) == VALID) {
            splitBlock(entry, descriptor);
        } else if ((descriptor & VALID) != 0) {
            for (int i = 0; i <= INDEX_MASK; i++) {
                long at = (descriptor & ADDRESS) + (long) i * Long.BYTES;
                memory.write(at, Long.BYTES, memory.read(at, Long.BYTES) & ~S2AP_WRITE);
            }
        }
    }

    private void splitBlock(long entry, long descriptor) {
        long table = allocate();
        if (table < 0) {
            memory.write(entry, Long.BYTES, 0);
            return;
        }
        for (int i = 0; i <= INDEX_MASK; i++) {
            long page = (descriptor & ~S2AP_WRITE | TABLE_OR_PAGE) + ((long) i << PAGE_SHIFT);
            memory.write(table + (long) i * Long.BYTES, Long.BYTES, page);
        }
        memory.write(entry, Long.BYTES, table | TABLE_OR_PAGE | VALID);
        state.countStage2Table();
    }

    /** The table that an entry points to, made when the entry is invalid; -1 when there is no memory for it. */
    private long table(long entry) {
        long descriptor = memory.read(entry, Long.BYTES);
        if ((descriptor & VALID) != 0) {
            return descriptor & ADDRESS;
        }
        long table = allocate();
        if (table < 0) {
            return -1;
        }
        clear(table, PageList.PAGE);
        memory.write(entry, Long.BYTES, table | TABLE_OR_PAGE | VALID);
        state.countStage2Table();
        return table;
    }

    private long allocate() {
        long table = state.stage2FreeTables();
        if (table != 0) {
            state.stage2FreeTables(memory.read(table, Long.BYTES));
            return table;
        }
        table = state.stage2Free();
        if (table + PageList.PAGE > end) {
            return -1;
        }
        state.stage2Free(table + PageList.PAGE);
        return table;
    }

    /** Puts a table that nothing points to any more in front of the list of free ones, linked by their first words. */
    private void freeTable(long table) {
        memory.write(table, Long.BYTES, state.stage2FreeTables());
        state.stage2FreeTables(table);
    }

    private void clear(long pa, long size) {
        for (long at = pa; at < pa + size; at += Long.BYTES) {
            memory.write(at, Long.BYTES, 0);
        }
    }
}
