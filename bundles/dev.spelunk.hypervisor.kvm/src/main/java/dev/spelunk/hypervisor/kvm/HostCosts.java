// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

/**
 * What the host's actions cost in virtual cycles of the PE: assumptions, not measurements. Zero is legal.
 *
 * @param exit from the exception to EL2 until the exit is served
 * @param entry from the end of serving until the guest's first operation
 * @param pinPerPage pinning or letting go of one page
 * @param walk one software walk of the guest's stage 1
 * @param map putting one mapping into stage 2
 * @param interruptDelivery from a physical SPE interrupt until the host has taken it
 */
record HostCosts(long exit, long entry, long pinPerPage, long walk, long map, long interruptDelivery) {
    HostCosts {
        if (exit < 0 || entry < 0 || pinPerPage < 0 || walk < 0 || map < 0 || interruptDelivery < 0) {
            throw new IllegalArgumentException("a cost of the host is a number of cycles, 0 or more");
        }
    }
}
