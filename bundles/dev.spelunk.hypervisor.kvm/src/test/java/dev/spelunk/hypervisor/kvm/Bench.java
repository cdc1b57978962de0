// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
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
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Bus;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.traps.AuxiliaryControlTraps;
import dev.spelunk.hypervisor.kvm.traps.CacheMaintenanceTraps;
import dev.spelunk.hypervisor.kvm.traps.DebugTraps;
import dev.spelunk.hypervisor.kvm.traps.IdRegisterTraps;
import dev.spelunk.hypervisor.kvm.traps.PerformanceMonitorTraps;
import dev.spelunk.hypervisor.kvm.traps.ProfilingBufferTraps;
import dev.spelunk.hypervisor.kvm.traps.ProfilingIdTraps;
import dev.spelunk.hypervisor.kvm.traps.SamplingTraps;
import dev.spelunk.hypervisor.kvm.traps.SoftwareGeneratedInterruptTraps;
import dev.spelunk.mmu.MmuComponent;
import dev.spelunk.platform.gic.CpuInterfaceBank;
import dev.spelunk.platform.gic.GicComponent;
import dev.spelunk.pmsver.v1p0.StatisticalProfiling;
import dev.spelunk.pmsver.v1p1.StatisticalProfilingV1p1;
import dev.spelunk.policies.OnEnablePolicy;
import dev.spelunk.registers.RegisterModelComponent;
import dev.spelunk.spu.SamplingUnitComponent;
import dev.spelunk.spu.SpuRegisterBank;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A PE with the real registers, MMU, GIC and SPU, and one vCPU of the KVM model on it. The test plays the guest:
 * its accesses are decided by the real trap rules, and go to the hypervisor when they trap.
 */
final class Bench {
    static final long BASE = 0x4000_0000L;
    static final long GUEST = 0x4000_0000L;
    static final long HOST = BASE + (2 << 20);
    static final long SIZE = 16 << 20;
    /** Where the test puts the guest's tables, by IPA. */
    static final long TABLES = GUEST + 0x10_0000;
    /** Virtual address of the buffer; the mapping is by {@link #map}. */
    static final long BUFFER_VA = 0x10_0000_0000L;

    static final long BUFFER_IPA = GUEST + 0x40_0000;
    static final long E = 1;
    static final HostCosts NO_COSTS = HostCosts.NONE;
    /** Stands for a counter register that the timer bank brings. */
    private static final RegisterBank TIMER = architecture -> List.of(
            plain("CNTVOFF_EL2", SystemRegister.CNTVOFF_EL2, 2), plain("CNTHCTL_EL2", SystemRegister.CNTHCTL_EL2, 2),
            plain("CNTV_CTL_EL0", SystemRegister.CNTV_CTL_EL0, 0),
                    plain("CNTV_CVAL_EL0", SystemRegister.CNTV_CVAL_EL0, 0),
            plain("CNTP_CTL_EL0", SystemRegister.CNTP_CTL_EL0, 0),
                    plain("CNTP_CVAL_EL0", SystemRegister.CNTP_CVAL_EL0, 0));

    /** The PE that the test plays now, see {@link #select}. */
    PeContext context;

    PeState pe;
    RecordingRegisters registers;
    PlayedCore core;
    private final List<PeContext> contexts = new ArrayList<>();
    final InterruptController controller = new GicComponent();
    final Bus userDevices = new Bus();
    final List<byte[]> records = new ArrayList<>();
    BufferPinningPolicy policy = new OnEnablePolicy();
    FirmwareCalls firmware;
    long memslotSize = SIZE;
    long maxBufferSize;
    boolean physicalAddresses;
    HostCosts costs = NO_COSTS;
    HostSettings settings;
    KvmVirtualMachine vm;
    Outcome outcome;
    /** An ID register that a broken handler shows as all ones; 0 for none. */
    int broken;
    /** Hears of every word that the test, as the guest, writes to its memory; null when nobody wants to. */
    Pokes pokes;

    private int tables;

    Bench() {
        this(85);
    }

    /** @param version 85: FEAT_SPEv1p1 and FEAT_FGT; 82: FEAT_SPE alone */
    Bench(int version) {
        this(version, 1);
    }

