// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

/** Who found a buffer management event, and what is wrong. The order is that of what the VM's state remembers. */
public enum EventCause {
    HARDWARE("hardware reported it"),
    MISALIGNED("PMBPTR_EL1 is not aligned as PMBIDR_EL1.Align asks"),
    OTHER_TAG("PMBPTR_EL1 and the limit have different top bytes"),
    OTHER_HALF("PMBPTR_EL1 and the limit are in different halves of the address space (bit 55)"),
    BEYOND("it ends beyond the input addresses that TCR_EL1 allows"),
    TOO_LARGE("it is larger than the maximum in PMBIDR_EL1"),
    NO_TRANSLATION("a page has no writable translation"),
    NO_MEMSLOT("no memslot backs the page there"),
    TABLE_WITHOUT_MEMSLOT("no memslot backs a translation table for that address"),
    PINS_REFUSED("the policy or the limit of pinned memory (pinLimit) does not allow its pages to be pinned"),
    ALIASES("it names more pages than the guest's memory has"),
    TORN("a record was torn");

    final String text;

    EventCause(String text) {
        this.text = text;
    }

    /** Whether hardware reports this of a buffer, too; what the host cannot give it knows nothing of. */
    boolean hardwareReports() {
        return this != NO_MEMSLOT && this != PINS_REFUSED && this != ALIASES && this != TOO_LARGE;
    }
}
