// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.hypervisor.VmDescription;
import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.platform.FirmwareCalls;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import java.util.List;

/** One vCPU, loaded on its PE: serves exits and enters the guest again. */
final class KvmVcpu implements Vcpu {
    private static final int EL2 = 2;
    private static final int EC_WFX = 0x01;
    private static final int EC_HVC = 0x16;
    private static final int EC_SMC = 0x17;
    private static final int EC_SYSTEM_REGISTER = 0x18;
    private static final int EC_INSTRUCTION_ABORT = 0x20;
    private static final int EC_DATA_ABORT = 0x24;
    private static final long WFX_IS_WFE = 1;
    private static final int IMMEDIATE_MASK = 0xFFFF;
    private static final long NOT_SUPPORTED = -1;
    /** EL1h with all interrupts masked. */
    private static final long BOOT_SPSR = 0x3C5;
    private static final long EL2_SPSR = 0x3C9;

    private final VmDescription description;
    private final List<TrapHandler> handlers;
    private final PeContext[] contexts;
    private final KvmVirtualMachine machine;
    private final int index;
    /** Its context while it is not on a PE; null when it has a PE of its own. */
    private final PeContext saved;
    /** What goes between {@link #saved} and the PE. */
    private final int[] guestRegisters;
    private final PeContext context;
    private final VcpuState state;
    private final VmState vm;
    private final HostCosts costs;
    private final VmMemory memory;
    private final InterruptDelivery delivery;
    private final InterruptDistributor distributor;
    private final HostInterrupts host;
    private final VirtualInterrupts interrupts;
    private final WorldSwitch worldSwitch;
    private final MemoryAborts aborts;
    private final ProfilingBuffer buffer;
    /** Null when nobody asked for a timeline or for checks. */
    private final RegisterWatch watch;
    private final Exit exit = new Exit();
    private String failure = "";

    KvmVcpu(
            VmDescription description, KvmVirtualMachine machine, int index, PeContext context, VmState vm, VcpuState state, VmMemory memory,
            StageTwo stage2, HostCosts costs, InterruptDistributor distributor) {
        this.description = description;
        this.machine = machine;
        this.index = index;
        saved = description.vcpus().isEmpty() ? null : description.vcpus().get(index);
        guestRegisters = saved == null ? null : GuestContext.registers(saved);
        this.context = context;
        this.vm = vm;
        this.state = state;
        this.costs = costs;
        this.distributor = distributor;
        contexts = description.firmwareContexts().toArray(PeContext[]::new);
        this.memory = memory;
        handlers = description.trapHandlers();
        host = new HostInterrupts(context);
        interrupts = new VirtualInterrupts(context, index, distributor, host);
        watch = context.architecture.profiling() != null && (description.options().check() || context.trace != null)
                ? new RegisterWatch(context, index, state, vm, description.options()) : null;
        worldSwitch = new WorldSwitch(context, state, vm, stage2,
                contexts[index].register(SystemRegister.MPIDR_EL1), description.options().physicalAddresses(), watch);
        aborts = new MemoryAborts(vm, context.pe, memory, distributor, description.distributorBase(),
                description.redistributorBase(), contexts.length, description.userDevices());
        delivery = new InterruptDelivery(context, state, vm, host, costs.interruptDelivery());
        buffer = context.architecture.profiling() == null ? null : new ProfilingBuffer(context, state, vm, memory,
                new HeldPages(context.machine, "kvm.vcpu." + index + ".pins", memory),
                new PageList(context.machine, "kvm.vcpu." + index + ".buffer"), description.pinningPolicy(), costs,
                description.options().profiling().maxBufferSize());
    }

    /** vcpu reset, vcpu load on a PE at EL2 as the host, and the first entry. */
    void start(long entry, long x0) {
        PeState pe = context.pe;
        pe.restorePstate(EL2_SPSR);
        unpin();
        state.create();
        worldSwitch.load();
        if (watch != null) {
            watch.begin("vCPU reset and load");
        }
        interrupts.reset();
        host.initialize();
        RegisterDefinition sctlr = context.registers.definition(SystemRegister.SCTLR_EL1);
        if (sctlr != null) {
            context.register(SystemRegister.SCTLR_EL1, sctlr.reset());
        }
        pe.x[0] = x0;
        for (int i = 1; i < PeState.ZERO; i++) {
            pe.x[i] = 0;
        }
        exit.begin(context);
        exit.address = entry;
        exit.spsr = BOOT_SPSR;
        enter();
    }

