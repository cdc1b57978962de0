// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice;
import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.parts.VmDescription;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.wiring.PeContext;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/** A VM: its memslots, its stage 2, its virtual GIC and its vCPUs. What it remembers is in the machine's state. */
final class KvmVirtualMachine implements VirtualMachine {
    private static final int PARANGE_MASK = 15;

    private final VmState state;
    private final VmMemory memory;
    private final MemoryPressure pressure;
    private final HeldPages pins;
    private final Memslots memslots;
    private BufferPinningPolicy policy;
    private final PeContext first;
    private final InterruptDistributor distributor;
    /** One for each vCPU, or, where they share PEs, one for each vCPU and each PE. */
    private final KvmVcpu[] vcpus;
    /** Null when each vCPU has a PE of its own. */
    private final SharedPes shared;

    private final HostTask task;
    private String failure = "";

    KvmVirtualMachine(VmDescription description, HostSettings settings) {
        first = description.pes().get(0);
        setAttributes(description);
        MachineState machine = first.machine;
        int addressSize = (int) first.register(SystemRegister.ID_AA64MMFR0_EL1) & PARANGE_MASK;
        memslots = Memslots.of(
                description.memslotBase(),
                description.memslotSize(),
                description.hostBase(),
                settings.memslots(),
                StageTwo.ipaBits(addressSize));
        state = new VmState(machine, memslots.pages());
        long hostEnd = description.hostReserved()
                + description.hostReservedSize()
                - (description.options().hostTask() ? HostTask.SIZE : 0);
        long tablesEnd = Math.min(hostEnd, description.hostReserved() + StageTwo.room(memslots.size));
        HostMemory host = new HostMemory(machine, state, memslots, description.hostBase(), tablesEnd, hostEnd);
        StageTwo stage2 = new StageTwo(machine.memory, state, memslots, host, tablesEnd, addressSize);
        memory = new VmMemory(state, memslots, host, stage2, settings.costs(), first);
        host.notifier(memory);
        pins = new HeldPages(machine, "kvm.vm.pinned", memory);
        policy = description.pinningPolicy();
        boolean fresh = !state.created();
        if (fresh) {
            state.create();
            state.counterOffset(WorldSwitch.counterOffsetNow(first));
            state.pinLimit(settings.pinLimit() == 0 ? memslots.pages() : settings.pinLimit() / Memslots.PAGE);
            host.create(settings.hugePages());
            if (!stage2.create(description.hostReserved())) {
                throw new BadInputException("the host's reserved memory has no room for the stage 2 tables of a VM: "
                        + "give it at least 64 KiB");
            }
        }
        List<PeContext> pes = description.pes();
        int count = description.firmwareContexts().size();
        StateBlock gic = machine.block("kvm.vm.gic", description.interrupts().stateWords(count), 0);
        distributor = description
                .interrupts()
                .create(
                        gic,
                        description.firmwareContexts().stream()
                                .mapToLong(c -> c.register(SystemRegister.MPIDR_EL1))
                                .toArray(),
                        this::interruptsChanged);
        VcpuState[] states = new VcpuState[count];
        for (int i = 0; i < count; i++) {
            states[i] = new VcpuState(machine, i);
            if (fresh) {
                states[i].create();
            }
        }
        SharedPes.Views views = (vcpu, context) -> new KvmVcpu(
                description,
                this,
                vcpu,
                context,
                state,
                states[vcpu],
                new VmMemory(state, memslots, host, stage2, settings.costs(), context),
                stage2,
                settings.costs(),
                distributor);
        task = description.options().hostTask() ? new HostTask(first, hostEnd) : null;
        if (description.vcpus().isEmpty()) {
            shared = null;
            vcpus = pes.stream().map(c -> views.on(c.pe.index, c)).toArray(KvmVcpu[]::new);
        } else {
            shared = new SharedPes(
                    pes, count, views, task, state, description.options().timeSlice());
            vcpus = Arrays.stream(shared.all()).flatMap(Arrays::stream).toArray(KvmVcpu[]::new);
            if (fresh) {
                shared.create();
            }
        }
        PageList[] buffers = new PageList[count];
        for (int i = 0; i < count; i++) {
            ProfilingBuffer buffer = vcpu(i).buffer();
            buffers[i] = buffer == null ? new PageList(machine, "kvm.vcpu." + i + ".buffer") : buffer.inUse();
        }
        pressure = new MemoryPressure(first, state, memslots, host, settings, buffers);
        if (fresh) {
            pressure.start(first.pe.cycles());
            attach(policy);
        }
    }

