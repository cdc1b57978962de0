// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.parts.InterruptController;
import dev.spelunk.api.parts.SamplingUnit;
import dev.spelunk.api.parts.VmDescription;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Bus;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.interrupts.HostInterrupts;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.traps.AuxiliaryControlTraps;
import dev.spelunk.hypervisor.kvm.traps.CacheMaintenanceTraps;
import dev.spelunk.hypervisor.kvm.traps.DebugTraps;
import dev.spelunk.hypervisor.kvm.traps.IdRegisterTraps;
import dev.spelunk.hypervisor.kvm.traps.PerformanceMonitorTraps;
import dev.spelunk.hypervisor.kvm.traps.ProfilingBufferTraps;
import dev.spelunk.hypervisor.kvm.traps.ProfilingIdTraps;
import dev.spelunk.hypervisor.kvm.traps.SamplingTraps;
import dev.spelunk.hypervisor.kvm.traps.SoftwareGeneratedInterruptTraps;
import dev.spelunk.hypervisor.kvm.vm.KvmVirtualMachine;
import dev.spelunk.mmu.MmuComponent;
import dev.spelunk.platform.gic.CpuInterfaceBank;
import dev.spelunk.platform.gic.GicComponent;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import dev.spelunk.pmsver.v1p1.StatisticalProfilingV1p1;
import dev.spelunk.policies.OnEnablePolicy;
import dev.spelunk.registers.RegisterModelComponent;
import dev.spelunk.spu.SamplingUnitComponent;
import dev.spelunk.testkit.Configs;
import dev.spelunk.testkit.PageTables;
import dev.spelunk.testkit.PlainBank;
import dev.spelunk.testkit.PlayedCore;
import dev.spelunk.testkit.SpeProgram;
import dev.spelunk.testkit.TestMachine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A PE with the real registers, MMU, GIC and SPU, and one vCPU of the KVM model on it. The test plays the guest:
 * its accesses are decided by the real trap rules, and go to the hypervisor when they trap.
 */
final class Bench extends TestMachine {
    static final long BASE = RAM;
    static final long GUEST = 0x4000_0000L;
    /** What the host keeps for itself: stage 2 tables, and a task. */
    static final long HOST_SIZE = 4 << 20;

    static final long HOST = BASE + HOST_SIZE;
    static final long SIZE = 16 << 20;
    /** Where the test puts the guest's tables, by IPA. */
    static final long TABLES = GUEST + 0x10_0000;
    /** Virtual address of the buffer; the mapping is by {@link #map}. */
    static final long BUFFER_VA = 0x10_0000_0000L;

    static final long BUFFER_IPA = GUEST + 0x40_0000;
    static final long E = 1;
    static final HostCosts NO_COSTS = HostCosts.NONE;
    /** Registers that the timer's bank brings. */
    private static final PlainBank TIMER = new PlainBank()
            .add("CNTVOFF_EL2", SystemRegister.CNTVOFF_EL2, 2)
            .add("CNTHCTL_EL2", SystemRegister.CNTHCTL_EL2, 2)
            .add("CNTV_CTL_EL0", SystemRegister.CNTV_CTL_EL0, 0)
            .add("CNTV_CVAL_EL0", SystemRegister.CNTV_CVAL_EL0, 0)
            .add("CNTP_CTL_EL0", SystemRegister.CNTP_CTL_EL0, 0)
            .add("CNTP_CVAL_EL0", SystemRegister.CNTP_CVAL_EL0, 0);

    RecordingRegisters registers;
    PlayedCore core;
    final InterruptController controller = new GicComponent();
    final Bus userDevices = new Bus();
    BufferPinningPolicy policy = new OnEnablePolicy();
    FirmwareCalls firmware;
    long memslotSize = SIZE;
    long maxBufferSize;
    boolean physicalAddresses;
    boolean hostTask;
    /** Virtual cycles of a turn where vCPUs share PEs. */
    long timeSlice = 1000;

