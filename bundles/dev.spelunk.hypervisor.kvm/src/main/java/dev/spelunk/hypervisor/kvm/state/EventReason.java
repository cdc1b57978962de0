// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.hypervisor.kvm.registers.BufferStatus;

/** Says in words why a guest gets a buffer management event. */
final class EventReason {
    private static final String[] FAULTS = {
        "address size fault", "translation fault", "Access flag fault", "permission fault"
    };
    private static final int LEVELLED_FAULTS = 16;

    private EventReason() {}

    /**
     * @param cause who found it, and what is wrong
     * @param pmbsr the guest's PMBSR_EL1 with the event
     * @param address PMBPTR_EL1, or the address whose walk failed
     * @param limit the guest's PMBLIMITR_EL1
     */
    static String of(BufferEvent event, EventCause cause, long pmbsr, long address, long limit) {
        String at = "0x" + Long.toHexString(address);
        String end = "0x" + Long.toHexString(limit & PMBLIMITR_EL1.LIMIT);
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
                return "the SPU's access to " + at + " can only abort externally: " + cause.text;
            case ACCESS_NOT_ALLOWED:
            case TOO_LARGE:
                return "the buffer with the limit " + end + ", at " + at + ": " + cause.text + found(cause);
            default:
                return "hardware reported an event that is IMPLEMENTATION DEFINED, PMBSR_EL1 = 0x"
                        + Long.toHexString(pmbsr);
        }
    }

    private static String found(EventCause cause) {
        if (cause == EventCause.HARDWARE) {
            return "";
        }
        if (cause == EventCause.NO_MEMSLOT) {
            return "; hardware would ignore the External aborts of such writes (PMBIDR_EL1.EA = 1) and lose every record; "
                    + "KVM, which can pin no such page, refuses the buffer";
        }
        return cause.hardwareReports() ? "; KVM found it, and reports what hardware would" : "; KVM refuses the buffer";
    }

    private static String fault(long pmbsr) {
        int code = BufferStatus.statusCode(pmbsr);
        return code < LEVELLED_FAULTS
                ? FAULTS[code >>> 2] + ", level " + (code & 3) + ","
                : "fault 0x" + Integer.toHexString(code);
    }
}
