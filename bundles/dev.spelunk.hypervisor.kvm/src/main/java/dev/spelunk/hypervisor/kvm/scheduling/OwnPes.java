// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.scheduling;

import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.vcpu.KvmVcpu;
import java.util.List;

/** vCPU n has PE n, always: it is loaded once, and a WFI waits in the PE. */
public final class OwnPes implements Placement {
    private final List<KvmVcpu> vcpus;
    private String failure = "";

    public OwnPes(List<KvmVcpu> vcpus) {
        this.vcpus = vcpus;
    }

    @Override
    public void create() {}

    @Override
    public KvmVcpu vcpu(int index) {
        return vcpus.get(index);
    }

    @Override
    public KvmVcpu loadedOn(int pe) {
        return vcpus.get(pe);
    }

    @Override
    public List<KvmVcpu> all() {
        return vcpus;
    }

    @Override
    public void start(PeContext pe, long entry, long x0) {
        vcpus.get(pe.pe.index).start(entry, x0);
    }

    @Override
    public void powerOn(int vcpu, long entry, long x0, long now) {
        PeContext pe = vcpus.get(vcpu).pe();
        pe.powerOn(entry, x0, now);
        vcpus.get(vcpu).start(entry, x0);
    }

    @Override
    public Outcome exit(PeContext pe) {
        KvmVcpu vcpu = vcpus.get(pe.pe.index);
        Outcome outcome = vcpu.exit();
        if (outcome == Outcome.FAILED) {
            failure = vcpu.failure();
        }
        return outcome;
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public void interruptsChanged(int vcpu) {
        vcpus.get(vcpu).interruptsChanged();
    }

    @Override
    public void move(int vcpu, int pe) {
        throw new BadInputException("vCPU " + vcpu + " has a PE of its own and cannot move to PE " + pe);
    }

    @Override
    public long deadline(int pe) {
        return vcpus.get(pe).delivery().deadline();
    }

    @Override
    public void advance(int pe) {
        vcpus.get(pe).delivery().advance();
    }

    @Override
    public boolean idle() {
        for (KvmVcpu vcpu : vcpus) {
            if (vcpu.powered() && (!vcpu.pe().pe.waiting || vcpu.delivery().deadline() != Long.MAX_VALUE)) {
                return false;
            }
        }
        return true;
    }
}
