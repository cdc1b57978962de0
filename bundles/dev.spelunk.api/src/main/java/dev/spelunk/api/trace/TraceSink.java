// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.trace;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Gets the timeline of a machine: what changes on named tracks of each vCPU (without hypervisor: of each PE).
 * {@code PeContext.trace} is null when nobody asked for one, and nothing is told of single instructions.
 * Times are virtual cycles of the PE, in the order of that PE.
 */
@ConsumerType
public interface TraceSink extends AutoCloseable {
    /** What the vCPU does: {@code guest}, or why it is outside. Of a hypervisor at EL2: who runs below it, or why EL2 does. */
    String RUN = "execution";
    /** Prefix of the tracks of a register's value that the world switch keeps in memory. */
    String MEMORY = "in memory: ";
    /** Prefix of the tracks of a register's value in hardware. */
    String HARDWARE = "hardware: ";
    /** Bytes of records in the profiling buffer since the pointer was last set. */
    String FILL = "buffer fill level";
    /** Pages with at least one pin. */
    String PINS = "pinned pages";
    /** What the host does to the guest's memory. */
    String HOST_MEMORY = "host memory";
    /** Level of the vCPU's buffer management interrupt. */
    String LINE = "interrupt line";
    /** Buffer management events that the guest gets. */
    String EVENTS = "injected events";
    /** Stretches in which profiling was on and operations were not sampled. */
    String BLACKOUTS = "blackouts";
    /** Complete records that have reached the buffer. */
    String RECORDS = "records written";
    /** The guest's task, by CONTEXTIDR_EL1. */
    String TASK = "task";

    /** Of a hypervisor at EL2: whether the PE is with it, at EL2 or at EL0 below its host. */
    String HOST = "host";
    /** Prefix of the tracks of a hypervisor's VMs, by VTTBR_EL2.VMID: when each is on the PE. */
    String VMID = "VMID ";
    /** What runs below EL2 without stage 2. */
    String WITHOUT_STAGE2 = "without stage 2";
    /** The VM whose stage 2 is on. */
    String STAGE2 = "stage 2";
    /** Prefix of the tracks of list registers: which virtual interrupt is in ICH_LRn_EL2, and in which state. */
    String LIST_REGISTER = "list register ";
    /** Exceptions that EL2 takes from itself, and its returns from these. */
    String AT_EL2 = "exceptions at EL2";

    /**
     * An exit of a vCPU from its guest.
     *
     * @param reason what it was, as it is counted
     * @param access the trapped access to a system register that it was, {@code MSR PMBLIMITR_EL1, 0x1}; else empty
     * @param pc where the guest was
     * @param function the guest's function there and the offset in it; empty where it is not known
     */
    record Exit(String reason, String access, long pc, String function) {}

    /** From now on the track shows this text; null for nothing. */
    void state(int vcpu, String track, String text, long cycles);

    /** From now on the vCPU is outside of its guest: what {@link #RUN} shows until its next state. */
    default void exit(int vcpu, Exit exit, long cycles) {
        state(vcpu, RUN, "exit: " + exit.reason(), cycles);
    }

    /** Something happened at once. */
    void instant(int vcpu, String track, String name, String detail, long cycles);

    /** From now on the track's number is this one. */
    void counter(int vcpu, String track, long value, long cycles);

    /** The run is over, nothing more comes. A second call has no effect. */
    @Override
    void close();
}
