// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.vcpu;

import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.parts.VmDescription;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.checks.RegisterWatch;
import dev.spelunk.hypervisor.kvm.interrupts.HostInterrupts;
import dev.spelunk.hypervisor.kvm.interrupts.InterruptDelivery;
import dev.spelunk.hypervisor.kvm.interrupts.VirtualInterrupts;
import dev.spelunk.hypervisor.kvm.memory.HeldPages;
import dev.spelunk.hypervisor.kvm.memory.StageTwo;
import dev.spelunk.hypervisor.kvm.memory.VmMemory;
import dev.spelunk.hypervisor.kvm.profiling.GuestBuffer;
import dev.spelunk.hypervisor.kvm.registers.GuestContext;
import dev.spelunk.hypervisor.kvm.registers.HypervisorControls;
import dev.spelunk.hypervisor.kvm.registers.StrictWrites;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.state.ExitReason;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.hypervisor.kvm.state.VcpuState;
import dev.spelunk.hypervisor.kvm.state.VmState;
import java.util.Arrays;

/**
 * One vCPU on a PE: vcpu reset, load and put, exits from the guest and entries to it. What an exit is about is the
 * business of its {@link ExitHandlers}.
 */
public final class KvmVcpu implements Vcpu {
    private static final int EL2 = 2;
    /** EL1h with all interrupts masked. */
    private static final long BOOT_SPSR = 0x3C5;

    private static final long EL2_SPSR = 0x3C9;

    /** X0 to X3, of which the arm64 boot protocol of Linux says that they are arguments or 0. */
    private static final int ARGUMENTS = 4;

    private static final int[] BUFFER = {
        SystemRegister.PMBLIMITR_EL1, SystemRegister.PMBPTR_EL1, SystemRegister.PMBSR_EL1
    };

    private final VmDescription description;
    private final int index;
    /** Where it is while it is not on a PE: the PE's own context where it never leaves it. */
    private final PeContext home;
    /** What goes between {@link #home} and the PE. */
    private final int[] guestRegisters;

    private final PeContext context;
    private final VcpuState state;
    private final VmState vm;
    private final HostCosts costs;
    private final boolean strictWrites;
    private final boolean resident;
    private final VmMemory memory;
    private final InterruptDelivery delivery;
    private final InterruptDistributor distributor;
    private final HostInterrupts host;
    private final VirtualInterrupts interrupts;
    private final WorldSwitch worldSwitch;
    private final ExitHandlers handlers;
    private final GuestBuffer buffer;
    /** Null when nobody asked for a timeline or for checks. */
    private final RegisterWatch watch;

    private final Exit exit = new Exit();

    public KvmVcpu(
            VmDescription description,
            VcpuPower power,
            int index,
            PeContext context,
            VmState vm,
            VcpuState state,
            VmMemory memory,
            StageTwo stage2,
            HostSettings settings,
            InterruptDistributor distributor) {
        this.description = description;
        this.index = index;
        home = description.processors().vcpus().get(index);
        guestRegisters = GuestContext.registers(home);
        this.context = context;
        this.vm = vm;
        this.state = state;
        costs = settings.costs();
        strictWrites = settings.strictWrites();
        resident = settings.series().resident();
        this.distributor = distributor;
        this.memory = memory;
        host = new HostInterrupts(context);
        interrupts = new VirtualInterrupts(context, index, distributor, host);
        watch = context.architecture.profiling() != null
                        && (description.options().check() || context.trace != null)
                ? new RegisterWatch(context, index, state, vm, description.options(), settings)
                : null;
        worldSwitch = new WorldSwitch(
                context,
                index,
                state,
                vm,
                stage2,
                home.register(SystemRegister.MPIDR_EL1),
                settings.series().series(),
                HypervisorControls.pmscr(
                        description.options().physicalAddresses(),
                        settings.series().perfmonCapable()),
                watch);
        handlers = new ExitHandlers(description, power, this, exit, vm, memory, host, watch);
        delivery = new InterruptDelivery(context, index, state, vm, host, costs.interruptDelivery());
        buffer = context.architecture.profiling() == null
                ? null
                : new GuestBuffer(
                        context,
                        state,
                        vm,
                        memory,
                        new HeldPages(context.machine, "kvm.vcpu." + index + ".pins", memory),
                        new PageList(context.machine, "kvm.vcpu." + index + ".buffer"),
                        description.contributions().pinningPolicy(),
                        settings,
                        description.options().profiling().maxBufferSize());
    }

    /** vcpu reset, vcpu load on a PE at EL2 as the host, and the first entry. */
    public void start(long entry, long x0) {
        reset(entry, x0);
        context.pe.restorePstate(EL2_SPSR);
        worldSwitch.load();
        if (watch != null) {
            watch.begin("vCPU reset and load");
        }
        interrupts.reset();
        host.initialize();
        exit.resume(state.resumeAddress(), state.resumeSpsr());
        enter();
    }

