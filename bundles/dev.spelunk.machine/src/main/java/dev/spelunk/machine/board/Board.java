// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.parts.DeviceContext;
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
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.SCR_EL3;
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
    private static final long DEVICE_TREE_ROOM = 2 << 20;

    private static final long PAGE = 0x1000;
    /** APK and API, for an EL1 with nothing at EL2. */
    private static final long HCR_EL2_POINTER_AUTHENTICATION = HCR_EL2.APK | HCR_EL2.API;
    /** NS, HCE, RW, APK, API, FGTEn and FGTEn2. */
    private static final long SCR_EL3_RESET =
            SCR_EL3.NS | SCR_EL3.HCE | SCR_EL3.RW | SCR_EL3.APK | SCR_EL3.API | SCR_EL3.FGTEn | SCR_EL3.FGTEn2;
    /** NSPB: Non-secure state has the buffer; EnPMSN, EnPMS3 and EnPMS4; PMSEE: profiling exceptions are delegated. */
    private static final long MDCR_EL3_RESET =
            MDCR_EL3.NSPB | MDCR_EL3.EnPMSN | MDCR_EL3.EnPMS3 | 1L << MDCR_EL3.PMSEE_SHIFT | MDCR_EL3.EnPMS4;

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
        records = new RecordLog(options.cpus(), options.records());
        ends.add(records);
        if (ends.trace != null) {
            records.add(new BufferFill(options.cpus(), ends.trace));
        }
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
            warmReset(context, parts.hypervisor() != null || options.el() == 2 ? 2 : 1);
        }
    }

    void makeDevices() {
        for (PlatformDevice part : platform) {
            int place = wiring.devices.size();
            Device device = part.create(new Wiring(place));
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

    /** As after a Warm reset, with what firmware at EL3 sets up for Non-secure EL2 and EL1. */
    static void warmReset(PeContext context, int el) {
        context.warmReset(el);
        firmware(context, SystemRegister.SCR_EL3, SCR_EL3_RESET);
        firmware(context, SystemRegister.MDCR_EL3, MDCR_EL3_RESET);
        if (el == 1 && context.architecture.has("FEAT_PAuth") && context.architecture.has("FEAT_EL2")) {
            context.register(
                    SystemRegister.HCR_EL2, context.register(SystemRegister.HCR_EL2) | HCR_EL2_POINTER_AUTHENTICATION);
        }
        context.translator.contextChanged();
    }

    /** Sets a register of EL3 as firmware does: fields that are not there stay 0. */
    private static void firmware(PeContext context, int encoding, long value) {
        RegisterDescription definition = context.registers.description(encoding);
        if (definition != null) {
            context.register(encoding, definition.merge(0, value));
        }
    }

    /** Bytes of RAM that a guest entered now sees: its own, or where it is a hypervisor's the machine's. */
    public long visibleMemory() {
        return options.under() == null ? options.memory() : ramSize;
    }

    /** Guest address of what a boot loader hands over: as high as it can be, a whole number of pages. */
    long highest(long below, long size) {
        return below - size & -PAGE;
    }

    /** Guest address below which a boot loader puts what it hands over. */
    long handedOverEnd() {
        return RAM_BASE + visibleMemory() - DEVICE_TREE_ROOM;
    }

    /** Guest address of an initial RAM disk. */
    long initrdAddress(byte[] initrd) {
        return highest(handedOverEnd(), initrd.length);
    }

    /**
     * Puts the guest into memory and PE 0 at its entry.
     *
     * @param initrd the initial RAM disk, or null
     * @param modules what a hypervisor is handed over
     */
    public void load(GuestImage image, byte[] initrd, BootModules modules, byte[] deviceTree) {
        for (GuestImage.Load load : image.loads) {
            state.memory.copyIn(physical(load.address()), image.content, load.fileOffset(), load.fileSize());
        }
        modules.load(this, image.end());
        long end = RAM_BASE + visibleMemory();
        // The boot protocol wants the tree 8-byte aligned, within 2 MiB and out of the kernel's way.
        long at = end - deviceTree.length & -PAGE;
        if (initrd != null) {
            long ramDisk = initrdAddress(initrd);
            if (ramDisk < image.end()) {
                throw new BadInputException("initrd " + options.initrd() + ": no room for its " + (initrd.length >> 10)
                        + " KiB beside the kernel: give more with --memory");
            }
            state.memory.copyIn(physical(ramDisk), initrd, 0, initrd.length);
        }
        if (Long.compareUnsigned(at, image.end()) < 0) {
            throw new BadInputException(
                    "guest " + image.file + ": no room for the device tree above it: give more with --memory");
        }
        state.memory.copyIn(physical(at), deviceTree, 0, deviceTree.length);
        start(image.entry, at);
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

    /** What a device sees of the machine. */
    private final class Wiring implements DeviceContext {
        /** The device's place among those of the board. */
        private final int place;

        private Wiring(int place) {
            this.place = place;
        }

        @Override
        public MachineState machine() {
            return state;
        }

        @Override
        public PeContext[] pes() {
            return pes;
        }

        @Override
        public void setLine(int pe, int intid, boolean level) {
            // PPIs are the PE's own and go to the host; SPIs are of devices that the VM's user space emulates.
            if (intid >= 32 && wiring.vm != null) {
                wiring.vm.setLine(pe, intid, level);
            } else {
                wiring.distributor.setLine(pe, intid, level);
            }
        }

        @Override
        public void deadline(int pe, long cycles) {
            wiring.deadlines.set(place, pe, cycles);
        }

        @Override
        public void console(int value) {
            console.write(value);
        }

        @Override
        public int consoleInput() {
            return console.read();
        }

        @Override
        public Peripherals peripherals() {
            return ends.peripherals;
        }

        @Override
        public int entryEl() {
            return options.el();
        }

        @Override
        public GuestMemory memory() {
            return deviceMemory;
        }
    }
}
