// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.hypervisor.kvm.registers.BufferStatus;

/** Kinds of buffer management events that a guest gets. The order is that of the counters in the VM's state. */
public enum BufferEvent {
    BUFFER_FULL("buffer full"),
    BUFFER_FULL_TORN("buffer full, last record torn"),
    STAGE_1_FAULT("stage 1 fault"),
    STAGE_1_FAULT_AT_ENABLE("stage 1 fault found at enable"),
    EXTERNAL_ABORT("external abort"),
    ACCESS_NOT_ALLOWED("access not allowed"),
    TOO_LARGE("buffer size too large"),
    IMPLEMENTATION_DEFINED("implementation defined");

    public final String label;

    BufferEvent(String label) {
        this.label = label;
    }

    /** Kind of an event that hardware reported. */
    public static BufferEvent of(long pmbsr) {
        switch (BufferStatus.exceptionClass(pmbsr)) {
            case BufferStatus.EC_STAGE_1_ABORT:
                return (pmbsr & PMBSR_ELx.EA) != 0 ? EXTERNAL_ABORT : STAGE_1_FAULT;
            case BufferStatus.EC_OTHER:
                switch (BufferStatus.statusCode(pmbsr)) {
                    case BufferStatus.BSC_FULL:
                        return (pmbsr & PMBSR_ELx.DL) != 0 ? BUFFER_FULL_TORN : BUFFER_FULL;
                    case BufferStatus.BSC_TOO_LARGE:
                        return TOO_LARGE;
                    default:
                        return ACCESS_NOT_ALLOWED;
                }
            default:
                return IMPLEMENTATION_DEFINED;
        }
    }
}
