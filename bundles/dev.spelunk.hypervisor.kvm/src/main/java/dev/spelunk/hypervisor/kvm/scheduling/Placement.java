// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.scheduling;

import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.vcpu.KvmVcpu;
import java.util.List;

/**
 * How the vCPUs of a VM come to the PEs: each has one of its own, or they share them. A vCPU on a PE is one
 * {@link KvmVcpu}; all of one vCPU are over the same state.
 */
public interface Placement {
    /** The VM has been made: who is where, and does what. */
    void create();

    /** The vCPU as it is on the PE that it is bound to. */
    KvmVcpu vcpu(int index);

    /** The vCPU that has the PE; null when the host has it. */
    KvmVcpu loadedOn(int pe);

    /** Every vCPU on every PE on which it can be. */
    List<KvmVcpu> all();

    /** The machine begins: vCPU 0 at that IPA with that X0, the others are off until one switches them on. */
    void start(PeContext pe, long entry, long x0);

    /**
     * A vCPU is reset and switched on.
     *
     * @param now virtual time of who asks for it
     */
    void powerOn(int vcpu, long entry, long x0, long now);

    /** Serves an exception that was taken to EL2, and gives the PE back to whose it is then. */
    Outcome exit(PeContext pe);

    /** Why {@link #exit} returned FAILED. */
    String failure();

    /** The virtual distributor has changed something for a vCPU. */
    void interruptsChanged(int vcpu);

    /** Binds a vCPU to another PE. */
    void move(int vcpu, int pe);

    /** Virtual time at which {@link #advance} must be called for the PE; Long.MAX_VALUE for never. */
    long deadline(int pe);

    void advance(int pe);

    /** See {@link dev.spelunk.api.hypervisor.VirtualMachine#idle}. */
    boolean idle();
}
