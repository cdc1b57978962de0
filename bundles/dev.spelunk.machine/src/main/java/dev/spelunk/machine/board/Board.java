// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.parts.VmDescription;
import dev.spelunk.api.parts.VmDescription.Contributions;
import dev.spelunk.api.parts.VmDescription.Memory;
import dev.spelunk.api.parts.VmDescription.Processors;
import dev.spelunk.api.parts.VmDescription.VirtualGic;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.Bus;
import dev.spelunk.api.state.BusListener;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.compose.Selection;
import dev.spelunk.machine.records.BufferFill;
import dev.spelunk.machine.records.RecordLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The wired hardware of one machine, laid out like QEMU's {@code virt} board, with the VM on it if there is one. */
public final class Board {
    public static final long RAM_BASE = 0x4000_0000L;
    static final long DISTRIBUTOR = 0x0800_0000L;
    static final long DISTRIBUTOR_SIZE = 0x1_0000L;
    static final long REDISTRIBUTORS = 0x080A_0000L;
    static final long REDISTRIBUTOR_SIZE = 0x2_0000L;
    /** Host memory that is not the guest's: stage 2 tables. A multiple of 2 MiB keeps stage 2 blocks possible. */
    static final int HOST_RESERVED = 32 << 20;
    /** The tree lies in the last 2 MiB, so that its size, which depends on where the RAM disk is, moves nothing. */
    /** APK and API, for an EL1 with nothing at EL2. */
    /** Changes in a swap, as what is made of it. */
    public Selection parts;

    /** What the machine implements; a PE without SPE implements less. Changes in a swap. */
    public Architecture architecture;

    public final MachineState state;
    public final PeContext[] pes;
    /** Contexts of vCPUs that share the PEs; none where each has its own. */
    public final PeContext[] vcpus;

    public final BoardWiring wiring;
    public final RecordLog records;
    public final BufferFill fill;

    public final HostEnds ends;
    public final Console console;
    /** Where the guest's memory begins in physical memory; guest addresses begin at {@link #RAM_BASE}. */
    final long guestBase;
    /** Size of the machine's RAM in bytes. */
    private final long ramSize;

    public final RunOptions options;
    private final Bus userDevices = new Bus();
    private final GuestMemory deviceMemory;
    private final int hostReserved;
    private final List<PlatformDevice> platform;
    private final List<PeContext> contexts = new ArrayList<>();
    /** What the VM follows; null before there is one. */
    BufferPinningPolicy policy;

    public Board(Selection parts, Architecture architecture, RunOptions options) {
        this(parts, architecture, options, HOST_RESERVED, parts.devices());
    }

    /**
     * @param hostReserved bytes of the host's own memory under a hypervisor
     * @param platform the devices to be made
     */
    public Board(
            Selection parts,
            Architecture architecture,
            RunOptions options,
            int hostReserved,
            List<PlatformDevice> platform) {
        this.parts = parts;
        this.architecture = architecture;
        this.platform = platform;
        this.options = options;
        this.hostReserved = hostReserved;
        boolean kvm = parts.hypervisor() != null;
        ends = new HostEnds(options);
        console = new Console(ends.output, ends.input);
        guestBase = kvm ? RAM_BASE + hostReserved : RAM_BASE;
        ramSize = options.memory() + (options.under() == null ? guestBase - RAM_BASE : HOST_RESERVED);
        PhysicalMemory memory = allocate(ramSize);
        VmOptions vmOptions = options.vm();
        boolean shared = kvm && vmOptions.sharesPes(options.cpus());
        state = new MachineState(
                kvm && vmOptions.physicalPes() != 0 ? vmOptions.physicalPes() : options.cpus(),
                shared ? options.cpus() : 0,
                memory,
                options.seed());
        if (options.laterSeed() != null) {
            ends.atFirstRead(
                    options.laterSeed().port(),
                    () -> state.reseed(options.laterSeed().seed()));
        }
        records = new RecordLog(options.cpus(), options.records());
        ends.add(records);
        fill = new BufferFill(options.cpus(), ends.trace);
        records.add(fill);
        pes = contexts(state.pes);
        vcpus = contexts(state.vcpus);
        contexts.addAll(List.of(pes));
        contexts.addAll(List.of(vcpus));
        contexts.forEach(context -> context.unknownSeed = options.unknownSeed());
        for (PeContext context : pes) {
            context.trace = ends.trace;
            context.records = records;
        }
        wiring = new BoardWiring(pes);
        deviceMemory = new DeviceMemory(memory, RAM_BASE, options.memory(), () -> wiring.vm);
        for (Stage stage : Stage.values()) {
            stage.make(this);
        }
    }

