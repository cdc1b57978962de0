// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

/** Says in words why a guest gets a buffer management event. */
final class EventReason {
    private static final String[] FAULTS = {"address size fault", "translation fault", "Access flag fault", "permission fault"};
    private static final int LEVELLED_FAULTS = 16;

    private EventReason() {
    }

    /**
     * @param pmbsr the guest's PMBSR_EL1 with the event
     * @param address PMBPTR_EL1, or the address whose walk failed
     * @param limit the guest's PMBLIMITR_EL1
     */
    static String of(BufferEvent event, long pmbsr, long address, long limit) {
        String at = "0x" + Long.toHexString(address);
        String end = "0x" + Long.toHexString(limit & BufferStatus.LIMIT_MASK);
        switch (event) {
            case BUFFER_FULL:
                return "no further record fits between PMBPTR_EL1 = " + at + " and the limit " + end
                        + "; hardware raised the interrupt, KVM took it and passed it on";
            case BUFFER_FULL_TORN:
                return "the SPU faulted at stage 2 in the middle of a record at " + at
                        + "; KVM maps the page, but a torn record cannot be resumed: the guest starts anew";
            case STAGE_1_FAULT:
                return fault(pmbsr) + " in the guest's stage 1 when the SPU wrote at " + at
                        + ": the guest's tables do not map the live buffer writable; KVM passed on what hardware reported";
            case STAGE_1_FAULT_AT_ENABLE:
                return fault(pmbsr) + " in KVM's walk of the guest's stage 1 for " + at
                        + " when the guest enabled the buffer: that page has no writable translation; hardware saw nothing of it";
            case EXTERNAL_ABORT:
                return "no memslot backs a page of the buffer at " + at + ", or of its tables";
            case ACCESS_NOT_ALLOWED:
                return "the buffer from " + at + " to " + end + " is misprogrammed (alignment, tag or half of the address space, "
                        + "address size), no memslot backs it, or its pages may not be pinned";
            case TOO_LARGE:
                return "the buffer from " + at + " to " + end + " is larger than the maximum in PMBIDR_EL1";
            default:
                return "hardware reported an event that is IMPLEMENTATION DEFINED, PMBSR_EL1 = 0x" + Long.toHexString(pmbsr);
        }
    }

    private static String fault(long pmbsr) {
        int code = BufferStatus.statusCode(pmbsr);
        return code < LEVELLED_FAULTS ? FAULTS[code >>> 2] + ", level " + (code & 3) + "," : "fault 0x" + Integer.toHexString(code);
    }
}
