// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.policies;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** Pins of a holder, kept in a set, with what was done to them. */
final class Ledger implements BufferPinningPolicy.Pins {
    final List<String> done = new ArrayList<>();
    final TreeSet<Long> held = new TreeSet<>();
    long refused = -1;

    @Override
    public int count() {
        return held.size();
    }

    @Override
    public long page(int index) {
        return new ArrayList<>(held).get(index);
    }

    @Override
    public boolean pin(long ipa) {
        if (ipa == refused) {
            return false;
        }
        if (held.add(ipa)) {
            done.add("pin " + Long.toHexString(ipa));
        }
        return true;
    }

    @Override
    public void unpin(long ipa) {
        if (held.remove(ipa)) {
            done.add("unpin " + Long.toHexString(ipa));
        }
    }

    @Override
    public boolean replace(long[] pages, int count) {
        for (long page : held.stream().mapToLong(p -> p).toArray()) {
            if (Arrays.binarySearch(pages, 0, count, page) < 0) {
                unpin(page);
            }
        }
        for (int i = 0; i < count; i++) {
            if (!pin(pages[i])) {
                clear();
                return false;
            }
        }
        return true;
    }

    @Override
    public void clear() {
        for (long page : held.descendingSet().stream().mapToLong(p -> p).toArray()) {
            unpin(page);
        }
    }
}
