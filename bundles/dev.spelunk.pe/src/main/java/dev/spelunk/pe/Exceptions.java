// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.fields.ESR_ELx;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.registers.fields.SPSR_ELx;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PmuState;
import dev.spelunk.api.state.ProgressState;
import dev.spelunk.api.wiring.PeContext;

/** Takes exceptions to EL1 and EL2, returns from them, and picks interrupts (DDI 0487, D1.3 and J1.1). */
final class Exceptions {
    /** SPSR_ELx.M without what no return to AArch64 state has: nRW, and M[1]. */
    private static final long LEGAL_MODE = SPSR_ELx.EL | SPSR_ELx.SP;
    /** Synchronous exceptions from an EL to itself, at most so many operations apart and without a return. */
    private static final int CLOSE = 64;

    private static final int HOPELESS_ROW = 100_000;

    /** Exception class of a Profiling exception, and its syndrome for SPE: FSC = 0b00001, asynchronous. */
    private static final long PROFILING = 0x3D;

    private static final long SPE_EXCEPTION = 1 << 1;
    private static final int[] VECTORS = {0x000, 0x080, 0x100, 0x180};

    private final PeContext context;
    private final PeState pe;
    private final ControlRegisters control;
    private final SelfHostedDebug debug;
    /** Kind of the last exception taken. */
    int lastKind;
    /** ESR_ELx of the last synchronous exception. */
    long lastSyndrome;

    Exceptions(PeContext context, ControlRegisters control, SelfHostedDebug debug) {
        this.context = context;
        pe = context.pe;
        this.control = control;
        this.debug = debug;
    }

    /** Takes a synchronous exception of the operation at pc. @return the EL that took it */
    int take(SynchronousException e) {
        int target = Math.max(e.routedTo, control.defaultTarget(pe.el));
        int ec = e.exceptionClass;
        if (SynchronousException.tellsSameLevel(ec) && target == pe.el) {
            ec++;
        }
        if (e.hasIpa) {
            control.hpfar(e.ipa >>> 8 & 0xFFFFFFFFFF0L);
        }
        long syndrome = (long) ec << ESR_ELx.EC_SHIFT | ESR_ELx.IL | e.iss;
        lastSyndrome = syndrome;
        take(target, Core.SYNCHRONOUS, syndrome, e.hasAddress, e.address, pe.pc + e.returnOffset);
        return target;
    }

    /** Whether handlers of an EL have only met exceptions for so long that nothing will end it, as without a stack. */
    boolean hopeless() {
        return pe.progress.nested >= HOPELESS_ROW;
    }

    /** The guest returns from an exception: its handlers work. */
    void handled() {
        pe.progress.nested = 0;
    }

    /** AArch64.TakeException. */
    void take(int target, int kind, long syndrome, boolean hasAddress, long address, long returnAddress) {
        if (kind == Core.SYNCHRONOUS && target == pe.el) {
            ProgressState progress = pe.progress;
            progress.nested = pe.executed - progress.executedAtNested <= CLOSE ? progress.nested + 1 : 1;
            progress.executedAtNested = pe.executed;
        }
        if (context.listener != null) {
            context.listener.taken(target, kind, syndrome, hasAddress ? address : 0);
        }
        int offset = VECTORS[kind] + (target > pe.el ? 0x400 : pe.spSel == 1 ? 0x200 : 0);
        long spsr = pe.spsr();
        if (kind == Core.SYNCHRONOUS || kind == Core.SERROR) {
            control.esr(target, syndrome);
            pe.exceptions.taken(pe.pc, syndrome, hasAddress ? address : 0, pe.el, target);
        } else {
            pe.exceptions.interrupted(pe.el, target);
        }
        if (hasAddress) {
            control.far(target, address);
        }
        control.spsr(target, spsr);
        control.elr(target, returnAddress);
        pe.count(PmuState.EXC_TAKEN);
        pe.bankStackPointer();
        if (pe.el != target) {
            pe.changed |= PeState.CHANGED_PROFILING;
        }
        pe.el = target;
        pe.spSel = 1;
        pe.loadStackPointer();
        pe.ss = false;
        pe.stepped = PeState.NOT_STEPPED;
        pe.daif = PeState.D | PeState.A | PeState.I | PeState.F;
        pe.il = false;
        long sctlr = control.sctlrRegister(target);
        if (control.has(Features.PAN)
                && (target == 1 || control.system.elIsInHost(0))
                && (sctlr & SCTLR_ELx.SPAN) == 0) {
            pe.pan = true;
        }
        pe.uao = false;
        pe.btype = 0;
        pe.pm = control.has(Features.SPE_EXC);
        if (control.has(Features.SSBS)) {
            pe.ssbs = (sctlr & SCTLR_ELx.DSSBS) != 0;
        }
        pe.pc = (control.vbar(target) & ~0x7FFL) + offset;
        lastKind = kind;
    }

