// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translator;

/** Controls of one VA range of a stage 1 translation regime (DDI 0487, D8.2), derived from its TCR and TTBR. */
final class VaRange {
    /** The range is that of TTBR1: addresses have ones above the input size. */
    boolean upper;

    boolean topByteIgnored;
    /** TBIDn: not in addresses of instructions. */
    boolean topByteOfData;
    /** EPDn, or a size that is not supported: any lookup is a Translation fault, level 0. */
    boolean disabled;
    /** E0PDn: unprivileged accesses are Translation faults, level 0. */
    boolean unprivilegedDisabled;
    /** HPDn: attributes of Table descriptors do not count. */
    boolean hierarchyDisabled;

    int granule;
    int startLevel;
    /** Input address bits. */
    int inputSize;
    /** Output address bits; a longer address is an Address size fault. */
    int outputSize;
    /** Address of the first table. */
    long base;

    void set(int txsz, int granuleBits, long ttbr, int outputBits, boolean smallTables) {
        granule = granuleBits;
        outputSize = outputBits;
        if (txsz < Granule.MIN_TXSZ || txsz > Granule.maxTxsz(granuleBits, smallTables)) {
            disabled = true;
            return;
        }
        inputSize = 64 - txsz;
        int stride = Granule.stride(granuleBits);
        startLevel = 4 - (inputSize - granuleBits + stride - 1) / stride;
        int tableBits = inputSize - Granule.shift(granuleBits, startLevel) + 3;
        base = ttbr & 0x0000_FFFF_FFFF_FFFEL & -1L << tableBits;
    }

    /** Whether an access of that kind ignores the top byte of its address. */
    boolean ignoresTop(int access) {
        return topByteIgnored && !(topByteOfData && (access & Translator.EXECUTE) != 0);
    }

    /** Whether the bits above the input size are not what the range asks for (AArch64.VAIsOutOfRange). */
    boolean outOfRange(long va, int access) {
        long address = ignoresTop(access) ? va << 8 >> 8 : va;
        return upper ? address >> inputSize != -1 : address >>> inputSize != 0;
    }
}
