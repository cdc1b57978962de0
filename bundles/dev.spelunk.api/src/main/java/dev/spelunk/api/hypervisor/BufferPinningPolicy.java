// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

import org.osgi.annotation.versioning.ConsumerType;

/** Whiteboard service: when the pages of a guest's profiling buffer are pinned and let go. */
@ConsumerType
public interface BufferPinningPolicy {
    /** What a policy works with. */
    interface Pins {
        /** Pins one page of the guest's memory by IPA and maps it writable at stage 2. False when refused. */
        boolean pin(long ipa);

        /** Lets go of one pinned page. */
        void unpin(long ipa);
    }

    /** The VM has been created with this memslot. */
    void created(Pins pins, long memslotBase, long memslotSize);

    /**
     * The guest's buffer is about to be enabled.
     *
     * @param pages IPAs of the buffer's pages and of the pages that hold the stage 1 tables, ascending
     * @param previous what the policy pinned for this vCPU so far, ascending
     * @return the pages that are pinned now, ascending; null when the pin was refused
     */
    long[] enabled(Pins pins, long[] pages, long[] previous);

    /** The guest's buffer has been disabled. Returns the pages that stay pinned. */
    long[] disabled(Pins pins, long[] previous);
}