    private void attach(BufferPinningPolicy candidate) {
        if (!candidate.attached(pins, memslots.regions())) {
            throw new BadInputException(String.format(
                    "the VM cannot have this pinning policy: a page that it wants pinned was "
                            + "refused; %d bytes may be pinned (pinLimit), and the guest's memory has %d",
                    state.pinLimit() * Memslots.PAGE, memslots.size));
        }
    }

    @Override
    public void pinningPolicy(BufferPinningPolicy successor) {
        try {
            attach(successor);
        } catch (BadInputException e) {
            policy.attached(pins, memslots.regions());
            throw e;
        }
        policy = successor;
        for (KvmVcpu vcpu : vcpus) {
            if (vcpu.buffer() != null) {
                vcpu.buffer().policy(successor);
            }
        }
    }

    @Override
    public long deadline(int pe) {
        long due = shared == null ? vcpus[pe].delivery().deadline() : shared.deadline(pe);
        KvmVcpu loaded = shared == null ? null : shared.loadedOn(pe);
        if (loaded != null) {
            due = Math.min(due, loaded.delivery().deadline());
        }
        return pe == first.pe.index ? Math.min(due, pressure.deadline()) : due;
    }

    @Override
    public void advance(int pe) {
        KvmVcpu loaded = shared == null ? vcpus[pe] : shared.loadedOn(pe);
        if (loaded != null) {
            loaded.delivery().advance();
        }
        if (shared != null) {
            shared.advance(pe);
        }
        if (pe == first.pe.index) {
            pressure.advance(first.pe.cycles());
        }
    }

    /** Sets the attributes of the vCPUs' SPE, where the machine has one. */
    private static void setAttributes(VmDescription d) {
        boolean profiling = d.pes().stream().anyMatch(c -> c.architecture.profiling() != null);
        if (profiling || !d.options().profiling().equals(ProfilingAttributes.DEFAULT)) {
            SpeDeviceAttributes.of(
                    new VcpuProfilingDevice.Vm(
                            d.firmwareContexts().size(),
                            profiling ? 1 : 0,
                            true,
                            true,
                            HypervisorControls.fineGrainedTraps(d.pes().get(0))),
                    d.options().profiling());
        }
    }

    @Override
    public void start(PeContext pe, long entry, long x0) {
        if (shared == null) {
            vcpus[pe.pe.index].start(entry, x0);
        } else {
            shared.start(pe, entry, x0);
        }
    }

    /** A vCPU is switched on. */
    void powerOn(int vcpu, long entry, long x0) {
        if (shared == null) {
            vcpus[vcpu].start(entry, x0);
        } else {
            shared.powerOn(vcpu, entry, x0);
        }
    }

    @Override
    public void move(int vcpu, int pe) {
        shared.move(vcpu, pe);
    }

    @Override
    public Outcome exit(PeContext pe) {
        if (shared != null) {
            Outcome outcome = shared.exit(pe);
            failure = shared.failure();
            return shared.failed() ? Outcome.FAILED : outcome;
        }
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
        if (shared != null) {
            shared.interruptsChanged(vcpu);
        } else if (vcpus != null) {
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
    public SortedMap<String, String> eventReasons() {
        return state.eventReasons();
    }

    @Override
    public SortedMap<String, Long> host() {
        return state.host();
    }

    @Override
    public long hostAddress(long ipa, boolean write) {
        return memory.address(ipa, write);
    }

    @Override
    public void invalidate() {
        for (KvmVcpu vcpu : vcpus) {
            vcpu.invalidate();
        }
    }

    @Override
    public void hostChanged() {
        for (KvmVcpu vcpu : vcpus) {
            // A vCPU that is on no PE meets the new hardware when it is loaded.
            if (shared == null || shared.loadedOn(vcpu.pe().pe.index) == vcpu) {
                vcpu.hostChanged();
            }
        }
    }

    @Override
    public void close() {
        for (KvmVcpu vcpu : vcpus) {
            vcpu.close();
        }
        pins.clear();
        state.destroy();
    }

    VmMemory memory() {
        return memory;
    }

    MemoryPressure pressure() {
        return pressure;
    }

    VmState state() {
        return state;
    }

    KvmVcpu vcpu(int index) {
        return shared == null ? vcpus[index] : shared.vcpu(index);
    }

    InterruptDistributor distributor() {
        return distributor;
    }
}
