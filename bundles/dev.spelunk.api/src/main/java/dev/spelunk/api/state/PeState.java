// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

import dev.spelunk.api.registers.fields.SPSR_ELx;

/**
 * The architectural state of one PE: general-purpose, vector and system registers, PSTATE, the
 * exclusive monitor and the interrupt inputs. Plain data, owned by the machine; every part of a PE
 * works on it and none keeps a copy across a run.
 */
public final class PeState {
    /** Index in {@link #x} that always reads zero (XZR as a source). Never written. */
    public static final int ZERO = 31;
    /** Index in {@link #x} of the current stack pointer. */
    public static final int SP = 32;
    /** Index in {@link #x} that takes writes to XZR and is never read. */
    public static final int DISCARD = 33;

    /** PSTATE.DAIF bits in {@link #daif}. */
    public static final int D = 8;

    public static final int A = 4;
    public static final int I = 2;
    public static final int F = 1;

    /** Bits of {@link #interrupts}: asserted interrupt inputs. */
    public static final int IRQ = 1;

    public static final int FIQ = 2;
    public static final int SERROR = 4;
    public static final int VIRQ = 8;
    public static final int VFIQ = 16;
    public static final int VSERROR = 32;

    /** Bits of {@link #changed}: why the run loop must look again before the next operation. */
    public static final int CHANGED_PROFILING = 1;

    public static final int CHANGED_INTERRUPTS = 2;
    public static final int CHANGED_TIMERS = 4;
    public static final int CHANGED_POWER = 16;
    public static final int CHANGED_EVENTS = 32;

    /** Values of {@link #stepped}: nothing, an instruction, a Load-Exclusive. */
    public static final int NOT_STEPPED = 0;

    public static final int STEPPED = 1;
    public static final int STEPPED_EXCLUSIVE = 2;

    /** {@link #vcpu} of a PE that the host has for itself. */
    public static final int NO_VCPU = -1;

    /** Position of this PE in its machine, from 0. */
    public final int index;

    /** Index of the vCPU that a hypervisor has loaded, or {@link #NO_VCPU}; without one, the PE's own. */
    public int vcpu;

    /** X0..X30, then {@link #ZERO}, {@link #SP}, {@link #DISCARD}. */
    public final long[] x = new long[34];
    /** Banked SP_EL0..SP_EL3; the entry of the current stack pointer is stale, see {@link #SP}. */
    public final long[] sp = new long[4];
    /** V0..V31, low half at 2n, high half at 2n+1. */
    public final long[] v = new long[64];
    /** FPCR: AHP, DN, FZ, RMode and FZ16; all other bits are 0 (DDI 0487, C5.2.8). */
    public int fpcr;
    /** FPSR: QC and the cumulative exception bits IDC, IXC, UFC, OFC, DZC, IOC (DDI 0487, C5.2.9). */
    public int fpsr;

    public long pc;

    /** PSTATE.NZCV in bits 3:0: N=8, Z=4, C=2, V=1. */
    public int nzcv;
    /** PSTATE.DAIF in bits 3:0: {@link #D}, {@link #A}, {@link #I}, {@link #F}. */
    public int daif = 0xF;
    /** PSTATE.EL, 0..3. */
    public int el;
    /** PSTATE.SP, 0 or 1. */
    public int spSel = 1;

    public boolean pan;
    public boolean uao;
    public boolean il;
    public boolean ss;
    public boolean dit;
    public boolean ssbs;
    /** PSTATE.PM: masks profiling exceptions at the Exception level that takes them (FEAT_SPE_EXC, FEAT_EBEP). */
    public boolean pm;
    /** PSTATE.BTYPE, 0..3. */
    public int btype;

    /** System registers by storage index of the composed register table. Replaced when it changes. */
    public long[] sys = new long[0];

    /** Operations executed since reset, including those that ended in a synchronous exception. */
    public long executed;
    /** Virtual cycles that passed without an executed operation: WFI and host costs. */
    public long idleCycles;
    /** Those of {@link #idleCycles} that passed while the PE waited in WFI or WFE. */
    public long waitingCycles;

    /** Exclusive monitor: physical address, or -1 when open. */
    public long exclusiveAddress = -1;

    public int exclusiveSize;
    public long exclusiveLow;
    public long exclusiveHigh;

    /** The Event Register of WFE and SEV (DDI 0487, D1.6.1). */
    public boolean eventRegister;
    /** Whether the PE waits in WFI or WFE. */
    public boolean waiting;
    /** Whether it waits in WFE, so that the Event Register ends the wait; only where {@link #waiting}. */
    public boolean waitingForEvent;
    /** Whether PSCI has it switched on. */
    public boolean powered;
    /** Asserted interrupt inputs, see {@link #IRQ}. Set by the interrupt controller. */
    public int interrupts;
    /** Target Exception level of the SPE Profiling exception that is to be taken now; 0: none. Set by the SPU. */
    public int profilingException;
    /**
     * What Software Step has executed since it became active: {@link #NOT_STEPPED}, {@link #STEPPED} or
     * {@link #STEPPED_EXCLUSIVE}, for the syndrome of its exception (DDI 0487, D2.12).
     */
    public int stepped;
    /** What changed, see {@link #CHANGED_PROFILING}. The PE ends its run when it is not 0. */
    public int changed;

