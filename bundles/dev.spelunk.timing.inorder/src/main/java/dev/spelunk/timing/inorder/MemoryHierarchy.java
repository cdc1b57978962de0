// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.StateBlock;

/**
 * Caches and TLBs of one PE, and the last level cache that all share. Lines are tagged by physical address. TLB
 * entries are tagged by the page's virtual and physical address, which tells address spaces apart. Every level
 * allocates on a miss, loads and stores alike; nothing is prefetched, and no PE takes a line from another.
 */
final class MemoryHierarchy {
    private static final int LINE_BITS = 6;
    private static final int PAGE_BITS = 12;
    private static final int PHYSICAL_BITS = 27;
    private static final long PHYSICAL = (1L << PHYSICAL_BITS) - 1;
    private static final long VIRTUAL = (1L << 37) - 1;
    /** Operations after which what is known of the rate of fills counts half. */
    private static final int HALF_LIFE = 8192;

    /** Levels that data came from. */
    static final int L1D = 0;

    static final int L2 = 1;
    static final int LAST_LEVEL = 2;
    static final int MEMORY = 3;

    private final StateBlock block;
    private final int rates;
    private final Shape.Latencies latencies;
    private final EventCounts events;
    private final SetAssociative l1d;
    private final SetAssociative l1i;
    private final SetAssociative l2;
    /** Null when the L2 is the last level. */
    private final SetAssociative lastLevel;

    private final SetAssociative dtlb;
    private final SetAssociative l2Tlb;

    /** Of the last data access: level, whether the DTLB missed, whether the tables were walked, cycles. */
    int level;

    boolean dtlbMiss;
    boolean walk;
    boolean crossed;
    int translationLatency;
    int dataLatency;
    /** Lines that came from memory, for data and instructions, since this object was made. */
    long fromMemory;

    /** @param at index of the first of {@link #words(Shape)} words */
    MemoryHierarchy(StateBlock block, int at, SetAssociative lastLevel, Shape shape, EventCounts events) {
        this.block = block;
        this.events = events;
        this.lastLevel = lastLevel;
        latencies = shape.latencies();
        rates = at;
        int next = at + 2;
        l1d = array(next, shape.l1d());
        next += shape.l1d().words();
        l1i = array(next, shape.l1i());
        next += shape.l1i().words();
        l2 = array(next, shape.l2());
        next += shape.l2().words();
        dtlb = array(next, shape.dtlb());
        next += shape.dtlb().words();
        l2Tlb = array(next, shape.l2Tlb());
    }

    private SetAssociative array(int at, Shape.Sets sets) {
        return new SetAssociative(block, at, sets.sets(), sets.ways());
    }

    /** Words of state, without the last level. */
    static int words(Shape shape) {
        return 2
                + shape.l1d().words()
                + shape.l1i().words()
                + shape.l2().words()
                + shape.dtlb().words()
                + shape.l2Tlb().words();
    }

    /** Operations passed unseen: as many lines have been replaced in the L1D as at the rate of late. */
    void unseen(long operations) {
        long[] words = block.words;
        if (words[rates] != 0) {
            l1d.age(Math.min(operations * words[rates + 1] / words[rates], l1d.entries()));
        }
    }

    /** An operation was seen. */
    void seen() {
        long[] words = block.words;
        if (++words[rates] >= HALF_LIFE) {
            words[rates] /= 2;
            words[rates + 1] /= 2;
        }
    }

    /** Fetches the line of an instruction. @return cycles that it takes longer than from the L1I */
    int fetch(long pa) {
        long line = pa >>> LINE_BITS;
        events.count(ModelledEvent.L1I_CACHE);
        if (l1i.access(line, line)) {
            return 0;
        }
        events.count(ModelledEvent.L1I_CACHE_REFILL);
        events.count(ModelledEvent.L1I_CACHE_LMISS);
        return latency(beyond(line, true));
    }

    /** Makes the data access of an operation, which has both addresses. */
    void access(Operation o) {
        translate(o);
        crossed = (o.va & 63) + o.accessSize > 64;
        if (o.is(Operation.NON_CACHEABLE)) {
            level = MEMORY;
            dataLatency = latencies.uncached();
            return;
        }
        boolean read = o.is(Operation.LOAD);
        level = data(o.pa >>> LINE_BITS, read);
        if (crossed) {
            // A second page may lie elsewhere; its line is taken to follow, which is right within a page.
            level = Math.max(level, data((o.pa + o.accessSize - 1) >>> LINE_BITS, read));
        }
        dataLatency = latency(level);
    }

    private void translate(Operation o) {
        long pages = -1L << o.pageBits - PAGE_BITS;
        long va = o.va >>> PAGE_BITS & pages & VIRTUAL;
        long pa = o.pa >>> PAGE_BITS & pages & PHYSICAL;
        long key = va << PHYSICAL_BITS | pa;
        long index = va >>> o.pageBits - PAGE_BITS;
        dtlbMiss = !dtlb.access(index, key);
        walk = dtlbMiss && !l2Tlb.access(index, key);
        events.count(ModelledEvent.L1D_TLB);
        events.count(ModelledEvent.L1D_TLB_REFILL, dtlbMiss);
        events.count(ModelledEvent.L2D_TLB, dtlbMiss);
        events.count(ModelledEvent.L2D_TLB_REFILL, walk);
        events.count(ModelledEvent.DTLB_WALK, walk);
        translationLatency = walk ? latencies.walk() : dtlbMiss ? latencies.l2Tlb() : latencies.dtlb();
    }

    private int data(long line, boolean read) {
        long[] words = block.words;
        events.count(ModelledEvent.L1D_CACHE);
        events.count(ModelledEvent.L1D_CACHE_RD, read);
        if (l1d.access(line, line)) {
            return L1D;
        }
        events.count(ModelledEvent.L1D_CACHE_REFILL);
        events.count(ModelledEvent.L1D_CACHE_LMISS_RD, read);
        words[rates + 1]++;
        return beyond(line, read);
    }

    private int beyond(long line, boolean read) {
        events.count(ModelledEvent.L2D_CACHE);
        if (l2.access(line, line)) {
            return L2;
        }
        events.count(ModelledEvent.L2D_CACHE_REFILL);
        if (lastLevel != null) {
            boolean hit = lastLevel.access(line, line);
            events.count(ModelledEvent.LL_CACHE);
            events.count(ModelledEvent.LL_CACHE_RD, read);
            events.count(ModelledEvent.LL_CACHE_MISS, !hit);
            events.count(ModelledEvent.LL_CACHE_MISS_RD, read && !hit);
            if (hit) {
                return LAST_LEVEL;
            }
        }
        fromMemory++;
        return MEMORY;
    }

    private int latency(int from) {
        switch (from) {
            case L1D:
                return latencies.l1d();
            case L2:
                return latencies.l2();
            case LAST_LEVEL:
                return latencies.lastLevel();
            default:
                return latencies.memory();
        }
    }

    /** A TLBI for one address. */
    void invalidate(long va) {
        long page = (va & VIRTUAL) << PHYSICAL_BITS;
        dtlb.drop(~PHYSICAL, page);
        l2Tlb.drop(~PHYSICAL, page);
    }

    /** Any other TLBI. */
    void invalidateTranslations() {
        dtlb.drop(0, 0);
        l2Tlb.drop(0, 0);
    }
}
