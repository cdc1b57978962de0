// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

/** Memory types as MAIR_ELx.Attr&lt;n&gt; encodes them (DDI 0487, D8.6), and how the stages combine. */
final class MemoryAttributes {
    static final int DEVICE_NGNRNE = 0x00;
    static final int NORMAL_NON_CACHEABLE = 0x44;
    /** Write-Through, read-allocate. */
    static final int NORMAL_WRITE_THROUGH = 0xAA;
    /** Write-Back, read- and write-allocate. */
    static final int NORMAL_WRITE_BACK = 0xFF;

    static final int OUTER_SHAREABLE = 2;
    private static final int INNER_SHAREABLE = 3;

    private MemoryAttributes() {}

    static boolean device(int attributes) {
        return (attributes & 0xF0) == 0;
    }

    /** Stage 1 attributes under a stage 2 descriptor's MemAttr (D8.6.5, D8.6.6). */
    static int combine(int stage1, int memAttr, boolean forcedWriteBack) {
        if (forcedWriteBack) {
            return forced(stage1, memAttr);
        }
        if (memAttr < 4) {
            int type = memAttr << 2;
            return device(stage1) ? Math.min(stage1 & 0xC, type) : type;
        }
        if (device(stage1)) {
            return stage1;
        }
        return cacheability(stage1 >>> 4, memAttr >>> 2) << 4 | cacheability(stage1 & 15, memAttr & 3);
    }

    /** FEAT_S2FWB. */
    private static int forced(int stage1, int memAttr) {
        switch (memAttr & 7) {
            case 5:
                return device(stage1) ? stage1 : NORMAL_NON_CACHEABLE;
            case 6:
                return writeBack(stage1 >>> 4, stage1) << 4 | writeBack(stage1 & 15, stage1);
            case 7:
                return stage1;
            default:
                return device(stage1) ? Math.min(stage1 & 0xC, (memAttr & 3) << 2) : (memAttr & 3) << 2;
        }
    }

    /** Write-Back with the allocation hints of stage 1, or with all where it is Device or Non-cacheable. */
    private static int writeBack(int hints, int stage1) {
        return device(stage1) || hints == 4 ? 15 : hints | 4;
    }

    /**
     * @param hints stage 1: 0b0100 Non-cacheable, 0bx0RW Write-Through, the others Write-Back
     * @param stage2 1 Non-cacheable, 2 Write-Through, 3 Write-Back
     */
    private static int cacheability(int hints, int stage2) {
        if (hints == 4 || stage2 < 2) {
            return 4;
        }
        return stage2 == 2 ? hints & 3 | 8 : hints;
    }

    /** Device and Non-cacheable memory is Outer Shareable whatever its descriptors say. */
    static int shareability(int attributes, int sh) {
        return device(attributes) || attributes == NORMAL_NON_CACHEABLE ? OUTER_SHAREABLE : sh;
    }

    /** The stronger of two shareabilities. */
    static int combineShareability(int one, int other) {
        if (one == OUTER_SHAREABLE || other == OUTER_SHAREABLE) {
            return OUTER_SHAREABLE;
        }
        return one == INNER_SHAREABLE || other == INNER_SHAREABLE ? INNER_SHAREABLE : 0;
    }
}
