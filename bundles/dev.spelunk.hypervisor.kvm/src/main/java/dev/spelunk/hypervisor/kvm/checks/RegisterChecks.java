// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.checks;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.problems.BrokenInvariantException;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.ID_AA64DFR0_EL1;
import dev.spelunk.api.registers.fields.ID_AA64DFR2_EL1;
import dev.spelunk.api.registers.fields.PMBIDR_EL1;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.registers.fields.PMSCR_EL1;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.profiling.MaxBufferSize;
import dev.spelunk.hypervisor.kvm.registers.BufferStatus;
import dev.spelunk.hypervisor.kvm.registers.HypervisorControls;
import dev.spelunk.hypervisor.kvm.registers.StrictWrites;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.settings.SeriesSettings;
import dev.spelunk.hypervisor.kvm.state.VcpuState;
import java.util.function.Supplier;

/**
 * Checks every {@link Invariant} over the hardware registers, the in-memory registers, the state of stage 2
 * and what they were before, at each write of the world switch, each exit and each entry.
 */
final class RegisterChecks {
    private static final long PMSIDR_SME_ALTCLK = PMSIDR_EL1.SME | PMSIDR_EL1.ALTCLK;
    private static final long PMSVER_LIMIT = 6;
    /** SPE_EXC and SPE_nVM. */
    private static final long HIDDEN_DFR2 = ID_AA64DFR2_EL1.SPE_EXC | ID_AA64DFR2_EL1.SPE_nVM;

    private static final long STICKY = PMBSR_ELx.COLL | PMBSR_ELx.EA | PMBSR_ELx.DL;
    private static final int[] SAMPLING = {
        SystemRegister.PMSCR_EL1, SystemRegister.PMSICR_EL1, SystemRegister.PMSIRR_EL1, SystemRegister.PMSFCR_EL1,
        SystemRegister.PMSEVFR_EL1, SystemRegister.PMSLATFR_EL1, SystemRegister.PMSNEVFR_EL1, SystemRegister.PMSDSFR_EL1
    };
    private static final int[] BUFFER = {
        SystemRegister.PMBLIMITR_EL1, SystemRegister.PMBPTR_EL1, SystemRegister.PMBSR_EL1
    };

    private final PeContext context;
    private final VcpuState state;
    private final long maximum;
    private final boolean physicalAddresses;
    private final boolean strictWrites;
    private final SeriesSettings series;
    private final Supplier<String> history;
    /** Registers in memory when they were last right. */
    private long limit;

    private long pointer;
    private long status;
    /** Hardware's PMBSR_EL1 before the world switch cleared it. */
    private long found;
    /** The buffer was in hardware while the guest ran. */
    private boolean loaded;

    /**
     * @param maximum maximum buffer size that user space has set, 0 for none
     * @param physicalAddresses whether the guest may have them
     * @param settings of the host: the series, and what of the guest's writes is ignored
     * @param history the end of the message of a broken invariant
     */
    RegisterChecks(
            PeContext context,
            VcpuState state,
            long maximum,
            boolean physicalAddresses,
            HostSettings settings,
            Supplier<String> history) {
        this.context = context;
        this.state = state;
        this.maximum = maximum;
        this.physicalAddresses = physicalAddresses;
        strictWrites = settings.strictWrites();
        series = settings.series();
        this.history = history;
        begin();
    }

    /** What the state says is right, whatever was before. */
    void begin() {
        remember();
        loaded = state.loaded();
        found = 0;
    }

    void exitTaken() {
        hold(Invariant.LIMIT_CHANGED_BY_GUEST, memoryLimit() == limit);
        hold(Invariant.POINTER_CHANGED_BY_GUEST, memoryPointer() == pointer);
        hold(Invariant.STATUS_CHANGED_FOR_A_REASON, memoryStatus() == status);
        found = hardware(SystemRegister.PMBSR_EL1);
    }

    void written(int encoding) {
        boolean enabled = (hardware(SystemRegister.PMBLIMITR_EL1) & PMBLIMITR_EL1.E) != 0;
        switch (encoding) {
            case SystemRegister.PMBSR_EL1:
                long written = hardware(SystemRegister.PMBSR_EL1);
                hold(Invariant.STATUS_NEVER_WRITTEN, written == 0 || written == found);
                return;
            case SystemRegister.PMBLIMITR_EL1:
                if (enabled) {
                    hold(Invariant.LIMIT_LOADED_WITH_STAGE_2_ON, stage2On());
                    hold(Invariant.LIMIT_LOADED_WHILE_ENABLED, predicate());
                    hold(Invariant.POINTER_LOADED_BEFORE_LIMIT, hardware(SystemRegister.PMBPTR_EL1) == memoryPointer());
                } else {
                    // With the buffer off nothing more is reported.
                    found |= hardware(SystemRegister.PMBSR_EL1);
                }
                break;
            case SystemRegister.PMBPTR_EL1:
                hold(Invariant.POINTER_LOADED_BEFORE_LIMIT, predicate());
                break;
            case SystemRegister.HCR_EL2:
                hold(Invariant.LIMIT_OFF_BEFORE_STAGE_2, stage2On() || !enabled);
                break;
            default:
                break;
        }
    }