    /**
     * Returns from an exception (AArch64.ExceptionReturn). An illegal return changes neither EL nor stack
     * pointer selection and sets PSTATE.IL (DDI 0487, D1.3.4.3).
     */
    void returnTo(long address, long spsr) {
        int from = pe.el;
        boolean masked = pe.pm;
        pe.count(PmuState.EXC_RETURN);
        boolean illegal = illegalReturn(spsr);
        boolean step = debug.stepAfterReturn(spsr, illegal ? from : exceptionLevel(spsr));
        if (illegal) {
            long kept = pe.spsr() & LEGAL_MODE | SPSR_ELx.IL;
            pe.restorePstate(kept | spsr & pstate());
        } else {
            pe.restorePstate(spsr & legalPstate());
        }
        pe.ss = step;
        pe.stepped = PeState.NOT_STEPPED;
        pe.exclusiveAddress = -1;
        pe.eventRegister = true;
        pe.pc = address;
        if (pe.el != from || pe.pm != masked) {
            pe.changed |= PeState.CHANGED_PROFILING;
        }
        if (context.listener != null) {
            context.listener.returned(from);
        }
    }

    /** The SPSR bits that PSTATE takes of an illegal return too. */
    private long pstate() {
        return SPSR_ELx.NZCV
                | SPSR_ELx.DAIF
                | (control.has(Features.PAN) ? SPSR_ELx.PAN : 0)
                | (control.has(Features.UAO) ? SPSR_ELx.UAO : 0)
                | (control.has(Features.DIT) ? SPSR_ELx.DIT : 0)
                | (control.has(Features.SSBS) ? SPSR_ELx.SSBS : 0)
                | (control.has(Features.SPE_EXC) ? SPSR_ELx.PM : 0);
    }

    private static int exceptionLevel(long spsr) {
        return (int) Field.valueIn(spsr, SPSR_ELx.EL);
    }

    /** The SPSR bits that PSTATE has here. */
    private long legalPstate() {
        return pstate() | SPSR_ELx.SS | SPSR_ELx.IL | LEGAL_MODE | (control.has(Features.BTI) ? SPSR_ELx.BTYPE : 0);
    }

    private boolean illegalReturn(long spsr) {
        int target = exceptionLevel(spsr);
        boolean reserved = (spsr & ~LEGAL_MODE & SPSR_ELx.M) != 0;
        if (reserved || target > pe.el || target == 0 && (spsr & SPSR_ELx.SP) != 0) {
            return true;
        }
        if (target == 3 || target == 2 && !control.system.el2Enabled()) {
            return true;
        }
        return target == 1 && control.system.effectiveTge();
    }

    /** Whether a WFI or WFE would wake: an interrupt is pending that PSTATE alone could mask (DDI 0487, D1.6). */
    boolean wakeUpPending() {
        int physical = pe.interrupts & (PeState.IRQ | PeState.FIQ | PeState.SERROR);
        return physical != 0 || pendingVirtual() != 0 || pe.profilingException != 0;
    }