    /** Serves the exception that was taken to EL2. Unless the outcome ends the VM, the guest runs afterwards. */
    public Outcome exit() {
        if (notYet()) {
            return Outcome.RESUME;
        }
        Outcome outcome = serveExit();
        if (outcome == Outcome.RESUME) {
            enter();
        }
        return outcome;
    }

    /** Takes the exit's registers. Whether the guest goes on at once: its SPU's interrupt has only begun to come. */
    public boolean notYet() {
        exit.begin(context);
        if (context.core.lastExceptionKind() == Core.IRQ && delivery.begins()) {
            exit.finish(context);
            return true;
        }
        return false;
    }

    /** Takes the guest out of the PE and serves its exit. */
    public Outcome serveExit() {
        int kind = context.core.lastExceptionKind();
        state.outside(true);
        if (watch != null) {
            watch.exitTaken();
        }
        int intid = kind == Core.IRQ ? host.acknowledge() : InterruptDistributor.SPURIOUS;
        long pmbsr = worldSwitch.exit();
        if (watch != null) {
            watch.left();
        }
        interrupts.fold();
        // What the guest did to its timers and PMU shows in what it now reads of the virtual GIC.
        interrupts.sampleLines();
        spend(costs.exit());
        if (pmbsr != 0) {
            delivery.ends(buffer.hardwareReported(pmbsr));
        }
        if (watch != null) {
            watch.reported();
        }
        Outcome outcome = handlers.serve(kind, intid);
        vm.exitTimes.count(vm.reason(), context.pe.cycles());
        if (watch != null) {
            watch.served(vm.reason());
        }
        return outcome;
    }

    /**
     * vcpu put on the hardware that was, vcpu load on the one that is, without the guest's doing, as around a
     * migration. In-memory registers go along, and so do the pins: the pages are where they were.
     */
    public void hostChanged() {
        if (!leave()) {
            return;
        }
        worldSwitch.reload();
        if (watch != null) {
            watch.begin("the host is another one");
        }
        enter();
    }

    /**
     * Takes the vCPU out of the guest between two operations, without the guest's doing, and waits until it is out.
     *
     * @return false when it was not there
     */
    public boolean leave() {
        if (state.outside()) {
            return false;
        }
        // A WFE that waits may end at any time.
        boolean waits = context.pe.waiting && !context.pe.waitingForEvent;
        context.pe.waiting = false;
        context.core.takeException(EL2, Core.IRQ, 0, false, 0);
        state.outside(true);
        exit.begin(context);
        long pmbsr = worldSwitch.exit();
        interrupts.fold();
        spend(costs.exit());
        if (pmbsr != 0) {
            delivery.ends(buffer.hardwareReported(pmbsr));
        }
        exit.waits = waits;
        return true;
    }

    /** Goes back to the guest after {@link #leave}. */
    public void comeBack() {
        vm.count(ExitReason.IRQ_KICK);
        vm.exitTimes.count(ExitReason.IRQ_KICK, context.pe.cycles());
        if (watch != null) {
            watch.begin("kicked by user space");
        }
        enter();
    }

    /** The host has the PE, and no vCPU is on it. */
    public void hostOnly() {
        context.pe.restorePstate(EL2_SPSR);
        worldSwitch.load();
        interrupts.reset();
        host.initialize();
        worldSwitch.put();
    }

    /** vcpu reset, while it is not in the guest. */
    public void reset(long entry, long x0) {
        unpin();
        state.create();
        state.resume(entry, BOOT_SPSR);
        home.reset(1);
        if (home.unknownSeed == null) {
            Arrays.fill(home.pe.x, 0, PeState.ZERO, 0);
        } else {
            resetBuffer();
        }
        home.pe.x[0] = x0;
        home.register(SystemRegister.ICH_VMCR_EL2, 0);
        home.register(SystemRegister.ICH_AP1R0_EL2, 0);
    }

    /** The registers that the vCPU has in memory hold what hardware's do after a reset. */
    private void resetBuffer() {
        Arrays.fill(home.pe.x, 0, ARGUMENTS, 0);
        for (int encoding : BUFFER) {
            RegisterDescription register = home.registers.description(encoding);
            if (register != null) {
                state.register(encoding, home.afterReset(register));
            }
        }
    }

    /** vcpu put: the PE is the host's, and what the guest had in it is in the vCPU's context. */
    public void put() {
        GuestContext.copy(context, home, guestRegisters);
        state.resume(exit.address, exit.spsr);
        worldSwitch.put();
    }

    /**
     * vcpu load, and the entry.
     *
     * @param flush whether another vCPU was on the PE: what the TLB holds may be its
     * @param waits whether it waits for an interrupt
     */
    public void load(boolean flush, boolean waits) {
        worldSwitch.load();
        GuestContext.copy(home, context, guestRegisters);
        if (flush) {
            worldSwitch.flush();
        }
        context.translator.contextChanged();
        context.pe.changed = -1;
        if (watch != null) {
            watch.begin("vCPU load");
        }
        exit.resume(state.resumeAddress(), state.resumeSpsr());
        exit.waits = waits;
        enter();
    }

