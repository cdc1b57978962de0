// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

/** Why a vCPU left the guest, as reports name it. The order is that of the counters in the VM's state. */
public enum ExitReason {
    IRQ_SPE("IRQ: SPE buffer management event"),
    IRQ_TIMER("IRQ: guest's timer"),
    IRQ_PMU("IRQ: guest's performance monitors"),
    IRQ_MAINTENANCE("IRQ: GIC maintenance"),
    IRQ_KICK("IRQ: kick by another thread of the VM"),
    IRQ_OTHER("IRQ: other"),
    IRQ_SPURIOUS("IRQ: gone when acknowledged"),
    WFX("WFI or WFE"),
    HVC("HVC"),
    SMC("SMC"),
    SYSTEM_REGISTER("system register"),
    STAGE_2_FAULT("stage 2 fault"),
    MMIO_GIC("MMIO: virtual GIC"),
    MMIO_USER_SPACE("MMIO: user space device"),
    EXTERNAL_ABORT("access without memslot or device"),
    OTHER("other");

    public final String label;

    ExitReason(String label) {
        this.label = label;
    }
}
