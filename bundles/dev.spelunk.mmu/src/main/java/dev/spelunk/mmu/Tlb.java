// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.state.TlbState;

/**
 * Entries of the modelled TLB: complete translations (both stages), tagged with regime, ASID, VMID and size.
 * Words of an entry: 0 the VA's page and tag bits; 1 the physical page, permissions and Device; 2 the IPA's
 * page, attributes and shareability; 3 ASID, VMID, size of the stage 1 mapping and which accesses it serves.
 */
final class Tlb {
    /** Tag bits of word 0: valid, log2 of the size, regime, without stage 1, with stage 2, global. */
    private static final long VALID = 1;

    private static final int SIZE_SHIFT = 1;
    private static final int REGIME_SHIFT = 7;
    private static final long FLAT = 1L << 9;
    private static final long STAGE2 = 1L << 10;
    private static final long GLOBAL = 1L << 11;
    private static final long PAGE = ~0xFFFL;
    /** Word 1: Device memory. */
    static final long DEVICE = 1L << 7;
    /** Word 1: guarded page of stage 1. */
    static final long GUARDED = 1L << 8;
    /** Word 3. */
    private static final int VMID_SHIFT = 16;

    private static final int STAGE1_SIZE_SHIFT = 32;
    private static final long FETCH_ONLY = 1L << 40;
    /** In {@code sizes}: some entry is smaller than the stage 1 mapping it is from. */
    private static final long FRACTURED = 1L << 63;

    /** Tells of an entry that made room for another. */
    interface Eviction {
        void evicted(int regime, long va, int bits);
    }

    private final TlbState state;
    private final long[] entries;
    /** Entries that have been invalidated, ever. */
    int invalidated;

    Tlb(TlbState state) {
        this.state = state;
        this.entries = state.entries;
    }

    /** Bits of a VA without a tag byte: sign-extended from bit 55. */
    static long canonical(long va) {
        return va << 8 >> 8;
    }

    /** Tag bits for lookups in that regime, as it is now. */
    static long tag(Regime r) {
        return VALID | (long) r.index << REGIME_SHIFT | (r.stage1 ? 0 : FLAT) | (r.stage2 ? STAGE2 : 0);
    }

    private static int set(long va, int size) {
        long page = va >>> size;
        return (int) (page ^ page >>> 10) & TlbState.SETS - 1;
    }

    /**
     * Index of the first word of the entry that translates va, -1 when there is none.
     *
     * @param fetch the access is a fetch; counts only without stage 1, where fetches have other attributes
     */
    int find(Regime r, long va, boolean fetch) {
        long tag = tag(r);
        for (long sizes = state.sizes & ~FRACTURED; sizes != 0; sizes &= sizes - 1) {
            int size = Long.numberOfTrailingZeros(sizes);
            long key = va & -1L << size | (long) size << SIZE_SHIFT | tag;
            int first = set(va, size) * TlbState.WAYS * TlbState.WORDS;
            for (int e = first; e < first + TlbState.WAYS * TlbState.WORDS; e += TlbState.WORDS) {
                if ((entries[e] & ~GLOBAL) == key && serves(e, r, fetch)) {
                    return e;
                }
            }
        }
        return -1;
    }

    private boolean serves(int e, Regime r, boolean fetch) {
        long context = entries[e + 3];
        return ((entries[e] & GLOBAL) != 0 || (context & 0xFFFF) == r.asid && r.hasUnprivileged())
                && (context >>> VMID_SHIFT & 0xFFFF) == r.vmid
                && (r.stage1 || (context & FETCH_ONLY) != 0 == fetch);
    }

    /**
     * Enters a translation. It takes the place of the entry with the same tag, else of an invalid one, else of
     * the next in turn.
     *
     * @param word1 physical page, permissions, {@link #DEVICE}
     * @param word2 IPA's page, attributes in bits 7:0, shareability in bits 9:8
     * @param stage1Size log2 of the size of the stage 1 mapping, size without stage 1
     */
    void enter(
            Regime r,
            long va,
            boolean fetch,
            int size,
            int stage1Size,
            boolean global,
            long word1,
            long word2,
            Eviction eviction) {
        int old = find(r, va, fetch);
        if (old >= 0) {
            evict(old, eviction);
        }
        int set = set(va, size);
        int first = set * TlbState.WAYS * TlbState.WORDS;
        int e = -1;
        for (int way = 0; way < TlbState.WAYS && e < 0; way++) {
            if (entries[first + way * TlbState.WORDS] == 0) {
                e = first + way * TlbState.WORDS;
            }
        }
        if (e < 0) {
            e = first + state.next[set] * TlbState.WORDS;
            state.next[set] = (byte) (state.next[set] + 1 & TlbState.WAYS - 1);
            evict(e, eviction);
        }
        entries[e] = va & -1L << size | (long) size << SIZE_SHIFT | tag(r) | (global ? GLOBAL : 0);
        entries[e + 1] = word1;
        entries[e + 2] = word2;
        entries[e + 3] = r.asid
                | (long) r.vmid << VMID_SHIFT
                | (long) stage1Size << STAGE1_SIZE_SHIFT
                | (!r.stage1 && fetch ? FETCH_ONLY : 0);
        state.sizes |= 1L << size | (size < stage1Size ? FRACTURED : 0);
    }

    private void evict(int e, Eviction eviction) {
        int size = size(e);
        long va = entries[e] & -1L << size;
        int regime = regime(e);
        entries[e] = 0;
        eviction.evicted(regime, va, size);
    }