    /** Its context while it is not on a PE, with what firmware knows of it. */
    public PeContext home() {
        return home;
    }

    public boolean powered() {
        return home.pe.powered;
    }

    /** The guest has switched it off. */
    void off() {
        home.pe.powered = false;
        home.pe.changed |= PeState.CHANGED_POWER;
    }

    /** Whether the guest waits for an interrupt from the next entry on. */
    public boolean waits() {
        return exit.waits;
    }

    public void waits(boolean value) {
        exit.waits = value;
    }

    /** Whether it left the guest by a WFE, and others may have the PE. */
    public boolean yields() {
        return exit.yields;
    }

    /** Whether a WFE that would wait leaves the guest from the next entry on. */
    public void trapsWfe(boolean value) {
        state.trapsWfe(value);
    }

    /** What a guest that does nothing but wait has in its registers each time that it comes out, in one number. */
    public long fingerprint() {
        long result = exit.address * 31 + exit.spsr;
        for (int i = 0; i < PeState.ZERO; i++) {
            result = result * 31 + context.pe.x[i];
        }
        return result;
    }

    public boolean injects() {
        return exit.injects();
    }

    /** Whether an interrupt is pending for the vCPU on this PE. */
    public boolean hasPending() {
        if (buffer != null) {
            distributor.setLine(index, options().profiling().interrupt(), buffer.interruptLevel());
        }
        interrupts.sampleLines();
        return interrupts.pending();
    }

    /** Whether an interrupt is pending for the vCPU, wherever it is. */
    public boolean somethingPending() {
        return interrupts.pending();
    }

    /** Virtual time at which a timer of the vCPU expires while it is on no PE. */
    public long timerDue() {
        return interrupts.timerDue(home, vm.counterOffset());
    }

    public void enter() {
        spend(costs.entry());
        if (buffer != null) {
            distributor.setLine(index, options().profiling().interrupt(), buffer.interruptLevel());
        }
        interrupts.sampleLines();
        interrupts.flush();
        if (buffer != null) {
            buffer.beforeEntry();
        }
        worldSwitch.enter(buffer != null && buffer.loadable());
        exit.finish(context);
        context.pe.spu.hiddenReturns++;
        state.outside(false);
        if (watch != null) {
            watch.entered(distributor.line(index, options().profiling().interrupt()));
        }
        if (exit.waits) {
            description.gic().controller().update(context);
            context.pe.waiting = context.pe.interrupts == 0;
            context.pe.waitingForEvent = false;
        }
    }

    private void spend(long cycles) {
        if (cycles != 0) {
            memory.spend(cycles);
            context.pe.changed |= PeState.CHANGED_TIMERS;
        }
    }

    /** Why an exit was FAILED. */
    public String failure() {
        return handlers.failure();
    }

    /** The virtual distributor has changed something for this vCPU: when it is in the guest it has to come out. */
    public void interruptsChanged() {
        if (!state.outside()) {
            host.kick();
        }
    }

    /** vcpu put, and let go of every page. */
    public void close() {
        unpin();
        if (context.pe.el == 2) {
            worldSwitch.put();
        }
    }

    private void unpin() {
        if (buffer != null) {
            buffer.letGo();
        }
    }

    /** Drops everything derived from the state, which has been replaced. */
    public void invalidate() {
        if (watch != null) {
            watch.begin("state replaced");
        }
    }

    /** What is on its way to the host's handler. */
    public InterruptDelivery delivery() {
        return delivery;
    }

    /** The buffer of the guest, null when the machine has no SPE. */
    public GuestBuffer buffer() {
        return buffer;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public PeContext pe() {
        return context;
    }

    @Override
    public long memory(int encoding) {
        return state.register(encoding);
    }

    @Override
    public void memory(int encoding, long value) {
        state.register(encoding, value);
    }

    @Override
    public void bufferWrite(int encoding, long value) {
        long previous = state.register(encoding);
        long strict = StrictWrites.stored(encoding, state.register(SystemRegister.PMBLIMITR_EL1), previous, value);
        if (strict != value) {
            vm.countIgnorable(encoding, exit.address);
        }
        long stored = strictWrites ? strict : value;
        state.register(encoding, stored);
        boolean ignored = stored != value && stored == previous;
        if (!ignored) {
            state.logged(false);
        }
        if (buffer != null && !ignored && !resident) {
            buffer.written(encoding, previous);
        }
    }

    @Override
    public void debugAccessed() {
        worldSwitch.debugAccessed();
    }

    @Override
    public void osLockWritten() {
        worldSwitch.osLockWritten();
    }

    @Override
    public InterruptDistributor interrupts() {
        return distributor;
    }

    @Override
    public VmOptions options() {
        return description.options();
    }
}