    HostCosts costs = NO_COSTS;
    HostSettings settings;
    KvmVirtualMachine vm;
    Outcome outcome;
    /** An ID register that a broken handler shows as all ones; 0 for none. */
    int broken;
    /** Hears of every word that the test, as the guest, writes to its memory; null when nobody wants to. */
    Pokes pokes;

    /** The guest's stage 1, once {@link #enableMmu} has made it. */
    private PageTables tables;

    Bench() {
        this(85);
    }

    /** @param version 85: FEAT_SPEv1p1 and FEAT_FGT; 82: FEAT_SPE alone */
    Bench(int version) {
        this(version, 1);
    }

    Bench(int version, int peCount) {
        this(version, peCount, 0, Configs.component(SamplingUnitComponent.class));
    }

    /** vCPUs that share PEs, with a task of the host or without. */
    static Bench shared(int peCount, int vcpuCount, boolean hostTask) {
        Bench bench = new Bench(85, peCount, vcpuCount, Configs.component(SamplingUnitComponent.class));
        bench.hostTask = hostTask;
        return bench;
    }

    private Bench(int version, int peCount, int vcpuCount, SamplingUnit spu) {
        this(
                version,
                peCount,
                vcpuCount,
                spu,
                spu.compose(
                        version >= 85
                                ? List.of(new StatisticalProfiling(), new StatisticalProfilingV1p1())
                                : List.of(new StatisticalProfiling())));
    }

    private Bench(int version, int peCount, int vcpuCount, SamplingUnit spu, ProfilingRules rules) {
        super(TestMachine.builder()
                .pes(peCount)
                .vcpus(vcpuCount)
                .ram(BASE, (int) SIZE + (4 << 20))
                .el(0)
                .version(version)
                .features("FEAT_EL2", "FEAT_EL3", "FEAT_VHE", "FEAT_SPE")
                .features(version >= 85 ? Set.of("FEAT_FGT", "FEAT_SPEv1p1") : Set.of())
                .profiling(rules.extension())
                .registers(new RegisterModelComponent(), new CpuInterfaceBank(), spu.registers(rules), TIMER));
        InterruptDistributor physical = controller.create(
                machine.block("gic", controller.stateWords(peCount), 0),
                Arrays.stream(contexts)
                        .mapToLong(c -> c.register(SystemRegister.MPIDR_EL1))
                        .toArray(),
                n -> machine.pes[n].changed |= PeState.CHANGED_INTERRUPTS);
        for (PeContext c : contexts) {
            c.registers = new RecordingRegisters(c, c.registers);
            c.translator = new MmuComponent().create(c);
            c.interrupts = physical;
            c.sampler = spu.create(c, rules);
            c.core = new PlayedCore(c);
            c.register(SystemRegister.SCR_EL3, 1L | 1L << 8 | 1L << 10 | 1L << 27);
            c.register(SystemRegister.MDCR_EL3, 3L << 12);
        }
        select(0);
    }

    @Override
    public Bench select(int index) {
        super.select(index);
        registers = (RecordingRegisters) context.registers;
        core = (PlayedCore) context.core;
        return this;
    }

    static List<TrapHandler> handlers() {
        return List.of(
                new AuxiliaryControlTraps(),
                new CacheMaintenanceTraps(),
                new DebugTraps(),
                new IdRegisterTraps(),
                new PerformanceMonitorTraps(),
                new SoftwareGeneratedInterruptTraps(),
                new ProfilingBufferTraps(),
                new ProfilingIdTraps(),
                new SamplingTraps());
    }

    /** What shows the guest what it must not see, once a test wants that. */
    private List<TrapHandler> withBroken() {
        List<TrapHandler> all = new ArrayList<>(handlers());
        all.add(0, new TrapHandler() {
            @Override
            public boolean handles(int encoding) {
                return broken != 0 && encoding == broken;
            }

            @Override
            public long read(Vcpu vcpu, int encoding) {
                return -1;
            }

            @Override
            public boolean write(Vcpu vcpu, int encoding, long value) {
                return true;
            }
        });
        return all;
    }