    private PeContext[] contexts(PeState[] of) {
        return Arrays.stream(of).map(pe -> new PeContext(state, pe)).toArray(PeContext[]::new);
    }

    /** Of the PEs, and of the vCPUs that share them: nothing executes on those. */
    List<PeContext> contexts() {
        return contexts;
    }

    /**
     * Makes anew what the parts that differ have made, over the same state, between two operations.
     *
     * @param after the parts of the machine from here on
     * @param implemented what the machine implements from here on
     * @throws RuntimeException when a part fails: everything is as it was
     */
    public void exchange(Selection after, Architecture implemented) {
        Selection before = parts;
        Architecture old = architecture;
        List<Core> cores = cores();
        List<Runnable> back = new ArrayList<>();
        parts = after;
        architecture = implemented;
        try {
            for (Stage stage : Stage.values()) {
                if (stage.changes(before, after, old, implemented)) {
                    back.add(stage.remember(this));
                    stage.make(this);
                }
            }
            invalidate();
        } catch (RuntimeException | Error e) {
            List<Core> failed = cores();
            parts = before;
            architecture = old;
            back.forEach(Runnable::run);
            closeWithout(failed, cores());
            invalidate();
            throw e;
        }
        closeWithout(cores, cores());
    }

    private List<Core> cores() {
        return Arrays.stream(pes).map(c -> c.core).toList();
    }

    private static void closeWithout(List<Core> some, List<Core> others) {
        some.stream().filter(core -> !others.contains(core)).forEach(Core::close);
    }

    private static PhysicalMemory allocate(long size) {
        try {
            return new PhysicalMemory(RAM_BASE, Math.toIntExact(size));
        } catch (OutOfMemoryError | ArithmeticException e) {
            throw new BadInputException(
                    "the host cannot give the machine " + (size >> 20) + " MiB of memory: use a smaller --memory");
        }
    }

    /** What a context implements: the machine's architecture, or that without SPE. */
    Architecture architectureOf(PeContext context) {
        // A vCPU that shares PEs is none of them, whatever its number.
        boolean without =
                List.of(pes).contains(context) && options.vm().pesWithoutSpe().contains(context.pe.index);
        return without ? architecture.withoutProfiling() : architecture;
    }

    /** Lays out the registers of a context, with the values that it has. */
    RegisterLayout layOut(PeContext context) {
        RegisterFile registers = parts.registerModel().create(context, parts.registerBanks(), context.registers);
        return new RegisterLayout(registers, context.pe.sys);
    }

    /** The SPU of a PE; null when it has none. */
    Sampler makeSampler(PeContext context) {
        return parts.samplingUnit() == null || context.architecture.profiling() == null
                ? null
                : parts.samplingUnit().create(context, parts.profilingRules());
    }

    /** The PEs as the guest sees them. */
    PeContext[] guestPes() {
        return vcpus.length == 0 ? pes : vcpus;
    }

    /** Sets who is told of accesses of devices, those of the machine and those of a VM's user space. */
    public void tellOfDevices(BusListener listener) {
        state.memory.bus.listener(listener);
        userDevices.listener(listener);
    }

    /** The physical distributor of {@link #parts}, over the state that is there. */
    InterruptDistributor makeDistributor() {
        StateBlock gic = state.block("gic", parts.interruptController().stateWords(pes.length), 0);
        return parts.interruptController()
                .create(gic, affinities(), pe -> state.pes[pe].changed |= PeState.CHANGED_INTERRUPTS);
    }

