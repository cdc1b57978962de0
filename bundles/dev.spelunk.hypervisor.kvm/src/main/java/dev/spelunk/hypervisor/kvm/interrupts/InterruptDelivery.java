// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.interrupts;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.registers.BufferStatus;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.VcpuState;
import dev.spelunk.hypervisor.kvm.state.VmState;

/**
 * The way of the SPU's interrupt to the host's handler, which takes time: meanwhile the guest runs on,
 * unprofiled. Any other exit finds the event too, and ends the wait.
 */
public final class InterruptDelivery {
    private final PeContext context;
    private final int vcpu;
    private final VcpuState state;
    private final VmState vm;
    private final HostInterrupts host;
    private final long latency;

    /**
     * @param vcpu its number, for the timeline
     * @param latency in cycles
     */
    public InterruptDelivery(
            PeContext context, int vcpu, VcpuState state, VmState vm, HostInterrupts host, long latency) {
        this.context = context;
        this.vcpu = vcpu;
        this.state = state;
        this.vm = vm;
        this.host = host;
        this.latency = latency;
    }

    /** The PE has taken an interrupt. Whether the guest goes on, because it is the SPU's and not there yet. */
    public boolean begins() {
        if (latency == 0 || state.deliveryDue() != 0 || host.pending() != HostInterrupts.SPE) {
            return false;
        }
        state.delivery(context.pe.executed, context.pe.cycles() + latency);
        host.hold(true);
        if (context.trace != null) {
            long pmbsr = context.register(SystemRegister.PMBSR_EL1);
            context.trace.state(
                    vcpu,
                    TraceSink.BLACKOUTS,
                    BufferStatus.exceptionClass(pmbsr) == BufferStatus.EC_STAGE_2_ABORT
                            ? "stage 2 fault, until the host maps the page"
                            : "event on its way to the host",
                    context.pe.cycles());
        }
        return true;
    }

    /** Virtual time at which the interrupt arrives; Long.MAX_VALUE when none is on its way. */
    public long deadline() {
        long due = state.deliveryDue();
        return due == 0 || !held() ? Long.MAX_VALUE : due;
    }

    private boolean held() {
        return !context.interrupts.isEnabled(context.pe.index, HostInterrupts.SPE);
    }

    /** Lets an interrupt arrive that is due. */
    public void advance() {
        if (deadline() <= context.pe.cycles()) {
            host.hold(false);
        }
    }

    /** An exit has found the event. */
    public void ends(boolean blackout) {
        if (state.deliveryDue() == 0) {
            return;
        }
        long operations = context.pe.executed - state.raisedAt();
        vm.count(blackout ? HostCounter.BLACKOUT_OPERATIONS : HostCounter.LATE_OPERATIONS, operations);
        vm.exitTimes.unprofiled(operations, context.pe.cycles());
        if (held()) {
            host.hold(false);
        }
        state.delivery(0, 0);
        if (context.trace != null) {
            context.trace.state(vcpu, TraceSink.BLACKOUTS, null, context.pe.cycles());
        }
    }
}