    /** Whether it has sent an interrupt to other PEs, which the run loop lets them see; set with {@link #changed}. */
    public boolean sentInterrupt;

    /** The last synchronous exception, for the dump of a guest that failed. */
    public long lastExceptionPc;

    public long lastExceptionSyndrome;
    public long lastExceptionAddress;

    public final SpuState spu = new SpuState();
    public final PmuState pmu = new PmuState();
    public final TlbState tlb = new TlbState();
    public final ExceptionHistory exceptions = new ExceptionHistory();
    public final ProgressState progress = new ProgressState();

    public PeState(int index) {
        this.index = index;
        vcpu = index;
    }

    /** Whether it waits for an event that has come. */
    public boolean eventPending() {
        return waiting && waitingForEvent && eventRegister;
    }

    /** Virtual time of this PE in cycles: one for each executed operation, plus idle cycles. */
    public long cycles() {
        return executed + idleCycles;
    }

    /** It has sent an interrupt to other PEs: they go on before it does. */
    public void sendsInterrupt() {
        sentInterrupt = true;
        changed |= CHANGED_INTERRUPTS;
    }

    /**
     * Something happened that the performance monitors can count, with a counter of its own.
     *
     * @param event number of the PMU event
     */
    public void count(int event) {
        pmu.count(event);
        eventsHappened();
    }

    /** Events have happened whose totals are elsewhere: a counter that counts may have overflowed. */
    public void eventsHappened() {
        if (pmu.active != 0) {
            changed |= CHANGED_EVENTS;
        }
    }

    /**
     * As after a reset to that Exception level (DDI 0487, AArch64.TakeReset): PSTATE, with everything masked, the
     * exclusive monitor, the Event Register; nothing is sampled, counted or waited for. General-purpose registers,
     * which are UNKNOWN, and time stay as they are.
     */
    public void reset(int level) {
        bankStackPointer();
        el = level;
        spSel = 1;
        loadStackPointer();
        daif = D | A | I | F;
        nzcv = 0;
        pan = false;
        uao = false;
        il = false;
        ss = false;
        dit = false;
        ssbs = false;
        pm = false;
        btype = 0;
        exclusiveAddress = -1;
        eventRegister = false;
        waiting = false;
        spu.inFlight = false;
        pmu.reset();
        changed = -1;
    }

    /** Stores the current stack pointer in its bank. */
    public void bankStackPointer() {
        sp[spSel == 0 ? 0 : el] = x[SP];
    }

    /** Loads the current stack pointer from its bank, after a change of EL or SPSel. */
    public void loadStackPointer() {
        x[SP] = sp[spSel == 0 ? 0 : el];
    }

    /** PSTATE as an SPSR value for AArch64 (DDI 0487, C5.2.18). */
    public long spsr() {
        return (pm ? SPSR_ELx.PM : 0)
                | (long) nzcv << SPSR_ELx.NZCV_SHIFT
                | (dit ? SPSR_ELx.DIT : 0)
                | (uao ? SPSR_ELx.UAO : 0)
                | (pan ? SPSR_ELx.PAN : 0)
                | (ss ? SPSR_ELx.SS : 0)
                | (il ? SPSR_ELx.IL : 0)
                | (ssbs ? SPSR_ELx.SSBS : 0)
                | (long) btype << SPSR_ELx.BTYPE_SHIFT
                | (long) daif << SPSR_ELx.DAIF_SHIFT
                | (long) el << SPSR_ELx.EL_SHIFT
                | spSel;
    }

    /** Sets PSTATE from an SPSR value whose legality the caller has checked, and switches the stack pointer. */
    public void restorePstate(long spsr) {
        bankStackPointer();
        nzcv = (int) ((spsr & SPSR_ELx.NZCV) >>> SPSR_ELx.NZCV_SHIFT);
        pm = (spsr & SPSR_ELx.PM) != 0;
        dit = (spsr & SPSR_ELx.DIT) != 0;
        uao = (spsr & SPSR_ELx.UAO) != 0;
        pan = (spsr & SPSR_ELx.PAN) != 0;
        ss = (spsr & SPSR_ELx.SS) != 0;
        il = (spsr & SPSR_ELx.IL) != 0;
        ssbs = (spsr & SPSR_ELx.SSBS) != 0;
        btype = (int) ((spsr & SPSR_ELx.BTYPE) >>> SPSR_ELx.BTYPE_SHIFT);
        daif = (int) ((spsr & SPSR_ELx.DAIF) >>> SPSR_ELx.DAIF_SHIFT);
        el = (int) ((spsr & SPSR_ELx.EL) >>> SPSR_ELx.EL_SHIFT);
        spSel = (int) (spsr & SPSR_ELx.SP);
        loadStackPointer();
    }
}
