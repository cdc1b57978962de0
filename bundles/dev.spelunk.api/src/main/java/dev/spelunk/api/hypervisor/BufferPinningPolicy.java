// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Whiteboard service: when the host pages under a guest's profiling buffer are pinned and let go.
 *
 * <p>A policy keeps nothing: which pages are pinned is in the VM's state, so one policy serves any number of
 * VMs and another one can take its place while the guest runs.
 */
@ConsumerType
public interface BufferPinningPolicy {
    /** The pages that one holder keeps pinned: the VM as a whole, or one vCPU. Ascending, each once. */
    @ProviderType
    interface Pins {
        /** Number of pages that the holder keeps pinned. */
        int count();

        /** IPA of one of them: they ascend with the index from 0 to {@link #count} - 1. */
        long page(int index);

        /**
         * Pins the page of the guest's memory that holds an IPA, and maps it writable at stage 2.
         *
         * @return whether the holder keeps it pinned now; false over the accounting limit, where no memslot
         *     backs the IPA, and where the host has no memory left
         */
        boolean pin(long ipa);

        /** Lets go of a page; nothing happens when the holder does not keep it pinned. */
        void unpin(long ipa);

        /**
         * Keeps exactly these pages pinned: lets go of all others first, then pins those that are missing.
         *
         * @param pages page-aligned IPAs, ascending, each once
         * @param count how many of them count
         * @return false when one was refused: then the holder keeps none
         */
        boolean replace(long[] pages, int count);

        /** Lets go of every page. */
        void clear();
    }

    /**
     * The policy is a VM's from now on: the VM was just made, or the policy takes another one's place.
     *
     * @param vm the pages that the VM as a whole keeps pinned
     * @param memslots for each memslot its first IPA and its size in bytes, one after the other
     * @return false when a page that the policy wants pinned was refused: the VM cannot have this policy
     */
    boolean attached(Pins vm, long[] memslots);

    /**
     * A vCPU's buffer is about to be used: the guest has enabled it, or changed it while enabled, and every
     * page of it has a privileged writable translation; or this policy takes over while it is enabled.
     *
     * @param vcpu the pages that the vCPU keeps pinned
     * @param pages IPAs of the buffer's pages and of the pages that hold the stage 1 tables, ascending
     * @param count how many of them count
     * @return false when the buffer cannot be had: the guest gets access not allowed
     */
    boolean enabled(Pins vcpu, long[] pages, int count);

    /** The vCPU's buffer is not used any more, or what the guest made of it cannot be. */
    void disabled(Pins vcpu);
}
