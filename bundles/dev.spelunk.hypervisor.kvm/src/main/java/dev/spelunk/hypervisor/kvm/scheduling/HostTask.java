// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.scheduling;

import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.ESR_ELx;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.interrupts.HostInterrupts;
import dev.spelunk.hypervisor.kvm.registers.HypervisorControls;

/**
 * A task of the host that profiles itself, on PE 0: A64 code in the host's memory, at EL2 its kernel's part with
 * the driver, at EL0 the task (HCR_EL2.{E2H,TGE} = {1,1}, MDCR_EL2.E2PB = 00: EL2 owns the buffer). The host's SPE state
 * is saved at vcpu load and restored at vcpu put.
 */
public final class HostTask {
    /** Bytes of host memory that it needs: a page of code, a page of data, and the buffer in the second half. */
    public static final int SIZE = 2 << 20;

    private static final int DATA = 0x1000;
    private static final int BUFFER = 1 << 20;
    private static final int VECTOR = 0xC00;
    private static final long EL2_SPSR = 0x3C9;
    private static final int EC_SVC = 0x15;
    private static final int WORDS = 40;
    /** Entered with X0 = buffer, X1 = its limit, X2 = the page of data. */
    private static final int[] CODE = {
        0x10004003, // adr x3, vectors
        0xd51cc003, // msr vbar_el2, x3
        0xd518995f, // msr pmsicr_el1, xzr
        0xd2808003, // mov x3, #0x400: an interval of 1024 operations
        0xd5189963, // msr pmsirr_el1, x3
        0xd518999f, // msr pmsfcr_el1, xzr
        0xd5189a7f, // msr pmbsr_el1, xzr
        0xd5189a20, // msr pmbptr_el1, x0
        0xb2400023, // orr x3, x1, #1
        0xd5189a03, // msr pmblimitr_el1, x3
        0xd5033fdf, // isb
        0xd2800063, // mov x3, #3: E2SPE and E0HSPE
        0xd51c9903, // msr pmscr_el2, x3
        0xd5033fdf, // isb
        0x10000083, // adr x3, user
        0xd51c4023, // msr elr_el2, x3
        0xd51c401f, // msr spsr_el2, xzr: EL0
        0xd69f03e0, // eret
        0xd2800004, // user: mov x4, #0
        0xd2800005, // mov x5, #0
        0xd2804006, // round: mov x6, #512
        0xf9400047, // work: ldr x7, [x2]
        0x8b0600e7, // add x7, x7, x6
        0xcac71ca5, // eor x5, x5, x7, ror #7
        0xf9000047, // str x7, [x2]
        0xf10004c6, // subs x6, x6, #1
        0x54ffff61, // b.ne work
        0xd4000001, // svc #0: tells the kernel that a round is over
        0x17fffff8, // b round
    };
    /** At the vector for SVC from EL0. */
    private static final int[] SVC = {
        0x91000484, // add x4, x4, #1: counts the rounds
        0xf9000444, // str x4, [x2, #8]
        0xd69f03e0, // eret
    };
    /** PMBLIMITR_EL1 comes last when they are restored. */
    private static final int[] REGISTERS = {
        SystemRegister.VBAR_EL2, SystemRegister.PMSICR_EL1, SystemRegister.PMSIRR_EL1, SystemRegister.PMSFCR_EL1,
        SystemRegister.PMSEVFR_EL1, SystemRegister.PMSLATFR_EL1, SystemRegister.PMSNEVFR_EL1,
                SystemRegister.PMSDSFR_EL1,
        SystemRegister.PMSCR_EL2, SystemRegister.PMBSR_EL1, SystemRegister.PMBPTR_EL1, SystemRegister.PMBLIMITR_EL1
    };

    private static final int[] TIMERS = {SystemRegister.CNTV_CTL_EL0, SystemRegister.CNTP_CTL_EL0};