    private void invalidate(int e) {
        entries[e] = 0;
        invalidated++;
    }

    private int regime(int e) {
        return (int) (entries[e] >>> REGIME_SHIFT) & 3;
    }

    int size(int e) {
        return (int) (entries[e] >>> SIZE_SHIFT) & 63;
    }

    long pa(int e, long va) {
        return entries[e + 1] & PAGE | va & (1L << size(e)) - 1;
    }

    long ipa(int e, long va) {
        return entries[e + 2] & PAGE | va & (1L << size(e)) - 1;
    }

    /** See {@link Permissions}. */
    int permissions(int e) {
        return (int) entries[e + 1] & 0x7F;
    }

    boolean device(int e) {
        return (entries[e + 1] & DEVICE) != 0;
    }

    boolean guarded(int e) {
        return (entries[e + 1] & GUARDED) != 0;
    }

    int attributes(int e) {
        return (int) entries[e + 2] & 0xFF;
    }

    int shareability(int e) {
        return (int) (entries[e + 2] >>> 8) & 3;
    }

    /**
     * Invalidates by address.
     *
     * @param asid ASID that non-global entries must have, -1 for any
     * @param vmid VMID that entries must have
     * @return log2 of the size of the largest stage 1 mapping hit, 0 when there was none
     */
    int invalidateAddress(int regime, long va, int asid, int vmid) {
        if ((state.sizes & FRACTURED) != 0) {
            int largest = 0;
            for (int e = 0; e < entries.length; e += TlbState.WORDS) {
                largest = Math.max(largest, invalidateAddress(e, regime, va, asid, vmid));
            }
            return largest;
        }
        int largest = 0;
        for (long sizes = state.sizes; sizes != 0; sizes &= sizes - 1) {
            int first = set(va, Long.numberOfTrailingZeros(sizes)) * TlbState.WAYS * TlbState.WORDS;
            for (int e = first; e < first + TlbState.WAYS * TlbState.WORDS; e += TlbState.WORDS) {
                largest = Math.max(largest, invalidateAddress(e, regime, va, asid, vmid));
            }
        }
        return largest;
    }

    private int invalidateAddress(int e, int regime, long va, int asid, int vmid) {
        if (!in(e, regime, vmid)) {
            return 0;
        }
        long context = entries[e + 3];
        int stage1Size = (int) (context >>> STAGE1_SIZE_SHIFT) & 63;
        if ((entries[e] ^ va) >> stage1Size != 0
                || asid >= 0 && (entries[e] & GLOBAL) == 0 && (context & 0xFFFF) != asid) {
            return 0;
        }
        invalidate(e);
        return stage1Size;
    }

    private boolean in(int e, int regime, int vmid) {
        return (entries[e] & VALID) != 0
                && regime(e) == regime
                && (vmid < 0 || (entries[e + 3] >>> VMID_SHIFT & 0xFFFF) == vmid);
    }

    /**
     * Invalidates entries of stage 1 mappings that meet a range of addresses.
     *
     * @param asid ASID that non-global entries must have, -1 for any
     * @return log2 of the size of the largest stage 1 mapping hit, 0 when there was none
     */
    int invalidateRange(int regime, long va, long length, int asid, int vmid) {
        int largest = 0;
        for (int e = 0; e < entries.length; e += TlbState.WORDS) {
            if (!in(e, regime, vmid)) {
                continue;
            }
            long context = entries[e + 3];
            int stage1Size = (int) (context >>> STAGE1_SIZE_SHIFT) & 63;
            long size = 1L << stage1Size;
            long first = entries[e] & PAGE & -size;
            if (first < va + length
                    && first + size > va
                    && (asid < 0 || (entries[e] & GLOBAL) != 0 || (context & 0xFFFF) == asid)) {
                invalidate(e);
                largest = Math.max(largest, stage1Size);
            }
        }
        return largest;
    }

    /** Invalidates non-global entries of an ASID. */
    void invalidateAsid(int regime, int asid, int vmid) {
        for (int e = 0; e < entries.length; e += TlbState.WORDS) {
            if (in(e, regime, vmid) && (entries[e] & GLOBAL) == 0 && (entries[e + 3] & 0xFFFF) == asid) {
                invalidate(e);
            }
        }
    }

    /** Invalidates a regime; vmid -1 means any. */
    void invalidateRegime(int regime, int vmid) {
        boolean rest = false;
        for (int e = 0; e < entries.length; e += TlbState.WORDS) {
            if (in(e, regime, vmid)) {
                invalidate(e);
            }
            rest |= entries[e] != 0;
        }
        if (!rest) {
            state.sizes = 0;
        }
    }

    /** Invalidates translations of EL1&amp;0 whose IPAs meet a range. */
    void invalidateIpaRange(int regime, long ipa, long length, int vmid) {
        for (int e = 0; e < entries.length; e += TlbState.WORDS) {
            long size = 1L << size(e);
            long first = entries[e + 2] & PAGE & -size;
            if (in(e, regime, vmid) && (entries[e] & STAGE2) != 0 && first < ipa + length && first + size > ipa) {
                invalidate(e);
            }
        }
    }

    /** Invalidates translations of EL1&amp;0 whose IPA is in the 4 KiB page at ipa. */
    void invalidateIpa(int regime, long ipa, int vmid) {
        for (int e = 0; e < entries.length; e += TlbState.WORDS) {
            if (in(e, regime, vmid) && (entries[e] & STAGE2) != 0 && (entries[e + 2] ^ ipa) >>> size(e) == 0) {
                invalidate(e);
            }
        }
    }
}