    /** Serves the exception that was taken to EL2. Unless the outcome ends the VM, the guest runs afterwards. */
    Outcome exit() {
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
    boolean notYet() {
        exit.begin(context);
        if (context.core.lastExceptionKind() == Core.IRQ && delivery.begins()) {
            exit.finish(context);
            return true;
        }
        return false;
    }

    /** Takes the guest out of the PE and serves its exit. */
    Outcome serveExit() {
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
        Outcome outcome = serve(kind, intid);
        if (watch != null) {
            watch.served(vm.reason());
        }
        return outcome;
    }

    /**
     * vcpu put on the hardware that was, vcpu load on the one that is, without the guest's doing, as around a
     * migration. In-memory registers go along, and so do the pins: the pages are where they were.
     */
    void hostChanged() {
        if (state.outside()) {
            return;
        }
        boolean waits = context.pe.waiting;
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
        worldSwitch.reload();
        if (watch != null) {
            watch.begin("the host is another one");
        }
        exit.waits = waits;
        enter();
    }

    private Outcome serve(int kind, int intid) {
        switch (kind) {
            case Core.IRQ:
                interrupted(intid);
                return Outcome.RESUME;
            case Core.SYNCHRONOUS:
                return synchronous();
            default:
                vm.count(ExitReason.OTHER);
                return fail((kind == Core.FIQ ? "an FIQ" : "an SError interrupt") + " was taken to EL2 while the guest ran at 0x"
                        + Long.toHexString(exit.address) + ", and the KVM model has no use for it");
        }
    }

    /** One interrupt for each exit: another one that is pending makes the guest exit again. */
    private void interrupted(int intid) {
        vm.count(HostInterrupts.reason(intid));
        if (HostInterrupts.spurious(intid)) {
            return;
        }
        host.end(intid);
    }

    private Outcome synchronous() {
        switch (exit.exceptionClass()) {
            case EC_WFX:
                vm.count(ExitReason.WFX);
                exit.advance();
                exit.waits = (exit.syndrome & WFX_IS_WFE) == 0;
                return Outcome.RESUME;
            case EC_HVC:
                vm.count(ExitReason.HVC);
                return firmware();
            case EC_SMC:
                vm.count(ExitReason.SMC);
                exit.advance();
                if ((exit.syndrome & IMMEDIATE_MASK) != 0) {
                    context.pe.x[0] = NOT_SUPPORTED;
                    return Outcome.RESUME;
                }
                return firmware();
            case EC_SYSTEM_REGISTER:
                vm.count(ExitReason.SYSTEM_REGISTER);
                systemRegister();
                return Outcome.RESUME;
            case EC_INSTRUCTION_ABORT:
            case EC_DATA_ABORT:
                return aborts.serve(exit, exit.exceptionClass() == EC_INSTRUCTION_ABORT)
                        ? Outcome.RESUME : fail(aborts.failure());
            default:
                vm.count(ExitReason.OTHER);
                return fail(String.format("the guest took an exception to EL2 that the KVM model does not serve: "
                        + "syndrome 0x%x at 0x%x", exit.syndrome, exit.address));
        }
    }

    private Outcome firmware() {
        FirmwareCalls calls = description.firmware();
        if (calls == null) {
            context.pe.x[0] = NOT_SUPPORTED;
            return Outcome.RESUME;
        }
        boolean[] powered = new boolean[contexts.length];
        for (int i = 0; i < contexts.length; i++) {
            powered[i] = contexts[i].pe.powered;
        }
        FirmwareCalls.Outcome outcome = saved == null ? calls.call(contexts, context, 1) : callForSaved(calls);
        for (int i = 0; i < contexts.length; i++) {
            if (i != index && contexts[i].pe.powered && !powered[i]) {
                // CPU_ON is a vcpu reset: its PE may have been through another one.
                machine.powerOn(i, contexts[i].pe.pc, contexts[i].pe.x[0]);
            }
        }
        switch (outcome) {
            case SYSTEM_OFF:
                return Outcome.SYSTEM_OFF;
            case SYSTEM_RESET:
                return Outcome.SYSTEM_RESET;
            default:
                return Outcome.RESUME;
        }
    }

    /** The caller's arguments, time and results go through its context. */
    private FirmwareCalls.Outcome callForSaved(FirmwareCalls calls) {
        System.arraycopy(context.pe.x, 0, saved.pe.x, 0, PeState.ZERO);
        saved.pe.idleCycles = context.pe.cycles() - saved.pe.executed;
        saved.pe.waiting = false;
        FirmwareCalls.Outcome outcome = calls.call(contexts, saved, 1);
        System.arraycopy(saved.pe.x, 0, context.pe.x, 0, PeState.ZERO);
        exit.waits |= saved.pe.waiting;
        return outcome;
    }

    private void systemRegister() {
        int iss = (int) exit.syndrome & 0x1FF_FFFF;
        int encoding = Encoding.of(iss >>> 20 & 3, iss >>> 14 & 7, iss >>> 10 & 15, iss >>> 1 & 15, iss >>> 17 & 7);
        int rt = iss >>> 5 & 31;
        vm.countTrap(encoding);
        for (TrapHandler handler : handlers) {
            if (handler.handles(encoding)) {
                if ((iss & 1) != 0) {
                    long value = handler.read(this, encoding);
                    if (watch != null) {
                        watch.trapped(encoding, true, value);
                    }
                    if (rt != PeState.ZERO) {
                        context.pe.x[rt] = value;
                    }
                } else if (!handler.write(this, encoding, context.pe.x[rt])) {
                    exit.injectUndefined();
                    return;
                } else if (watch != null) {
                    watch.trapped(encoding, false, context.pe.x[rt]);
                }
                exit.advance();
                return;
            }
        }
        exit.injectUndefined();
    }

    /** The host has the PE, and no vCPU is on it. */
    void hostOnly() {
        context.pe.restorePstate(EL2_SPSR);
        worldSwitch.load();
        interrupts.reset();
        host.initialize();
        worldSwitch.put();
    }

    /** vcpu reset of a vCPU that is on no PE. */
    void reset(long entry, long x0) {
        unpin();
        state.create();
        state.resume(entry, BOOT_SPSR);
        PeState pe = saved.pe;
        pe.x[0] = x0;
        for (int i = 1; i < PeState.ZERO; i++) {
            pe.x[i] = 0;
        }
        pe.powered = true;
        saved.register(SystemRegister.ICH_VMCR_EL2, 0);
        saved.register(SystemRegister.ICH_AP1R0_EL2, 0);
    }

    /** vcpu put: the PE is the host's, and what the guest had in it is in the vCPU's context. */
    void put() {
        GuestContext.copy(context, saved, guestRegisters);
        state.resume(exit.address, exit.spsr);
        worldSwitch.put();
    }

    /**
     * vcpu load, and the entry.
     *
     * @param flush whether another vCPU was on the PE: what the TLB holds may be its
     * @param waits whether it waits for an interrupt
     */
    void load(boolean flush, boolean waits) {
        worldSwitch.load();
        GuestContext.copy(saved, context, guestRegisters);
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

    boolean powered() {
        return saved.pe.powered;
    }

    /** Whether the guest waits for an interrupt from the next entry on. */
    boolean waits() {
        return exit.waits;
    }

    void waits(boolean value) {
        exit.waits = value;
    }

    boolean injects() {
        return exit.injects();
    }

    /** Whether an interrupt is pending for the vCPU on this PE. */
    boolean hasPending() {
        if (buffer != null) {
            distributor.setLine(index, description.options().profiling().interrupt(), buffer.interruptLevel());
        }
        interrupts.sampleLines();
        return interrupts.pending();
    }

    /** Whether an interrupt is pending for the vCPU, wherever it is. */
    boolean somethingPending() {
        return interrupts.pending();
    }

    /** Virtual time at which a timer of the vCPU expires while it is on no PE. */
    long timerDue() {
        return interrupts.timerDue(saved, vm.counterOffset());
    }

    void enter() {
        spend(costs.entry());
        if (buffer != null) {
            distributor.setLine(index, description.options().profiling().interrupt(), buffer.interruptLevel());
        }
        interrupts.sampleLines();
        interrupts.flush();
        worldSwitch.enter(buffer != null && buffer.loadable());
        exit.finish(context);
        state.outside(false);
        if (watch != null) {
            watch.entered(distributor.line(index, description.options().profiling().interrupt()));
        }
        if (exit.waits) {
            description.interrupts().update(context);
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

    private Outcome fail(String why) {
        failure = why;
        return Outcome.FAILED;
    }

    String failure() {
        return failure;
    }

    /** The virtual distributor has changed something for this vCPU: when it is in the guest it has to come out. */
    void interruptsChanged() {
        if (!state.outside()) {
            host.kick();
        }
    }

    /** vcpu put, and let go of every page. */
    void close() {
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
    void invalidate() {
        if (watch != null) {
            watch.begin("state replaced");
        }
    }

    /** What is on its way to the host's handler. */
    InterruptDelivery delivery() {
        return delivery;
    }

    /** The buffer of the guest, null when the machine has no SPE. */
    ProfilingBuffer buffer() {
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
    public void bufferWritten(int encoding, long previous) {
        if (buffer != null) {
            buffer.written(encoding, previous);
        }
    }

    @Override
    public InterruptDistributor interrupts() {
        return distributor;
    }

    @Override
    public VmDescription description() {
        return description;
    }
}
