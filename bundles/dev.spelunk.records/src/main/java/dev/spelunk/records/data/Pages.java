// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Accesses by page and interval. Where pages become too many, neighbours become one. */
final class Pages {
    /** Kept at a time. */
    private static final int MOST = 4096;
    /** Told in the end. */
    private static final int TOLD = 512;

    private static final int FIRST_SHIFT = 12;

    /** One page. */
    static final class Page {
        final long number;
        final long[] accesses = new long[Intervals.COUNT];
        long total;
        /** By majority of successive accesses: the site that is left has the most, if one has more than half. */
        private Site site;

        private long lead;

        Page(long number) {
            this.number = number;
        }

        private void add(int interval, Site by) {
            accesses[interval]++;
            total++;
            if (lead == 0) {
                site = by;
            }
            lead += site == by ? 1 : -1;
        }

        private void add(Page other) {
            for (int i = 0; i < accesses.length; i++) {
                accesses[i] += other.accesses[i];
            }
            total += other.total;
            if (other.lead > lead) {
                site = other.site;
                lead = other.lead;
            }
        }

        Site site() {
            return site;
        }
    }

    private Map<Long, Page> pages = new HashMap<>();
    private Page last;
    private int shift = FIRST_SHIFT;

    void add(long address, int interval, Site by) {
        long number = address >>> shift;
        if (last == null || last.number != number) {
            last = pages.computeIfAbsent(number, Page::new);
            if (pages.size() > MOST) {
                coarser();
                last = pages.get(address >>> shift);
            }
        }
        last.add(interval, by);
    }

    private void coarser() {
        shift++;
        Map<Long, Page> fewer = new HashMap<>();
        for (Page page : pages.values()) {
            fewer.computeIfAbsent(page.number >>> 1, Page::new).add(page);
        }
        pages = fewer;
        if (pages.size() > MOST) {
            coarser();
        }
    }

    void halve() {
        pages.values().forEach(page -> Intervals.halve(page.accesses));
    }

    int shift() {
        return shift;
    }

    /** Those with the most accesses, by address. */
    List<Page> hottest() {
        List<Page> all = new ArrayList<>(pages.values());
        all.sort(Comparator.comparingLong((Page p) -> -p.total).thenComparingLong(p -> p.number));
        List<Page> hot = new ArrayList<>(all.subList(0, Math.min(TOLD, all.size())));
        hot.sort((a, b) -> Long.compareUnsigned(a.number, b.number));
        return hot;
    }
}
