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
    private final PeContext[] pes;
    private final KvmVcpu[] vcpus;
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
            VmDescription description, KvmVcpu[] vcpus, PeContext context, VmState vm, VcpuState state, VmMemory memory,
            StageTwo stage2, HostCosts costs, InterruptDistributor distributor) {
        this.description = description;
        this.vcpus = vcpus;
        this.context = context;
        this.vm = vm;
        this.state = state;
        this.costs = costs;
        this.distributor = distributor;
        pes = description.pes().toArray(PeContext[]::new);
        this.memory = memory;
        handlers = description.trapHandlers();
        host = new HostInterrupts(context);
        interrupts = new VirtualInterrupts(context, distributor, host);
        watch = context.architecture.profiling() != null && (description.options().check() || context.trace != null)
                ? new RegisterWatch(context, context.pe.index, state, vm, description.options()) : null;
        worldSwitch = new WorldSwitch(context, state, vm, stage2, description.options().physicalAddresses(), watch);
        aborts = new MemoryAborts(vm, context.pe, memory, distributor, description.distributorBase(),
                description.redistributorBase(), pes.length, description.userDevices());
        delivery = new InterruptDelivery(context, state, vm, host, costs.interruptDelivery());
        int index = context.pe.index;
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
        int kind = context.core.lastExceptionKind();
        exit.begin(context);
        if (kind == Core.IRQ && delivery.begins()) {
            exit.finish(context);
            return Outcome.RESUME;
        }
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
        if (outcome == Outcome.RESUME) {
            enter();
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
        boolean[] powered = new boolean[pes.length];
        for (int i = 0; i < pes.length; i++) {
            powered[i] = pes[i].pe.powered;
        }
        FirmwareCalls.Outcome outcome = calls.call(pes, context, 1);
        for (int i = 0; i < pes.length; i++) {
            if (pes[i] != context && pes[i].pe.powered && !powered[i]) {
                // CPU_ON is a vcpu reset: its PE may have been through another one.
                vcpus[i].start(pes[i].pe.pc, pes[i].pe.x[0]);
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

    private void enter() {
        spend(costs.entry());
        if (buffer != null) {
            distributor.setLine(context.pe.index, HostInterrupts.SPE, buffer.interruptLevel());
        }
        interrupts.sampleLines();
        interrupts.flush();
        worldSwitch.enter(buffer != null && buffer.loadable());
        exit.finish(context);
        state.outside(false);
        if (watch != null) {
            watch.entered(distributor.line(context.pe.index, HostInterrupts.SPE));
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
