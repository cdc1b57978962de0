// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.hypervisor.VmDescription;
import dev.spelunk.api.machine.BadInputException;
import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import java.util.List;
import java.util.SortedMap;

/** A VM: its memslot, its stage 2, its virtual GIC and its vCPUs. What it remembers is in the machine's state. */
final class KvmVirtualMachine implements VirtualMachine {
    private static final int PARANGE_MASK = 15;

    private final VmState state;
    private final Memslot memslot;
    private final StageTwo stage2;
    private final PeContext first;
    private final InterruptDistributor distributor;
    private final KvmVcpu[] vcpus;
    private String failure = "";

    KvmVirtualMachine(VmDescription description, HostCosts costs) {
        first = description.pes().get(0);
        checkMemslot(description);
        checkMaxBufferSize(description);
        MachineState machine = first.machine;
        memslot = new Memslot(description.memslotBase(), description.memslotSize(), description.hostBase());
        state = new VmState(machine, (int) (memslot.size() / Memslot.PAGE));
        stage2 = new StageTwo(machine.memory, state, memslot,
                description.hostReserved() + description.hostReservedSize(),
                (int) first.register(SystemRegister.ID_AA64MMFR0_EL1) & PARANGE_MASK);
        boolean fresh = !state.created();
        if (fresh) {
            state.create();
            state.counterOffset(WorldSwitch.counterOffsetNow(first));
            if (!stage2.create(description.hostReserved())) {
                throw new BadInputException("the host's reserved memory has no room for the stage 2 tables of a VM: "
                        + "give it at least 64 KiB");
            }
        }
        List<PeContext> pes = description.pes();
        vcpus = new KvmVcpu[pes.size()];
        StateBlock gic = machine.block("kvm.vm.gic", description.interrupts().stateWords(pes.size()), 0);
        distributor = description.interrupts().create(gic,
                pes.stream().mapToLong(c -> c.register(SystemRegister.MPIDR_EL1)).toArray(), this::interruptsChanged);
        for (int i = 0; i < vcpus.length; i++) {
            VcpuState vcpuState = new VcpuState(machine, i);
            if (fresh) {
                vcpuState.create();
            }
            vcpus[i] = new KvmVcpu(description, vcpus, pes.get(i), state, vcpuState, memslot, stage2, costs, distributor);
        }
        if (fresh) {
            description.pinningPolicy().created(new Pinning(state, memslot, stage2, costs, first.pe),
                    memslot.base(), memslot.size());
        }
    }

    private static void checkMemslot(VmDescription d) {
        if (d.memslotSize() <= 0 || (d.memslotBase() | d.memslotSize() | d.hostBase() | d.hostReserved()) % Memslot.PAGE != 0) {
            throw new BadInputException(String.format("a memslot of 0x%x bytes at IPA 0x%x, backed by 0x%x: "
                    + "memslots consist of whole pages of 4 KiB", d.memslotSize(), d.memslotBase(), d.hostBase()));
        }
    }

    private static void checkMaxBufferSize(VmDescription d) {
        long size = d.options().profiling().maxBufferSize();
        if (size == 0) {
            return;
        }
        try {
            MaxBufferSize.encode(size);
        } catch (MaxBufferSize.NotRepresentableException e) {
            throw new BadInputException(e.getMessage(), e);
        }
        if (!HypervisorControls.fineGrainedTraps(d.pes().get(0))) {
            throw new BadInputException("a maximum profiling buffer size cannot be set: without FEAT_FGT the guest reads "
                    + "the hardware's PMBIDR_EL1");
        }
    }

    @Override
    public void start(PeContext pe, long entry, long x0) {
        vcpus[pe.pe.index].start(entry, x0);
    }

    @Override
    public Outcome exit(PeContext pe) {
        KvmVcpu vcpu = vcpus[pe.pe.index];
        Outcome outcome = vcpu.exit();
        if (outcome == Outcome.FAILED) {
            failure = vcpu.failure();
        }
        return outcome;
    }

    @Override
    public void setLine(int vcpu, int intid, boolean level) {
        distributor.setLine(vcpu, intid, level);
    }

    private void interruptsChanged(int vcpu) {
        if (vcpus[vcpu] != null) {
            vcpus[vcpu].interruptsChanged();
        }
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public SortedMap<String, Long> exits() {
        return state.exits();
    }

    @Override
    public SortedMap<String, Long> traps() {
        return state.traps().byName(this::registerName);
    }

    private String registerName(int encoding) {
        RegisterDefinition definition = first.registers.definition(encoding);
        return definition == null ? Encoding.name(encoding) : definition.name();
    }

    @Override
    public SortedMap<String, Long> bufferEvents() {
        return state.bufferEvents();
    }

    @Override
    public long hostAddress(long ipa) {
        return memslot.contains(ipa) ? memslot.hostAddress(ipa) : -1;
    }

    @Override
    public void invalidate() {
        for (KvmVcpu vcpu : vcpus) {
            vcpu.invalidate();
        }
    }

    @Override
    public void close() {
        for (KvmVcpu vcpu : vcpus) {
            vcpu.close();
        }
        state.destroy();
    }

    VmState state() {
        return state;
    }

    KvmVcpu vcpu(int index) {
        return vcpus[index];
    }

    InterruptDistributor distributor() {
        return distributor;
    }
}
