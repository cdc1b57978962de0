// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.machine.Parts;
import java.util.Arrays;
import org.osgi.service.component.annotations.Component;

/**
 * The series' policy: a buffer's pages and its stage 1 tables are pinned when the guest enables it, and let
 * go when the guest disables it.
 */
@Component(property = {Parts.PART + "=" + Parts.POLICY, Parts.NAME + "=on-enable"})
public final class OnEnablePolicy implements BufferPinningPolicy {
    @Override
    public void created(Pins pins, long memslotBase, long memslotSize) {
        // Nothing is pinned before a buffer is enabled.
    }

    @Override
    public long[] enabled(Pins pins, long[] pages, long[] previous) {
        for (long page : previous) {
            if (Arrays.binarySearch(pages, page) < 0) {
                pins.unpin(page);
            }
        }
        for (int i = 0; i < pages.length; i++) {
            if (Arrays.binarySearch(previous, pages[i]) < 0 && !pins.pin(pages[i])) {
                undo(pins, pages, i, previous);
                return null;
            }
        }
        return pages;
    }

    /** Lets go of the first pages, pinned just now, and of those that were pinned already. */
    private static void undo(Pins pins, long[] pages, int count, long[] previous) {
        for (int i = 0; i < pages.length; i++) {
            if (i < count || Arrays.binarySearch(previous, pages[i]) >= 0) {
                pins.unpin(pages[i]);
            }
        }
    }

    @Override
    public long[] disabled(Pins pins, long[] previous) {
        for (long page : previous) {
            pins.unpin(page);
        }
        return new long[0];
    }
}