    private final PeContext context;
    private final HostInterrupts host;
    private final long base;
    /** X0 to X30, then where the task goes on and PSTATE there, then {@link #REGISTERS}. */
    private final StateBlock saved;

    public HostTask(PeContext context, long base) {
        this.context = context;
        this.base = base;
        host = new HostInterrupts(context);
        saved = context.machine.block("kvm.host.task", 31 + 2 + WORDS, 0);
    }

    /** Puts the code into the host's memory; the task begins when it is loaded. */
    void create() {
        PhysicalMemory memory = context.memory;
        for (int i = 0; i < CODE.length; i++) {
            memory.write(base + 4L * i, 4, CODE[i]);
        }
        for (int i = 0; i < SVC.length; i++) {
            memory.write(base + VECTOR + 4L * i, 4, SVC[i]);
        }
        saved.words[0] = base + SIZE - BUFFER;
        saved.words[1] = base + SIZE;
        saved.words[2] = base + DATA;
        saved.words[31] = base;
        saved.words[32] = EL2_SPSR;
    }

    /** The task goes on: EL2 owns the buffer, and the host's SPE state is back. */
    void load() {
        context.pe.vcpu = PeState.NO_VCPU;
        context.registers.write(SystemRegister.HCR_EL2, HypervisorControls.HCR_HOST);
        context.registers.write(
                SystemRegister.MDCR_EL2, HypervisorControls.mdcrHost(context.register(SystemRegister.MDCR_EL2)));
        for (int timer : TIMERS) {
            context.register(timer, 0);
        }
        System.arraycopy(saved.words, 0, context.pe.x, 0, 31);
        for (int i = 0; i < REGISTERS.length; i++) {
            if (context.registers.index(REGISTERS[i]) >= 0) {
                context.registers.write(REGISTERS[i], saved.words[33 + i]);
            }
        }
        context.translator.contextChanged();
        context.pe.changed = -1;
        context.core.exceptionReturn(saved.words[31], saved.words[32]);
    }

    /** The host's SPE state goes to memory: a vCPU comes. */
    private void save(long address, long spsr) {
        if (context.sampler != null) {
            context.sampler.profilingSynchronizationBarrier();
        }
        System.arraycopy(context.pe.x, 0, saved.words, 0, 31);
        saved.words[31] = address;
        saved.words[32] = spsr;
        for (int i = 0; i < REGISTERS.length; i++) {
            saved.words[33 + i] = context.register(REGISTERS[i]);
        }
        context.registers.write(SystemRegister.PMBLIMITR_EL1, 0);
        context.registers.write(SystemRegister.PMBSR_EL1, 0);
        context.registers.write(SystemRegister.PMSCR_EL2, 0);
    }

    /**
     * Serves an exception that the task took to EL2.
     *
     * @param others whether a vCPU waits for the PE
     * @return null when the PE is to be given to it, and the task's state is saved
     */
    Outcome exit(boolean others) {
        long address = context.register(SystemRegister.ELR_EL2);
        long spsr = context.register(SystemRegister.SPSR_EL2);
        if (context.core.lastExceptionKind() == Core.SYNCHRONOUS) {
            boolean call = Field.valueIn(context.register(SystemRegister.ESR_EL2), ESR_ELx.EC) == EC_SVC;
            // A system call is served by the kernel's part, which is A64 code too.
            return call ? Outcome.RESUME : Outcome.FAILED;
        }
        int intid = host.acknowledge();
        if (intid == HostInterrupts.SPE) {
            // The driver's handler: the buffer is full, and the task has its profile.
            context.registers.write(SystemRegister.PMBLIMITR_EL1, 0);
            context.registers.write(SystemRegister.PMBSR_EL1, 0);
        }
        if (!HostInterrupts.spurious(intid)) {
            host.end(intid);
        }
        if (others) {
            save(address, spsr);
            return null;
        }
        context.core.exceptionReturn(address, spsr);
        return Outcome.RESUME;
    }
}