    /** MPIDR_EL1 of a PE. */
    long affinity(int index) {
        return contexts[index].register(SystemRegister.MPIDR_EL1);
    }

    VmDescription description() {
        return new VmDescription(
                vcpus.length == 0
                        ? VmDescription.Processors.own(List.of(contexts))
                        : VmDescription.Processors.shared(List.of(contexts), List.of(vcpus)),
                new VmDescription.Memory(GUEST, memslotSize, HOST, BASE, HOST_SIZE),
                new VmDescription.VirtualGic(controller, 0x0800_0000L, 0x080A_0000L),
                userDevices,
                new VmDescription.Contributions(firmware, withBroken(), policy),
                options());
    }

    private VmOptions options() {
        return VmOptions.DEFAULT
                .withCheck(true)
                .withProfiling(new ProfilingAttributes(21, 0, maxBufferSize))
                .withPhysicalAddresses(physicalAddresses)
                .withHostTask(hostTask)
                .withTimeSlice(timeSlice);
    }

    HostSettings settings() {
        return settings == null ? HostSettings.of(costs) : settings;
    }

    /** Makes the VM and enters the guest. */
    Bench start() {
        vm = new KvmVirtualMachine(description(), settings());
        for (int i = contexts.length - 1; i >= 0; i--) {
            select(i);
            vm.start(context, GUEST, 0);
            settle();
        }
        pe.powered = true;
        return this;
    }

    /** What the run loop does between two operations. */
    void settle() {
        pe.changed = 0;
        context.sampler.update();
        controller.update(context);
        pe.changed = 0;
    }

    /** Takes an exception from the guest to EL2 and lets the hypervisor serve it. */
    void exit(int kind, long syndrome, long faultAddress) {
        core.takeException(2, kind, syndrome, true, faultAddress);
        settle();
        outcome = vm.exit(context);
        settle();
    }

    /** MSR by the guest. */
    @Override
    public Bench write(int encoding, long value) {
        access(encoding, value, false);
        return this;
    }

    /** MRS by the guest. */
    @Override
    public long read(int encoding) {
        return access(encoding, 0, true);
    }

    private long access(int encoding, long value, boolean read) {
        pe.executed++;
        int decision = registers.decide(encoding, read);
        if (decision == Access.ALLOWED) {
            pe.pc += 4;
            if (read) {
                return registers.read(encoding);
            }
            registers.write(encoding, value);
            settle();
            return 0;
        }
        if (decision == Access.UNDEFINED) {
            throw new AssertionError(Encoding.name(encoding) + " is UNDEFINED to the guest");
        }
        pe.x[1] = value;
        exit(Core.SYNCHRONOUS, 0x18L << 26 | 1L << 25 | Encoding.syndrome(encoding, 1, read), 0);
        return pe.x[1];
    }

    /** Whether an access by the guest traps to the hypervisor. */
    boolean traps(int encoding, boolean read) {
        return registers.decide(encoding, read) == Access.trap(2);
    }

    /** Takes physical interrupts while there are any; returns how many exits that were. */
    int takeInterrupts() {
        int exits = 0;
        while ((pe.interrupts & PeState.IRQ) != 0) {
            exit(Core.IRQ, 0, 0);
            if (++exits == 20) {
                throw new AssertionError("the same interrupt again and again: " + vm.exits());
            }
        }
        return exits;
    }

    /** An access of the guest that faults at stage 2: a 64-bit one with register X1. */
    void stage2Abort(long ipa, boolean write, boolean valid, boolean instruction) {
        context.register(SystemRegister.HPFAR_EL2, ipa >>> 12 << 4);
        exit(
                Core.SYNCHRONOUS,
                (instruction ? 0x20L : 0x24L) << 26
                        | 1L << 25
                        | (valid ? 1L << 24 : 0)
                        | 3L << 22
                        | 1L << 16
                        | 1L << 15
                        | (write ? 1L << 6 : 0)
                        | 0x05,
                ipa);
    }

