// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.state.PeState;
import java.util.Arrays;

/**
 * Translations at host speed: for each context of the translator and each privilege, arrays of pairs (page tag, what to
 * add to a virtual address to get an index into RAM), apart for reads, writes and fetches. It holds a subset of the
 * modelled TLB, and RAM only. A tag's low bits keep it from matching on the fast path.
 *
 * <p>Each array has two ways. The first is what the fast path asks; the second, behind it, has what was there before,
 * and an access that finds its page there exchanges the two.
 */
final class SoftwareTlb implements TranslationCache {
    /** Entries of one way. */
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

    /** Privileges of a context: EL0, EL1, EL1 with PAN, EL2, EL2 with PAN. */
    private static final int PRIVILEGES = 5;

    static final int SETS = CONTEXTS * PRIVILEGES;

    private static final int EXEC_ENTRIES = 512;
    /** In what an entry for fetches says besides the index of the page. */
    private static final long GUARDED = 1L << 32;

    private final PeState pe;
    /** By set; null for those of a context that has not been entered yet. */
    final long[][] read = new long[SETS][];

    final long[][] write = new long[SETS][];
    private final long[][] exec = new long[SETS][];
    private final boolean[] used = new boolean[SETS];
    /** Identity of all that fetches of that set see; a block is linked only while it has the current one. */
    final int[] context = new int[SETS];

    private int lastContext;
    /** The first set of the current context. */
    private int base;

    SoftwareTlb(PeState pe) {
        this.pe = pe;
        make(0);
    }

    private void make(int first) {
        for (int i = first; i < first + PRIVILEGES; i++) {
            read[i] = empty(ENTRIES);
            write[i] = empty(ENTRIES);
            exec[i] = empty(EXEC_ENTRIES);
            context[i] = ++lastContext;
        }
    }

    private static long[] empty(int entries) {
        long[] a = new long[entries * 4];
        Arrays.fill(a, EMPTY);
        return a;
    }

    /** Entries that have page 0 at the beginning of RAM, and no other. */
    static long[] onePage() {
        long[] a = empty(ENTRIES);
        a[0] = 0;
        a[1] = 0;
        return a;
    }

    /** Set of data accesses at the current privilege. */
    int dataSet() {
        switch (pe.el) {
            case 0:
                return base;
            case 1:
                return base + (pe.pan ? 2 : 1);
            default:
                return base + (pe.pan ? 4 : 3);
        }
    }

    /** Set of data accesses with the privilege of EL0. */
    int unprivilegedSet() {
        return base;
    }

    /** Set of fetches at the current privilege: PAN does not matter. */
    int fetchSet() {
        return pe.el == 0 ? base : pe.el == 1 ? base + 1 : base + 3;
    }

    static int slot(long va) {
        return ((int) (va >>> 12) & INDEX_MASK) << 1;
    }

    /** Whether the entry at the slot of va maps its page, whatever its flags; when the second way does, the two change places. */
    static boolean maps(long[] entries, int slot, long va) {
        if ((entries[slot] & ~FLAGS) == (va & PAGE_MASK)) {
            return true;
        }
        if ((entries[slot + 2 * ENTRIES] & ~FLAGS) != (va & PAGE_MASK)) {
            return false;
        }
        exchange(entries, slot, slot + 2 * ENTRIES);
        return true;
    }

    private static void exchange(long[] entries, int one, int other) {
        long tag = entries[one];
        long addend = entries[one + 1];
        entries[one] = entries[other];
        entries[one + 1] = entries[other + 1];
        entries[other] = tag;
        entries[other + 1] = addend;
    }

    /** Enters a page of RAM. @param index of the page's first byte in RAM */
    void fill(long[][] kind, int set, long va, int index, long flags) {
        long[] entries = kind[set];
        int slot = slot(va);
        if (entries[slot] != EMPTY && (entries[slot] & PAGE_MASK) != (va & PAGE_MASK)) {
            exchange(entries, slot, slot + 2 * ENTRIES);
        }
        entries[slot] = va & PAGE_MASK | flags;
        entries[slot + 1] = index - (va & PAGE_MASK);
        used[set] = true;
    }

    private static int fetchSlot(long pc) {
        return ((int) (pc >>> 12) & EXEC_ENTRIES - 1) << 1;
    }

    /** Index of the entry that fetches at pc see, or -1. */
    private int fetchEntry(int set, long pc) {
        long[] entries = exec[set];
        int slot = fetchSlot(pc);
        if (entries[slot] == (pc & PAGE_MASK)) {
            return slot;
        }
        slot += 2 * EXEC_ENTRIES;
        return entries[slot] == (pc & PAGE_MASK) ? slot : -1;
    }

    /** Index in RAM of the page that fetches at pc see, or -1 when it is not known. */
    int fetchPage(int set, long pc) {
        int entry = fetchEntry(set, pc);
        return entry < 0 ? -1 : (int) exec[set][entry + 1];
    }

    /** Whether the page of {@link #fetchPage} is guarded. */
    boolean fetchGuarded(int set, long pc) {
        int entry = fetchEntry(set, pc);
        return entry >= 0 && (exec[set][entry + 1] & GUARDED) != 0;
    }

    /** Enters a page for fetches. */
    void fillFetch(int set, long pc, int pageIndex, boolean guarded) {
        long[] entries = exec[set];
        int slot = fetchSlot(pc);
        if (entries[slot] != EMPTY && entries[slot] != (pc & PAGE_MASK)) {
            if (entries[slot + 2 * EXEC_ENTRIES] != EMPTY) {
                context[set] = ++lastContext;
            }
            exchange(entries, slot, slot + 2 * EXEC_ENTRIES);
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
    public void enterContext(int number, boolean anew) {
        base = number * PRIVILEGES;
        if (read[base] == null) {
            make(base);
        } else if (anew) {
            for (int set = base; set < base + PRIVILEGES; set++) {
                clear(set);
            }
        }
    }

    @Override
    public void invalidateTranslations() {
        for (int set = 0; set < SETS; set++) {
            clear(set);
        }
    }

    private void clear(int set) {
        if (used[set]) {
            Arrays.fill(read[set], EMPTY);
            Arrays.fill(write[set], EMPTY);
            Arrays.fill(exec[set], EMPTY);
            used[set] = false;
            context[set] = ++lastContext;
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
        for (int way = 0; way < 2; way++) {
            int slot = slot(page) + way * 2 * ENTRIES;
            if (isPage(read[set][slot], page)) {
                read[set][slot] = EMPTY;
            }
            if (isPage(write[set][slot], page)) {
                write[set][slot] = EMPTY;
            }
            int fetchSlot = fetchSlot(page) + way * 2 * EXEC_ENTRIES;
            if (isPage(exec[set][fetchSlot], page)) {
                exec[set][fetchSlot] = EMPTY;
                context[set] = ++lastContext;
            }
        }
    }

    private static boolean isPage(long tag, long page) {
        return (tag ^ page) << 8 >>> 20 == 0;
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