    void left() {
        hold(
                Invariant.LIMIT_OFF_BEFORE_STAGE_2,
                (hardware(SystemRegister.PMBLIMITR_EL1) & PMBLIMITR_EL1.E) == 0 && !stage2On());
        if ((found & (PMBSR_ELx.S | PMBSR_ELx.COLL)) != 0) {
            hold(Invariant.STATUS_CLEARED_ON_EXIT, hardware(SystemRegister.PMBSR_EL1) == 0);
        }
        hold(Invariant.POINTER_READ_BACK, memoryPointer() == (loaded ? hardware(SystemRegister.PMBPTR_EL1) : pointer));
        pointer = memoryPointer();
    }

    void reported() {
        long now = memoryStatus();
        boolean stage2 = BufferStatus.exceptionClass(found) == BufferStatus.EC_STAGE_2_ABORT;
        if ((found & PMBSR_ELx.S) == 0) {
            hold(Invariant.STATUS_REPORTED, now == (status | found & PMBSR_ELx.COLL));
        } else if (!stage2) {
            hold(Invariant.STATUS_REPORTED, now == (found | status & STICKY));
        } else {
            hold(
                    Invariant.STATUS_REPORTED,
                    (now & STICKY & status) == (status & STICKY)
                            && ((now & PMBSR_ELx.S) != 0 || (found & PMBSR_ELx.DL) == 0));
        }
        found = 0;
        remember();
    }

    /** The guest wrote a register that traps; what it did to the buffer is done. */
    void guestWrote(int encoding, long value) {
        RegisterDescription definition = context.registers.description(encoding);
        switch (encoding) {
            case SystemRegister.PMBLIMITR_EL1:
                long written = definition.merge(limit, value) & ~PMBLIMITR_EL1.nVM;
                hold(Invariant.LIMIT_CHANGED_BY_GUEST, memoryLimit() == stored(encoding, limit, written));
                limit = memoryLimit();
                misprogrammedOrSame(status);
                break;
            case SystemRegister.PMBPTR_EL1:
                hold(
                        Invariant.POINTER_CHANGED_BY_GUEST,
                        memoryPointer() == stored(encoding, pointer, definition.merge(pointer, value)));
                pointer = memoryPointer();
                misprogrammedOrSame(status);
                break;
            case SystemRegister.PMBSR_EL1:
                misprogrammedOrSame(stored(encoding, status, definition.merge(status, value)));
                break;
            default:
                break;
        }
        served();
    }

    private long stored(int encoding, long previous, long written) {
        return strictWrites ? StrictWrites.stored(encoding, limit, previous, written) : written;
    }

    /** In-memory PMBSR_EL1 is that value, or an event over it because the buffer that it enables is misprogrammed. */
    private void misprogrammedOrSame(long expected) {
        long now = memoryStatus();
        hold(
                Invariant.STATUS_CHANGED_FOR_A_REASON,
                now == expected
                        || (now & PMBSR_ELx.S) != 0
                                && (expected & PMBSR_ELx.S) == 0
                                && (memoryLimit() & PMBLIMITR_EL1.E) != 0
                                && (now & expected & STICKY) == (expected & STICKY));
        status = now;
    }

    /** An ID register was shown to the guest. */
    void shown(int encoding, long value) {
        ProfilingExtension extension = context.architecture.profiling();
        switch (encoding) {
            case SystemRegister.PMBIDR_EL1:
                long hardwareMaximum = extension.pmbidr() & PMBIDR_EL1.MaxBuffSize;
                long shownMaximum = (value & PMBIDR_EL1.MaxBuffSize) >>> MaxBufferSize.SHIFT;
                hold(
                        Invariant.MAXIMUM_SHOWN,
                        (value & PMBIDR_EL1.P) == 0
                                && (maximum == 0
                                        ? (value & PMBIDR_EL1.MaxBuffSize) == hardwareMaximum
                                        : MaxBufferSize.decode((int) shownMaximum) == maximum));
                break;
            case SystemRegister.PMSIDR_EL1:
                hold(Invariant.FEATURES_HIDDEN, (value & ~extension.pmsidr()) == 0 && (value & PMSIDR_SME_ALTCLK) == 0);
                break;
            case SystemRegister.ID_AA64DFR2_EL1:
                hold(Invariant.FEATURES_HIDDEN, (value & HIDDEN_DFR2) == 0);
                break;
            case SystemRegister.ID_AA64DFR0_EL1:
                long host = context.register(encoding) >>> ID_AA64DFR0_EL1.PMSVer_SHIFT & 15;
                hold(
                        Invariant.VERSION_LIMITED,
                        (value >>> ID_AA64DFR0_EL1.PMSVer_SHIFT & 15) == Math.min(host, PMSVER_LIMIT));
                break;
            default:
                break;
        }
    }