    /** Virtual interrupts that are pending and enabled by HCR_EL2, below EL2. */
    private int pendingVirtual() {
        long hcr = control.system.effectiveHcr();
        if (pe.el > 1 || (hcr & HCR_EL2.TGE) != 0) {
            return 0;
        }
        int pending = pe.interrupts & (PeState.VIRQ | PeState.VFIQ | PeState.VSERROR)
                | ((hcr & HCR_EL2.VI) != 0 ? PeState.VIRQ : 0)
                | ((hcr & HCR_EL2.VF) != 0 ? PeState.VFIQ : 0)
                | ((hcr & HCR_EL2.VSE) != 0 ? PeState.VSERROR : 0);
        int enabled = ((hcr & HCR_EL2.IMO) != 0 ? PeState.VIRQ : 0)
                | ((hcr & HCR_EL2.FMO) != 0 ? PeState.VFIQ : 0)
                | ((hcr & HCR_EL2.AMO) != 0 ? PeState.VSERROR : 0);
        return pending & enabled;
    }

    /**
     * Takes the pending unmasked interrupt of the highest priority: SError, FIQ, IRQ, then the virtual ones in
     * the same order (an IMPLEMENTATION DEFINED choice, DDI 0487, D1.3.5).
     *
     * @return the EL that took it, 0 when there is none
     */
    int takeInterrupt() {
        if (pe.profilingException != 0 && takeProfilingException()) {
            return pe.el;
        }
        long hcr = control.system.effectiveHcr();
        if (pe.interrupts == 0 && (hcr & (HCR_EL2.VI | HCR_EL2.VF | HCR_EL2.VSE)) == 0) {
            return 0;
        }
        int physical = pe.interrupts;
        int target = physicalTarget(physical, PeState.SERROR, hcr, HCR_EL2.AMO, PeState.A);
        if (target != 0) {
            pe.interrupts &= ~PeState.SERROR;
            take(target, Core.SERROR, 0x2FL << ESR_ELx.EC_SHIFT | ESR_ELx.IL, false, 0, pe.pc);
            return target;
        }
        target = physicalTarget(physical, PeState.FIQ, hcr, HCR_EL2.FMO, PeState.F);
        if (target != 0) {
            take(target, Core.FIQ, 0, false, 0, pe.pc);
            return target;
        }
        target = physicalTarget(physical, PeState.IRQ, hcr, HCR_EL2.IMO, PeState.I);
        if (target != 0) {
            take(target, Core.IRQ, 0, false, 0, pe.pc);
            return target;
        }
        return takeVirtual();
    }

    /**
     * The SPE Profiling exception that the SPU says is unmasked (TakeProfilingException). One to EL3 stays pending:
     * no code executes there.
     */
    private boolean takeProfilingException() {
        int target = pe.profilingException;
        if (target > 2) {
            return false;
        }
        pe.profilingException = 0;
        pe.changed |= PeState.CHANGED_PROFILING;
        take(target, Core.SYNCHRONOUS, PROFILING << ESR_ELx.EC_SHIFT | ESR_ELx.IL | SPE_EXCEPTION, false, 0, pe.pc);
        return true;
    }

    private int takeVirtual() {
        int pending = pendingVirtual();
        if ((pending & PeState.VSERROR) != 0 && (pe.daif & PeState.A) == 0) {
            control.clearHcr(HCR_EL2.VSE);
            pe.interrupts &= ~PeState.VSERROR;
            take(1, Core.SERROR, 0x2FL << ESR_ELx.EC_SHIFT | ESR_ELx.IL | control.vsesr() & 0x1FFFFFF, false, 0, pe.pc);
            return 1;
        }
        if ((pending & PeState.VFIQ) != 0 && (pe.daif & PeState.F) == 0) {
            take(1, Core.FIQ, 0, false, 0, pe.pc);
            return 1;
        }
        if ((pending & PeState.VIRQ) != 0 && (pe.daif & PeState.I) == 0) {
            take(1, Core.IRQ, 0, false, 0, pe.pc);
            return 1;
        }
        return 0;
    }

    /** The EL that takes a physical interrupt now, 0 when it is not pending or stays pending (DDI 0487, D1.3.6). */
    private int physicalTarget(int pending, int interrupt, long hcr, long route, int mask) {
        if ((pending & interrupt) == 0) {
            return 0;
        }
        int target = (hcr & (route | HCR_EL2.TGE)) != 0 ? 2 : 1;
        if (target > pe.el) {
            return target == 1 && pe.el == 0 && (pe.daif & mask) != 0 ? 0 : target;
        }
        return target == pe.el && (pe.daif & mask) == 0 ? target : 0;
    }
}