    /** Puts a distributor on the bus, in the place of the one before. */
    void place(InterruptDistributor distributor) {
        InterruptDistributor old = wiring.distributor;
        if (old == null) {
            state.memory.bus.add(DISTRIBUTOR, DISTRIBUTOR_SIZE, distributor.distributor());
            state.memory.bus.add(REDISTRIBUTORS, REDISTRIBUTOR_SIZE * pes.length, distributor.redistributors());
        } else {
            state.memory.bus.replace(old.distributor(), distributor.distributor());
            state.memory.bus.replace(old.redistributors(), distributor.redistributors());
        }
        wiring.distributor = distributor;
        wiring.interruptController = parts.interruptController();
        for (PeContext context : pes) {
            context.interrupts = distributor;
        }
    }

    /** Puts every PE into the state in which it starts. */
    void reset() {
        for (PeContext context : pes) {
            Firmware.warmReset(context, parts.hypervisor() != null || options.el() == 2 ? 2 : 1);
        }
    }

    void makeDevices() {
        for (PlatformDevice part : platform) {
            int place = wiring.devices.size();
            Device device = part.create(new DeviceWiring(this, place, deviceMemory));
            if (device == null) {
                wiring.deadlines.clear(place);
                continue;
            }
            wiring.devices.add(device);
            if (device.base() >= 0) {
                (parts.hypervisor() != null ? userDevices : state.memory.bus).add(device.base(), device.size(), device);
            }
        }
    }

    /** The VM of {@link #parts}, over the state of the one that is there; null without hypervisor. */
    VirtualMachine makeVm() {
        if (parts.hypervisor() == null) {
            return null;
        }
        VirtualMachine vm = parts.hypervisor()
                .create(new VmDescription(
                        vcpus.length == 0
                                ? Processors.own(List.of(pes))
                                : Processors.shared(List.of(pes), List.of(vcpus)),
                        new Memory(RAM_BASE, options.memory(), guestBase, RAM_BASE, hostReserved),
                        new VirtualGic(parts.interruptController(), DISTRIBUTOR, REDISTRIBUTORS),
                        userDevices,
                        new Contributions(wiring.firmware, parts.trapHandlers(), parts.pinningPolicy()),
                        options.vm()));
        if (wiring.vm != null) {
            vm.invalidate();
        }
        return vm;
    }

    /** Lets the VM follow a policy; a VM that has just been made for the first time does already. */
    void pin(BufferPinningPolicy made) {
        if (policy != null && wiring.vm != null) {
            // The pages to be pinned are looked up through what the PEs' parts have derived.
            invalidate();
            wiring.vm.pinningPolicy(made);
        }
        policy = made;
    }

    private long[] affinities() {
        return Arrays.stream(pes)
                .mapToLong(c -> c.register(SystemRegister.MPIDR_EL1))
                .toArray();
    }

    /** Bytes of RAM that a guest entered now sees: its own, or where it is a hypervisor's the machine's. */
    public long visibleMemory() {
        return options.under() == null ? options.memory() : ramSize;
    }

    /** Puts every PE at the entry; PE 0 is on. */
    public void start(long entry, long x0) {
        for (PeContext context : pes) {
            if (wiring.vm == null) {
                context.pe.pc = entry;
                // As the arm64 boot protocol of Linux has it.
                Arrays.fill(context.pe.x, 0, 4, 0);
                context.pe.x[0] = x0;
            } else {
                wiring.vm.start(context, entry, x0);
            }
            if (vcpus.length == 0) {
                context.pe.powered = context.pe.index == 0;
            }
        }
    }

    /** The state has been replaced as a whole: everything derived from it goes. */
    public void stateReplaced() {
        invalidate();
        if (wiring.vm != null) {
            wiring.vm.invalidate();
        }
    }

    /** Everything that the PEs' parts have derived goes. */
    void invalidate() {
        for (PeContext context : pes) {
            context.translator.invalidate();
            context.core.invalidate();
            context.latencyModel.invalidate();
            if (context.sampler != null) {
                context.sampler.invalidate();
            }
            context.pe.changed |= PeState.CHANGED_PROFILING | PeState.CHANGED_INTERRUPTS | PeState.CHANGED_TIMERS;
        }
    }

    /** Tears the VM down and lets go of what is outside the machine. */
    public void close() {
        if (wiring.vm != null) {
            wiring.vm.close();
        }
        for (PeContext context : pes) {
            context.core.close();
        }
        records.close();
    }

    /** Physical address of a guest address, before any migration. */
    public long physical(long guestAddress) {
        return guestAddress - RAM_BASE + guestBase;
    }
}
