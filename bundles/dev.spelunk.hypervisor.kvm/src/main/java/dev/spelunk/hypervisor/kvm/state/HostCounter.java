// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.hypervisor.VirtualMachine;

/** What a VM's host did, as reports name it. The order is that of the counters in the VM's state. */
public enum HostCounter {
    SPU_STAGE_2_FAULTS(VirtualMachine.SPU_STAGE_2_FAULTS),
    BLACKOUT_OPERATIONS(VirtualMachine.BLACKOUT_OPERATIONS),
    /** Times that profiling stopped and the guest was not told. */
    BLACKOUTS("blackouts"),
    LOST_CYCLES(VirtualMachine.LOST_CYCLES),
    /** Operations that the guest executed between a buffer management event by hardware and the host's handler. */
    LATE_OPERATIONS("operations before an event was delivered"),
    UNMAPPED("stage 2 mappings taken away by MMU notifiers"),
    RECLAIMED("pages reclaimed"),
    SWAPPED_IN("pages brought back in"),
    MIGRATED("pages migrated"),
    COMPACTED("pages moved by compaction"),
    MERGED("pages merged"),
    COPIED_ON_WRITE("pages copied on write"),
    SPLIT("huge pages split"),
    COLLAPSED("huge pages made"),
    REFUSED_PINNED("host memory events that a pin refused"),
    REFUSED("host memory events that found nothing to do"),
    VCPU_LOADS("vCPU loads on a shared PE"),
    PREEMPTIONS("vCPUs preempted at the end of their time slice"),
    VCPU_PUTS("vCPUs put because they waited or went off"),
    RESIDENT_BYTES(VirtualMachine.RESIDENT_BYTES),
    USER_SPACE_EXITS(VirtualMachine.USER_SPACE_EXITS),
    /** Of these, those at the limit of pinned memory. */
    RLIMIT_EXITS("of these, KVM_EXIT_RLIMIT"),
    DIRTY_PASSES("passes over the dirty log"),
    DIRTY_SENT("pages sent by these passes");

    public final String label;

    HostCounter(String label) {
        this.label = label;
    }
}
