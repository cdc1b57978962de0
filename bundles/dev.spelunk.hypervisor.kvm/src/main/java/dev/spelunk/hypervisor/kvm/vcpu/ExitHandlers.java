// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.vcpu;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.parts.VmDescription;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.checks.RegisterWatch;
import dev.spelunk.hypervisor.kvm.interrupts.HostInterrupts;
import dev.spelunk.hypervisor.kvm.memory.VmMemory;
import dev.spelunk.hypervisor.kvm.state.ExitReason;
import dev.spelunk.hypervisor.kvm.state.VmState;
import java.util.List;

/** What KVM does about each reason for which a vCPU leaves the guest: interrupts, WFx, calls, trapped registers, aborts. */
final class ExitHandlers {
    private static final int EC_WFX = 0x01;
    private static final int EC_HVC = 0x16;
    private static final int EC_SMC = 0x17;
    private static final int EC_SYSTEM_REGISTER = 0x18;
    private static final int EC_INSTRUCTION_ABORT = 0x20;
    private static final int EC_DATA_ABORT = 0x24;
    private static final long WFX_IS_WFE = 1;
    private static final int IMMEDIATE_MASK = 0xFFFF;
    private static final long NOT_SUPPORTED = -1;

    private final FirmwareCalls calls;
    private final List<TrapHandler> handlers;
    private final VcpuPower power;
    private final KvmVcpu vcpu;
    private final PeContext context;
    private final Exit exit;
    private final VmState vm;
    private final HostInterrupts host;
    private final MemoryAborts aborts;
    /** Null when nobody watches. */
    private final RegisterWatch watch;

    private String failure = "";

    ExitHandlers(
            VmDescription description,
            VcpuPower power,
            KvmVcpu vcpu,
            Exit exit,
            VmState vm,
            VmMemory memory,
            HostInterrupts host,
            RegisterWatch watch) {
        calls = description.contributions().firmware();
        handlers = description.contributions().trapHandlers();
        this.power = power;
        this.vcpu = vcpu;
        context = vcpu.pe();
        this.exit = exit;
        this.vm = vm;
        this.host = host;
        this.watch = watch;
        aborts = new MemoryAborts(
                vm,
                context.pe,
                memory,
                vcpu.interrupts(),
                description.gic().distributor(),
                description.gic().redistributors(),
                power.count(),
                description.userDevices());
    }

    /** Why {@link #serve} returned FAILED. */
    String failure() {
        return failure;
    }

    private Outcome fail(String why) {
        failure = why;
        return Outcome.FAILED;
    }

    /**
     * Serves an exit whose registers have been taken.
     *
     * @param kind of the exception
     * @param intid of the interrupt that was acknowledged
     */
    Outcome serve(int kind, int intid) {
        switch (kind) {
            case Core.IRQ:
                interrupted(intid);
                return Outcome.RESUME;
            case Core.SYNCHRONOUS:
                return synchronous();
            default:
                vm.count(ExitReason.OTHER);
                return fail((kind == Core.FIQ ? "an FIQ" : "an SError interrupt")
                        + " was taken to EL2 while the guest ran at 0x" + Long.toHexString(exit.address)
                        + ", and the KVM model has no use for it");
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
                exit.yields = (exit.syndrome & WFX_IS_WFE) != 0;
                exit.waits = !exit.yields;
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
                        ? Outcome.RESUME
                        : fail(aborts.failure());
            default:
                vm.count(ExitReason.OTHER);
                return fail(String.format(
                        "the guest took an exception to EL2 that the KVM model does not serve: "
                                + "syndrome 0x%x at 0x%x",
                        exit.syndrome, exit.address));
        }
    }

    private Outcome firmware() {
        if (calls == null) {
            context.pe.x[0] = NOT_SUPPORTED;
            return Outcome.RESUME;
        }
        FirmwareCalls.Request request = calls.call(context.pe.x, power);
        switch (request.action()) {
            case STANDBY:
                exit.waits = true;
                return Outcome.RESUME;
            case CPU_OFF:
                vcpu.off();
                return Outcome.RESUME;
            case CPU_ON:
                power.powerOn(request.pe(), request.entry(), request.argument(), context.pe.cycles());
                return Outcome.RESUME;
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
                    long value = handler.read(vcpu, encoding);
                    if (watch != null) {
                        watch.trapped(encoding, true, value);
                    }
                    if (rt != PeState.ZERO) {
                        context.pe.x[rt] = value;
                    }
                } else if (!handler.write(vcpu, encoding, context.pe.x[rt])) {
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
}
