// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.vm;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.ExitHistory;
import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice;
import dev.spelunk.api.hypervisor.VcpuProfilingDevice.Series;
import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.parts.VmDescription;
import dev.spelunk.api.parts.VmDescription.Processors;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.memory.HeldPages;
import dev.spelunk.hypervisor.kvm.memory.HostMemory;
import dev.spelunk.hypervisor.kvm.memory.MemoryPressure;
import dev.spelunk.hypervisor.kvm.memory.Memslots;
import dev.spelunk.hypervisor.kvm.memory.StageTwo;
import dev.spelunk.hypervisor.kvm.memory.VmMemory;
import dev.spelunk.hypervisor.kvm.profiling.GuestBuffer;
import dev.spelunk.hypervisor.kvm.profiling.SpeDeviceAttributes;
import dev.spelunk.hypervisor.kvm.registers.HypervisorControls;
import dev.spelunk.hypervisor.kvm.scheduling.HostTask;
import dev.spelunk.hypervisor.kvm.scheduling.OwnPes;
import dev.spelunk.hypervisor.kvm.scheduling.Placement;
import dev.spelunk.hypervisor.kvm.scheduling.SharedPes;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.hypervisor.kvm.state.VcpuState;
import dev.spelunk.hypervisor.kvm.state.VmState;
import dev.spelunk.hypervisor.kvm.vcpu.KvmVcpu;
import dev.spelunk.hypervisor.kvm.vcpu.VcpuPower;
import dev.spelunk.hypervisor.kvm.vcpu.WorldSwitch;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** A VM: its memslots, its stage 2, its virtual GIC and its vCPUs. What it remembers is in the machine's state. */
public final class KvmVirtualMachine implements VirtualMachine {
    private static final int PARANGE_MASK = 15;

    private final VmState state;
    private final VmMemory memory;
    private final MemoryPressure pressure;
    private final DirtyLogging logging;
    private final boolean resident;
    private final HeldPages pins;
    private final Memslots memslots;
    private BufferPinningPolicy policy;
    private final PeContext first;
    private final InterruptDistributor distributor;
    private final Placement placement;

