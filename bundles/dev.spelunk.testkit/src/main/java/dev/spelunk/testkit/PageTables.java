// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

/** Builds translation tables of one stage and granule in memory (DDI 0487, D8.3). */
public final class PageTables {
    /** Bits 1:0 of a table or page descriptor. */
    public static final int TABLE = 3;
    /** Bits 1:0 of a block descriptor. */
    public static final int BLOCK = 1;

    private static final long OUTPUT = 0x0000_FFFF_FFFF_F000L;

    /** Where the tables are. */
    public interface Memory {
        long load(long address);

        void store(long address, long descriptor);

        /** Zeroed memory of that size, aligned to a power of two; all in bytes. */
        long allocate(long bytes, long alignment);
    }

    private final Memory memory;
    private final int granule;
    private final int inputSize;
    /** The level of lookup at which a walk starts. */
    public final int startLevel;
    /** Address of the first table. */
    public final long root;

    /** Tables that start at the level that stage 1 gives to this input size. */
    public static PageTables stage1(Memory memory, int granule, int inputSize) {
        int stride = granule - 3;
        int level = 3;
        while (level > 0 && inputSize > granule + (4 - level) * stride) {
            level--;
        }
        return new PageTables(memory, granule, inputSize, level);
    }

    /**
     * Makes the first table.
     *
     * @param granule log2 of the size of a page: 12, 14 or 16
     * @param inputSize bits of an input address: 64 minus TnSZ
     * @param startLevel level of the first table
     */
    public PageTables(Memory memory, int granule, int inputSize, int startLevel) {
        this.memory = memory;
        this.granule = granule;
        this.inputSize = inputSize;
        this.startLevel = startLevel;
        long bytes = 8L << inputSize - shift(startLevel);
        root = memory.allocate(bytes, bytes);
    }

    /** log2 of the size that an entry of that level maps. */
    public int shift(int level) {
        return granule + (3 - level) * (granule - 3);
    }

    /** Address of the descriptor for an input address at that level; tables above it are made. */
    public long entry(long address, int level) {
        long input = address & (1L << inputSize) - 1;
        long table = root;
        for (int l = startLevel; l < level; l++) {
            long at = table + (input >>> shift(l) & mask(l)) * 8;
            long descriptor = memory.load(at);
            if ((descriptor & 1) == 0) {
                descriptor = memory.allocate(1L << granule, 1L << granule) | TABLE;
                memory.store(at, descriptor);
            }
            table = descriptor & OUTPUT & -1L << granule;
        }
        return table + (input >>> shift(level) & mask(level)) * 8;
    }

    private long mask(int level) {
        return level == startLevel ? (1L << inputSize - shift(level)) - 1 : (1L << granule - 3) - 1;
    }

    /** Maps by a page or block descriptor at that level, with these attribute bits (AF included). */
    public PageTables map(long address, long output, int level, long attributes) {
        memory.store(entry(address, level), output | attributes | (level == 3 ? TABLE : BLOCK));
        return this;
    }
}
