// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.state.PeState;
import java.util.Arrays;

/**
 * Translations at host speed: for each privilege, direct-mapped arrays of pairs (page tag, what to add to a
 * virtual address to get an index into RAM), apart for reads, writes and fetches. It holds a subset of the
 * modelled TLB, and RAM only. A tag's low bits keep it from matching on the fast path.
 */
final class SoftwareTlb implements TranslationCache {
    /** Entries of one array. */
    static final int ENTRIES = 1024;

    static final int INDEX_MASK = ENTRIES - 1;
    static final long PAGE_MASK = ~0xFFFL;

    /** Low tag bits: accesses must be checked for alignment. */
    static final long ALIGNED = 1;
    /** Low tag bits: the page holds decoded code, so writes must be told. */
    static final long CODE = 2;

    private static final long FLAGS = ALIGNED | CODE;
    /** Tag of an empty entry: its bit 2 is never part of a tag. */
    private static final long EMPTY = 4;

    /** Privileges: EL0, EL1, EL1 with PAN, EL2, EL2 with PAN. */
    static final int SETS = 5;

    private static final int EXEC_ENTRIES = 256;
    /** In what an entry for fetches says besides the index of the page. */
    private static final long GUARDED = 1L << 32;

    private final PeState pe;
    final long[][] read = new long[SETS][];
    final long[][] write = new long[SETS][];
    private final long[][] exec = new long[SETS][];
    private final boolean[] used = new boolean[SETS];
    /** Identity of all that fetches of that set see; a block is linked only while it has the current one. */
    final int[] context = new int[SETS];

    private int lastContext;

    SoftwareTlb(PeState pe) {
        this.pe = pe;
        for (int i = 0; i < SETS; i++) {
            read[i] = empty(ENTRIES);
            write[i] = empty(ENTRIES);
            exec[i] = empty(EXEC_ENTRIES);
            context[i] = ++lastContext;
        }
    }

    private static long[] empty(int entries) {
        long[] a = new long[entries * 2];
        Arrays.fill(a, EMPTY);
        return a;
    }

    /** Set of data accesses at the current privilege. */
    int dataSet() {
        switch (pe.el) {
            case 0:
                return 0;
            case 1:
                return pe.pan ? 2 : 1;
            default:
                return pe.pan ? 4 : 3;
        }
    }

    /** Set of fetches at the current privilege: PAN does not matter. */
    int fetchSet() {
        return pe.el == 0 ? 0 : pe.el == 1 ? 1 : 3;
    }

    static int slot(long va) {
        return ((int) (va >>> 12) & INDEX_MASK) << 1;
    }

    /** Whether the entry at slot maps the page of va, whatever its flags. */
    static boolean maps(long[] entries, int slot, long va) {
        return (entries[slot] & ~FLAGS) == (va & PAGE_MASK);
    }

    /** Enters a page of RAM. @param index of the page's first byte in RAM */
    void fill(long[][] kind, int set, long va, int index, long flags) {
        long[] entries = kind[set];
        int slot = slot(va);
        entries[slot] = va & PAGE_MASK | flags;
        entries[slot + 1] = index - (va & PAGE_MASK);
        used[set] = true;
    }

    /** Index in RAM of the page that fetches at pc see, or -1 when it is not known. */
    int fetchPage(int set, long pc) {
        long[] entries = exec[set];
        int slot = ((int) (pc >>> 12) & EXEC_ENTRIES - 1) << 1;
        return entries[slot] == (pc & PAGE_MASK) ? (int) entries[slot + 1] : -1;
    }

    /** Whether the page of {@link #fetchPage} is guarded. */
    boolean fetchGuarded(int set, long pc) {
        return (exec[set][(((int) (pc >>> 12) & EXEC_ENTRIES - 1) << 1) + 1] & GUARDED) != 0;
    }

    /** Enters a page for fetches. */
    void fillFetch(int set, long pc, int pageIndex, boolean guarded) {
        long[] entries = exec[set];
        int slot = ((int) (pc >>> 12) & EXEC_ENTRIES - 1) << 1;
        if (entries[slot] != EMPTY && entries[slot] != (pc & PAGE_MASK)) {
            context[set] = ++lastContext;
        }
        entries[slot] = pc & PAGE_MASK;
        entries[slot + 1] = pageIndex & 0xFFFFFFFFL | (guarded ? GUARDED : 0);
        used[set] = true;
    }

    /** Gives every set of fetches a new context, so that no block stays linked. */
    void newContexts() {
        for (int i = 0; i < SETS; i++) {
            context[i] = ++lastContext;
        }
    }

    @Override
    public void invalidateTranslations() {
        for (int i = 0; i < SETS; i++) {
            if (used[i]) {
                Arrays.fill(read[i], EMPTY);
                Arrays.fill(write[i], EMPTY);
                Arrays.fill(exec[i], EMPTY);
                used[i] = false;
                context[i] = ++lastContext;
            }
        }
    }

    @Override
    public void invalidateTranslations(long va, long size) {
        if (size <= 0 || size > 64 << 12) {
            invalidateTranslations();
            return;
        }
        for (long page = va & PAGE_MASK; page - (va & PAGE_MASK) < (va & ~PAGE_MASK) + size; page += 4096) {
            for (int set = 0; set < SETS; set++) {
                if (used[set]) {
                    drop(set, page);
                }
            }
        }
    }

    /** Drops a page whatever the tag byte with which it was used: its address may be tagged. */
    private void drop(int set, long page) {
        int slot = slot(page);
        if ((read[set][slot] ^ page) << 8 >>> 20 == 0) {
            read[set][slot] = EMPTY;
        }
        if ((write[set][slot] ^ page) << 8 >>> 20 == 0) {
            write[set][slot] = EMPTY;
        }
        int fetchSlot = ((int) (page >>> 12) & EXEC_ENTRIES - 1) << 1;
        if ((exec[set][fetchSlot] ^ page) << 8 >>> 20 == 0) {
            exec[set][fetchSlot] = EMPTY;
            context[set] = ++lastContext;
        }
    }

    /** The page of RAM at that index holds code from now on: no fast write may reach it. */
    void pageBecameCode(int pageIndex) {
        for (int set = 0; set < SETS; set++) {
            if (!used[set]) {
                continue;
            }
            long[] entries = write[set];
            for (int slot = 0; slot < entries.length; slot += 2) {
                if (entries[slot] != EMPTY && entries[slot + 1] + (entries[slot] & PAGE_MASK) == pageIndex) {
                    entries[slot] |= CODE;
                }
            }
        }
    }
}