    /** Hears of writes to guest memory. */
    interface Pokes {
        void poked(long ipa, long value);
    }

    /** Writes guest memory by IPA. */
    void poke(long ipa, long value) {
        if (pokes != null) {
            pokes.poked(ipa, value);
        }
        context.memory.write(vm == null ? ipa - GUEST + HOST : vm.hostAddress(ipa, true), 8, value);
    }

    long peek(long ipa) {
        return context.memory.read(vm == null ? ipa - GUEST + HOST : vm.hostAddress(ipa, false), 8);
    }

    /** Where the guest's tables are: one after the other. */
    private final PageTables.Memory guestMemory = new PageTables.Memory() {
        private long free = TABLES;

        @Override
        public long load(long ipa) {
            return peek(ipa);
        }

        @Override
        public void store(long ipa, long descriptor) {
            poke(ipa, descriptor);
        }

        @Override
        public long allocate(long bytes, long alignment) {
            long at = free;
            free += bytes;
            return at;
        }
    };

    /** Turns the guest's stage 1 on: 4 KiB granule, 39 bits, nothing mapped. */
    Bench enableMmu() {
        tables = PageTables.stage1(guestMemory, 12, 39);
        context.register(SystemRegister.TTBR0_EL1, tables.root);
        context.register(SystemRegister.TCR_EL1, 25L | 25L << 16 | 2L << 30);
        context.register(SystemRegister.SCTLR_EL1, context.register(SystemRegister.SCTLR_EL1) | 1);
        context.translator.contextChanged();
        return this;
    }

    /** Maps a page in the guest's stage 1. */
    void map(long va, long ipa) {
        change(va, ipa | 0x703);
    }

    /** Maps a page read-only. */
    void mapReadOnly(long va, long ipa) {
        change(va, ipa | 0x783);
    }

    void unmap(long va) {
        change(va, 0);
    }

    /** Writes a level 3 descriptor, with the TLBI VMALLE1 that it takes. */
    private void change(long va, long descriptor) {
        poke(entry(va), descriptor);
        context.translator.invalidateTlb(Encoding.of(1, 0, 8, 7, 0), 0);
    }

    /** IPA of the level 3 entry of an address; makes the tables above it. */
    long entry(long va) {
        return tables.entry(va, 3);
    }

    /** Maps the buffer's pages one to one with IPAs from BUFFER_IPA. */
    Bench mapBuffer(int pages) {
        for (int i = 0; i < pages; i++) {
            map(BUFFER_VA + 0x1000L * i, BUFFER_IPA + 0x1000L * i);
        }
        return this;
    }

    /** The guest programs and enables its buffer and lets EL1 be sampled at the shortest interval. */
    void enableBuffer(long pointer, long limit) {
        new SpeProgram()
                .buffer(pointer, limit)
                .filter(0)
                .control(SpeProgram.E1SPE | SpeProgram.E0SPE)
                .enable(this::write);
    }

    /** Runs the guest up to its next sample, which takes no time. Returns false when nothing is sampled. */
    boolean sample() {
        long grant = context.sampler.grant();
        if (grant == Long.MAX_VALUE) {
            return false;
        }
        pe.executed += grant;
        context.sampler.synchronize();
        Operation operation = new Operation();
        core.runObserved(operation);
        context.sampler.sample(operation);
        context.sampler.complete();
        settle();
        return true;
    }

    long memory(int encoding) {
        return vm.vcpu(0).memory(encoding);
    }

    long hardware(int encoding) {
        return context.register(encoding);
    }

    /** Whether the guest's virtual SPE interrupt is high. */
    boolean line() {
        return distributor().line(0, HostInterrupts.SPE);
    }

    InterruptDistributor distributor() {
        return vm.distributor();
    }
}