    void served() {
        hold(Invariant.LIMIT_CHANGED_BY_GUEST, memoryLimit() == limit);
        hold(Invariant.POINTER_CHANGED_BY_GUEST, memoryPointer() == pointer);
        hold(Invariant.STATUS_CHANGED_FOR_A_REASON, memoryStatus() == status);
    }

    void entered(boolean lineHigh) {
        served();
        hold(Invariant.LIMIT_LOADED_WITH_STAGE_2_ON, stage2On());
        loaded = predicate();
        long hardwareLimit = hardware(SystemRegister.PMBLIMITR_EL1);
        hold(
                Invariant.LIMIT_LOADED_WHILE_ENABLED,
                loaded ? hardwareLimit == limit : (hardwareLimit & PMBLIMITR_EL1.E) == 0);
        if (loaded) {
            hold(Invariant.POINTER_LOADED_BEFORE_LIMIT, hardware(SystemRegister.PMBPTR_EL1) == pointer);
        }
        hold(Invariant.STATUS_NEVER_WRITTEN, hardware(SystemRegister.PMBSR_EL1) == 0);
        hold(Invariant.LINE_FOLLOWS_STATUS, lineHigh == ((status & PMBSR_ELx.S) != 0));
        long pmscr = hardware(SystemRegister.PMSCR_EL2);
        hold(
                Invariant.HOST_CONTROLS,
                (pmscr & PMSCR_EL1.CX) == 0
                        && (series.perfmonCapable() || (pmscr & PMSCR_EL1.PCT) == 0)
                        && (physicalAddresses || (pmscr & PMSCR_EL1.PA) == 0));
        traps();
    }

    /** Asks the register model what an access at EL1 would do. */
    private void traps() {
        int el = context.pe.el;
        context.pe.el = 1;
        boolean samplingTraps = HypervisorControls.samplingTraps(context, series.series());
        boolean idTraps = HypervisorControls.idRegistersTrap(context, series.series());
        boolean sampling = true;
        for (int register : SAMPLING) {
            if (context.registers.index(register) >= 0) {
                sampling &= decided(register, true, samplingTraps) && decided(register, false, samplingTraps);
            }
        }
        boolean buffer = context.system.profilingBufferOwnerEl() == 1;
        for (int register : BUFFER) {
            buffer &= decided(register, true, true) && decided(register, false, true);
        }
        boolean id = decided(SystemRegister.PMSIDR_EL1, true, idTraps || samplingTraps)
                && decided(SystemRegister.PMBIDR_EL1, true, idTraps);
        context.pe.el = el;
        hold(Invariant.SAMPLING_CONTROLS_DIRECT, sampling);
        hold(Invariant.BUFFER_REGISTERS_TRAPPED, buffer);
        hold(Invariant.ID_REGISTERS_TRAPPED, id);
    }

    private boolean decided(int encoding, boolean read, boolean traps) {
        return context.registers.decide(encoding, read) == (traps ? Access.trap(2) : Access.ALLOWED);
    }

    private void remember() {
        limit = memoryLimit();
        pointer = memoryPointer();
        status = memoryStatus();
    }

    /** RFC v6's kvm_spe_profiling_buffer_enabled(), unless KVM has refused this buffer. */
    private boolean predicate() {
        return (memoryLimit() & PMBLIMITR_EL1.E) != 0 && (memoryStatus() & PMBSR_ELx.S) == 0 && !state.heldOff();
    }

    private boolean stage2On() {
        return (hardware(SystemRegister.HCR_EL2) & (HCR_EL2.VM | HCR_EL2.TGE)) == HCR_EL2.VM;
    }

    private long memoryLimit() {
        return state.register(SystemRegister.PMBLIMITR_EL1);
    }

    private long memoryPointer() {
        return state.register(SystemRegister.PMBPTR_EL1);
    }

    private long memoryStatus() {
        return state.register(SystemRegister.PMBSR_EL1);
    }

    private long hardware(int encoding) {
        return context.register(encoding);
    }

    private void hold(Invariant invariant, boolean holds) {
        if (!holds) {
            throw new BrokenInvariantException(
                    invariant.label,
                    "the invariant " + invariant.label
                            + " does not hold after " + context.pe.executed + " operations of PE " + context.pe.index
                            + ": " + invariant.text + "; " + history.get());
        }
    }
}