    Bench(int version, int peCount) {
        PhysicalMemory memory = new PhysicalMemory(BASE, (int) SIZE + (2 << 20));
        MachineState machine = new MachineState(peCount, memory, 1);
        SamplingUnit spu = samplingUnit();
        List<ProfilingFeatures> profiling = new ArrayList<>(List.of(new StatisticalProfiling()));
        Set<String> features = new TreeSet<>(Set.of("FEAT_EL2", "FEAT_EL3", "FEAT_VHE", "FEAT_SPE"));
        if (version >= 85) {
            profiling.add(new StatisticalProfilingV1p1());
            features.addAll(Set.of("FEAT_FGT", "FEAT_SPEv1p1"));
        }
        Architecture architecture = new Architecture(version, features, spu.compose(profiling), Map.of());
        for (PeState state : machine.pes) {
            PeContext c = new PeContext(machine, state);
            c.architecture = architecture;
            c.registers = new RecordingRegisters(
                    c,
                    new RegisterModelComponent()
                            .create(c, List.of(new CpuInterfaceBank(), new SpuRegisterBank(), TIMER), null));
            c.translator = new MmuComponent().create(c);
            contexts.add(c);
        }
        InterruptDistributor physical = controller.create(
                machine.block("gic", controller.stateWords(peCount), 0),
                contexts.stream()
                        .mapToLong(c -> c.register(SystemRegister.MPIDR_EL1))
                        .toArray(),
                n -> machine.pes[n].changed |= PeState.CHANGED_INTERRUPTS);
        for (PeContext c : contexts) {
            c.interrupts = physical;
            c.sampler = spu.create(c);
            c.records =
                    (origin, data, offset, length) -> records.add(Arrays.copyOfRange(data, offset, offset + length));
            c.core = new PlayedCore(c);
            c.register(SystemRegister.SCR_EL3, 1L | 1L << 8 | 1L << 10 | 1L << 27);
            c.register(SystemRegister.MDCR_EL3, 3L << 12);
        }
        select(0);
    }

    /** Plays another PE from now on. */
    Bench select(int index) {
        context = contexts.get(index);
        pe = context.pe;
        registers = (RecordingRegisters) context.registers;
        core = (PlayedCore) context.core;
        return this;
    }

    private static RegisterDefinition plain(String name, int encoding, int el) {
        return RegisterDefinition.of(name, encoding).whole().from(el).build();
    }

    /** The SPU with its default configuration, whose type is its own. */
    private static SamplingUnit samplingUnit() {
        try {
            Constructor<?> constructor = SamplingUnitComponent.class.getConstructors()[0];
            Class<?> config = constructor.getParameterTypes()[0];
            Object defaults = Proxy.newProxyInstance(
                    config.getClassLoader(),
                    new Class<?>[] {config},
                    (proxy, method, arguments) -> method.getDefaultValue());
            return (SamplingUnit) constructor.newInstance(defaults);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
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
        return contexts.get(index).register(SystemRegister.MPIDR_EL1);
    }

    VmDescription description() {
        return new VmDescription(
                VmDescription.Processors.own(List.copyOf(contexts)),
                new VmDescription.Memory(GUEST, memslotSize, HOST, BASE, 2 << 20),
                new VmDescription.VirtualGic(controller, 0x0800_0000L, 0x080A_0000L),
                userDevices,
                new VmDescription.Contributions(firmware, withBroken(), policy),
                options());
    }

    private VmOptions options() {
        return VmOptions.DEFAULT
                .withCheck(true)
                .withProfiling(new ProfilingAttributes(21, 0, maxBufferSize))
                .withPhysicalAddresses(physicalAddresses);
    }

    HostSettings settings() {
        return settings == null ? HostSettings.of(costs) : settings;
    }

    /** Makes the VM and enters the guest. */
    Bench start() {
        vm = new KvmVirtualMachine(description(), settings());
        for (int i = contexts.size() - 1; i >= 0; i--) {
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
    void write(int encoding, long value) {
        access(encoding, value, false);
    }

    /** MRS by the guest. */
    long read(int encoding) {
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

    /** Turns the guest's stage 1 on: 4 KiB granule, 39 bits, nothing mapped. */
    Bench enableMmu() {
        tables = 1;
        context.register(SystemRegister.TTBR0_EL1, TABLES);
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
        long table = TABLES;
        for (int shift = 30; shift > 12; shift -= 9) {
            long at = table + (va >>> shift & 511) * 8;
            if ((peek(at) & 1) == 0) {
                poke(at, TABLES + 0x1000L * tables++ | 3);
            }
            table = peek(at) & 0x0000_FFFF_FFFF_F000L;
        }
        return table + (va >>> 12 & 511) * 8;
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
        write(SystemRegister.PMBSR_EL1, 0);
        write(SystemRegister.PMBPTR_EL1, pointer);
        write(SystemRegister.PMBLIMITR_EL1, limit | E);
        write(SystemRegister.PMSIRR_EL1, 256);
        write(SystemRegister.PMSFCR_EL1, 0);
        write(SystemRegister.PMSCR_EL1, 3);
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
        operation.begin(pe.pc, pe.el, true, pe.cycles());
        pe.executed++;
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