    public KvmVirtualMachine(VmDescription description, HostSettings settings) {
        Processors processors = description.processors();
        VmDescription.Memory layout = description.memory();
        first = processors.pes().get(0);
        resident = settings.series().resident();
        setAttributes(description, settings.series().series());
        MachineState machine = first.machine;
        int addressSize = (int) first.register(SystemRegister.ID_AA64MMFR0_EL1) & PARANGE_MASK;
        memslots = Memslots.of(
                layout.base(), layout.size(), layout.hostBase(), settings.memslots(), StageTwo.ipaBits(addressSize));
        state = new VmState(machine, memslots.pages());
        long hostEnd = layout.reserved()
                + layout.reservedSize()
                - (description.options().hostTask() ? HostTask.SIZE : 0);
        long tablesEnd = Math.min(hostEnd, layout.reserved() + StageTwo.room(memslots.size));
        HostMemory host = new HostMemory(machine, state, memslots, layout.hostBase(), tablesEnd, hostEnd);
        StageTwo stage2 = new StageTwo(machine.memory, state, memslots, host, tablesEnd, addressSize);
        memory = new VmMemory(state, memslots, host, stage2, settings.costs(), first);
        host.notifier(memory);
        pins = new HeldPages(machine, "kvm.vm.pinned", memory);
        policy = description.contributions().pinningPolicy();
        boolean fresh = !state.created();
        if (fresh) {
            state.create();
            state.counterOffset(WorldSwitch.counterOffsetNow(first));
            state.pinLimit(settings.pinLimit() == 0 ? memslots.pages() : settings.pinLimit() / PageList.PAGE);
            host.create(settings.hugePages());
            if (!stage2.create(layout.reserved())) {
                throw new BadInputException("the host's reserved memory has no room for the stage 2 tables of a VM: "
                        + "give it at least 64 KiB");
            }
        }
        int count = processors.vcpus().size();
        StateBlock gic =
                machine.block("kvm.vm.gic", description.gic().controller().stateWords(count), 0);
        distributor = description
                .gic()
                .controller()
                .create(
                        gic,
                        processors.vcpus().stream()
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
        VcpuPower power = new Power(processors.vcpus());
        SharedPes.Views views = (vcpu, context) -> new KvmVcpu(
                description,
                power,
                vcpu,
                context,
                state,
                states[vcpu],
                new VmMemory(state, memslots, host, stage2, settings.costs(), context),
                stage2,
                settings,
                distributor);
        placement = processors.shared()
                ? new SharedPes(
                        processors.pes(),
                        count,
                        views,
                        description.options().hostTask() ? new HostTask(first, hostEnd) : null,
                        state,
                        description.options().timeSlice())
                : new OwnPes(processors.pes().stream()
                        .map(c -> views.on(c.pe.index, c))
                        .toList());
        if (fresh) {
            placement.create();
        }
        PageList[] buffers = new PageList[count];
        for (int i = 0; i < count; i++) {
            GuestBuffer buffer = vcpu(i).buffer();
            buffers[i] = buffer == null ? new PageList(machine, "kvm.vcpu." + i + ".buffer") : buffer.inUse();
        }
        pressure = new MemoryPressure(first, state, memslots, host, settings, buffers);
        if (fresh) {
            pressure.start(first.pe.cycles());
            populate();
        }
        logging = new DirtyLogging(
                first,
                state,
                states,
                memory,
                memslots,
                placement,
                settings.series(),
                description.options().check());
    }

    /** Before the first entry: what has to be in memory is brought there. */
    private void populate() {
        if (!resident) {
            attach(policy);
        } else if (!memory.prefault()) {
            throw new BadInputException(
                    "the host has no memory for the stage 2 tables of all of the guest's memory, which "
                            + "series v7 maps before the first entry");
        }
    }

    private void attach(BufferPinningPolicy candidate) {
        if (!candidate.attached(pins, memslots.regions())) {
            throw new BadInputException(String.format(
                    "the VM cannot have this pinning policy: a page that it wants pinned was "
                            + "refused; %d bytes may be pinned (pinLimit), and the guest's memory has %d",
                    state.pinLimit() * PageList.PAGE, memslots.size));
        }
    }

    @Override
    public void pinningPolicy(BufferPinningPolicy successor) {
        if (resident) {
            throw new BadInputException(
                    "a VM of series v7 has no pinning policy: all of its memory is resident, and nothing is pinned");
        }
        try {
            attach(successor);
        } catch (BadInputException e) {
            policy.attached(pins, memslots.regions());
            throw e;
        }
        policy = successor;
        for (KvmVcpu vcpu : placement.all()) {
            if (vcpu.buffer() != null) {
                vcpu.buffer().policy(successor);
            }
        }
    }

    @Override
    public long deadline(int pe) {
        long due = placement.deadline(pe);
        return pe == first.pe.index ? Math.min(due, Math.min(pressure.deadline(), logging.deadline())) : due;
    }

    @Override
    public void advance(int pe) {
        placement.advance(pe);
        if (pe == first.pe.index) {
            pressure.advance(first.pe.cycles());
            logging.advance(first.pe.cycles());
        }
    }

    @Override
    public boolean idle() {
        return placement.idle();
    }

    /** Sets the attributes of the vCPUs' SPE, where the machine has one. */
    private static void setAttributes(VmDescription d, Series series) {
        boolean profiling = d.processors().pes().stream().anyMatch(c -> c.architecture.profiling() != null);
        if (profiling || !d.options().profiling().equals(ProfilingAttributes.DEFAULT)) {
            SpeDeviceAttributes.of(
                    new VcpuProfilingDevice.Vm(
                            d.processors().vcpus().size(),
                            profiling ? 1 : 0,
                            true,
                            true,
                            HypervisorControls.fineGrainedTraps(
                                    d.processors().pes().get(0)),
                            series),
                    d.options().profiling());
        }
    }

    /** The vCPUs as firmware calls name them. */
    private final class Power implements VcpuPower {
        private final List<PeContext> vcpus;

        Power(List<PeContext> vcpus) {
            this.vcpus = vcpus;
        }

        @Override
        public int count() {
            return vcpus.size();
        }

        @Override
        public long affinity(int vcpu) {
            return vcpus.get(vcpu).register(SystemRegister.MPIDR_EL1);
        }

        @Override
        public boolean powered(int vcpu) {
            return vcpus.get(vcpu).pe.powered;
        }

        @Override
        public void powerOn(int vcpu, long entry, long x0, long now) {
            placement.powerOn(vcpu, entry, x0, now);
        }
    }

    @Override
    public void start(PeContext pe, long entry, long x0) {
        placement.start(pe, entry, x0);
    }

    @Override
    public void move(int vcpu, int pe) {
        placement.move(vcpu, pe);
    }

    @Override
    public Outcome exit(PeContext pe) {
        return placement.exit(pe);
    }

    @Override
    public void setLine(int vcpu, int intid, boolean level) {
        distributor.setLine(vcpu, intid, level);
    }

    private void interruptsChanged(int vcpu) {
        placement.interruptsChanged(vcpu);
    }

    @Override
    public String failure() {
        return placement.failure();
    }

    @Override
    public ExitHistory exitHistory() {
        return state.exitTimes.history();
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
        RegisterDescription definition = first.registers.description(encoding);
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
    public long whereIs(long ipa) {
        return memory.whereIs(ipa);
    }

    @Override
    public SortedSet<Integer> registersInMemory() {
        SortedSet<Integer> all = new TreeSet<>(List.of(
                SystemRegister.PMBLIMITR_EL1,
                SystemRegister.PMBPTR_EL1,
                SystemRegister.PMBSR_EL1,
                SystemRegister.MDSCR_EL1,
                SystemRegister.OSLAR_EL1));
        all.removeIf(encoding -> first.registers.description(encoding) == null);
        return all;
    }

    @Override
    public long memory(int vcpu, int encoding) {
        return placement.vcpu(vcpu).memory(encoding);
    }

    @Override
    public void invalidate() {
        for (KvmVcpu vcpu : placement.all()) {
            vcpu.invalidate();
        }
    }

    @Override
    public void hostChanged() {
        for (KvmVcpu vcpu : placement.all()) {
            // A vCPU that is on no PE meets the new hardware when it is loaded.
            if (placement.loadedOn(vcpu.pe().pe.index) == vcpu) {
                vcpu.hostChanged();
            }
        }
    }

    @Override
    public void close() {
        for (KvmVcpu vcpu : placement.all()) {
            vcpu.close();
        }
        pins.clear();
        state.destroy();
    }

    public VmMemory memory() {
        return memory;
    }

    public MemoryPressure pressure() {
        return pressure;
    }

    public VmState state() {
        return state;
    }

    public KvmVcpu vcpu(int index) {
        return placement.vcpu(index);
    }

    public InterruptDistributor distributor() {
        return distributor;
    }
}
