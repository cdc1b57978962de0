// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.settings;

import dev.spelunk.api.problems.BadInputException;

/**
 * What the host's actions cost in virtual cycles of the PE: assumptions, not measurements. Zero is legal.
 *
 * @param exit from the exception to EL2 until the exit is served
 * @param entry from the end of serving until the guest's first operation
 * @param pinPerPage pinning or letting go of one page
 * @param walk one software walk of the guest's stage 1
 * @param map putting one mapping into stage 2
 * @param swapIn bringing a reclaimed page back in
 * @param copyPage giving a shared page a frame of its own
 * @param interruptDelivery from the SPU's interrupt until the host takes it; the guest runs on meanwhile
 * @param userSpaceExit from KVM to user space and back, where a profiling buffer needs that
 */
public record HostCosts(
        long exit,
        long entry,
        long pinPerPage,
        long walk,
        long map,
        long swapIn,
        long copyPage,
        long interruptDelivery,
        long userSpaceExit) {
    public static final HostCosts NONE = new HostCosts(0, 0, 0, 0, 0, 0, 0, 0, 0);
    /** More than an hour of virtual time for one action is a slip of the pen, and sums must not wrap. */
    private static final long MOST = 1L << 42;

    public HostCosts {
        for (long cost :
                new long[] {exit, entry, pinPerPage, walk, map, swapIn, copyPage, interruptDelivery, userSpaceExit}) {
            if (cost < 0 || cost > MOST) {
                throw new BadInputException(
                        "a cost of the host of " + cost + " cycles: give a number from 0 to " + MOST);
            }
        }
    }
}
