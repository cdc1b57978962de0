// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import java.util.ArrayList;
import java.util.List;

/** The sites of a profile, found by address without an object for each look-up. */
final class Sites {
    private static final int FIRST_SIZE = 1 << 10;

    /** Open addressing; a power of two, at most half of it used. */
    private Site[] slots = new Site[FIRST_SIZE];

    private int used;

    /** The site of an address in an address space, which is made when there is none. */
    Site at(long address, int el, int space) {
        int slot = slot(slots, address, el, space);
        Site site = slots[slot];
        if (site == null) {
            site = new Site(address, el, space);
            slots[slot] = site;
            if (++used * 2 > slots.length) {
                grow();
            }
        }
        return site;
    }

    private static int slot(Site[] slots, long address, int el, int space) {
        long hash = ((address >>> 2) * 4 + el + space * 0x1_0001_0003L) * 0x9e37_79b9_7f4a_7c15L;
        int slot = (int) (hash >>> 32) & slots.length - 1;
        while (slots[slot] != null && !slots[slot].is(address, el, space)) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private void grow() {
        Site[] larger = new Site[slots.length * 2];
        for (Site site : slots) {
            if (site != null) {
                larger[slot(larger, site.address, site.el, site.space)] = site;
            }
        }
        slots = larger;
    }

    List<Site> all() {
        List<Site> all = new ArrayList<>(used);
        for (Site site : slots) {
            if (site != null) {
                all.add(site);
            }
        }
        return all;
    }
}
