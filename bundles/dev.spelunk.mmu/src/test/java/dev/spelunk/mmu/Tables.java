// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

/** Builds translation tables of one stage and granule in a bench's memory. */
final class Tables {
    static final int TABLE = 3;
    static final int BLOCK = 1;
    private final Bench bench;
    final int granule;
    final int inputSize;
    final int startLevel;
    final long root;

    /** Tables that start at the level that stage 1 gives to this input size. */
    static Tables stage1(Bench bench, int granule, int inputSize) {
        int stride = granule - 3;
        int level = 3;
        while (level > 0 && inputSize > granule + (4 - level) * stride) {
            level--;
        }
        return new Tables(bench, granule, inputSize, level);
    }

    Tables(Bench bench, int granule, int inputSize, int startLevel) {
        this.bench = bench;
        this.granule = granule;
        this.inputSize = inputSize;
        this.startLevel = startLevel;
        long bytes = 8L << inputSize - shift(startLevel);
        root = bench.allocate(bytes, bytes);
    }

    int shift(int level) {
        return granule + (3 - level) * (granule - 3);
    }

    /** Address of the descriptor for an input address at that level; tables above it are made. */
    long entry(long address, int level) {
        long input = address & (1L << inputSize) - 1;
        long table = root;
        for (int l = startLevel; l < level; l++) {
            long at = table + (input >>> shift(l) & mask(l)) * 8;
            long d = bench.get(at);
            if ((d & 1) == 0) {
                d = bench.allocate(1L << granule, 1L << granule) | TABLE;
                bench.put(at, d);
            }
            table = d & 0x0000_FFFF_FFFF_F000L & -1L << granule;
        }
        return table + (input >>> shift(level) & mask(level)) * 8;
    }

    private long mask(int level) {
        return level == startLevel ? (1L << inputSize - shift(level)) - 1 : (1L << granule - 3) - 1;
    }

    /** Maps by a page or block descriptor at that level, with these attribute bits (AF included). */
    Tables map(long address, long output, int level, long attributes) {
        bench.put(entry(address, level), output | attributes | (level == 3 ? TABLE : BLOCK));
        return this;
    }
}
