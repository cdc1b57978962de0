// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.banks.TrapControls;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/**
 * What SPE registers have in common, for the SPU and for features that add registers: the trap controls, in
 * the order of the accessors (fine-grained, MDCR_EL2, MDCR_EL3: DDI 0487, D24.7), and what a write completes.
 */
public final class ProfilingRegisters {
    private static final long E2PB_1 = 1L << MDCR_EL2.E2PB_SHIFT;
    private static final long NSPB_0 = 1L << MDCR_EL3.NSPB_SHIFT;

    private ProfilingRegisters() {}

    /** A register of sampling control: MDCR_EL2.TPMS and MDCR_EL3.NSPB trap it, after the rules that it has. */
    public static RegisterDefinition.Builder sampling(RegisterDefinition.Builder register) {
        return owned(register.rule(TrapControls.trapToEl2(SystemRegister.MDCR_EL2, MDCR_EL2.TPMS, MDCR_EL2.TPMS)));
    }

    /** As {@link #sampling(RegisterDefinition.Builder)}, then a bit of MDCR_EL3 that traps while it is 0. */
    public static RegisterDefinition.Builder sampling(RegisterDefinition.Builder register, long enable) {
        return sampling(register).rule(enabledByEl3(enable));
    }

    /** A register of the profiling buffer: MDCR_EL2.E2PB and MDCR_EL3.NSPB trap it, after the rules that it has. */
    public static RegisterDefinition.Builder buffer(RegisterDefinition.Builder register) {
        return owned(register.rule(TrapControls.trapToEl2(SystemRegister.MDCR_EL2, E2PB_1, 0)));
    }

    /** As {@link #buffer(RegisterDefinition.Builder)}, then a bit of MDCR_EL3 that traps while it is 0. */
    public static RegisterDefinition.Builder buffer(RegisterDefinition.Builder register, long enable) {
        return buffer(register).rule(enabledByEl3(enable));
    }

    /** A register that MDCR_EL3.NSPB alone traps: one of EL2, or an EL12 name. */
    public static RegisterDefinition.Builder owned(RegisterDefinition.Builder register) {
        return register.rule(ProfilingRegisters::nspb);
    }

    /** The fields of PMBSR_ELx, without EA, which depends on how External aborts are reported. */
    public static RegisterDefinition.Builder syndrome(RegisterDefinition.Builder register) {
        return register.bits("MSS2", PMBSR_ELx.MSS2)
                .bits("EC", PMBSR_ELx.EC)
                .bits("DL", PMBSR_ELx.DL)
                .bits("S", PMBSR_ELx.S)
                .bits("COLL", PMBSR_ELx.COLL)
                .bits("MSS", PMBSR_ELx.MSS);
    }

    /** One field E[n] for each event of the composed rules that can be filtered; all other bits are RAZ/WI. */
    public static RegisterDefinition.Builder events(RegisterDefinition.Builder register, ProfilingExtension extension) {
        for (int n = 0; n < Long.SIZE; n++) {
            if ((extension.filterableEvents() >>> n & 1) != 0) {
                register.field("E[" + n + "]", n);
            }
        }
        return register;
    }

    /** A bit of HDFGRTR_EL2 and HDFGWTR_EL2. @param trapsWhen 1, or 0 for bits whose names begin with n */
    public static AccessRule fineGrained(long bit, int trapsWhen) {
        return TrapControls.fineGrained(SystemRegister.HDFGRTR_EL2, SystemRegister.HDFGWTR_EL2, bit, trapsWhen);
    }

    /** An n-bit of HDFGRTR2_EL2 and HDFGWTR2_EL2. */
    public static AccessRule fineGrained2(long bit) {
        return TrapControls.fineGrained2(SystemRegister.HDFGRTR2_EL2, SystemRegister.HDFGWTR2_EL2, bit);
    }

    /** An enable of MDCR_EL3 that traps accesses below EL3 while it is 0. */
    private static AccessRule enabledByEl3(long enable) {
        return TrapControls.trapToEl3(SystemRegister.MDCR_EL3, enable, 0);
    }

    /**
     * Before a write of a register that says whether or where records are written: the sample in flight completes
     * under the old value. Ownership is evaluated again before the next operation.
     */
    public static long completeSample(PeContext context, RegisterDefinition register, long stored, long value) {
        if (context.sampler != null) {
            context.sampler.synchronize();
            context.sampler.complete();
        }
        context.pe.changed |= PeState.CHANGED_PROFILING;
        return value;
    }

    /** MDCR_EL3.{NSPBE, NSPB}: whether an access below EL3 traps (CheckMDCR_EL3_NSPBTrap). */
    private static int nspb(PeContext c, boolean read) {
        if (c.pe.el == 3 || !c.system.haveEl(3)) {
            return Access.ALLOWED;
        }
        boolean traps = (c.register(SystemRegister.MDCR_EL3) & NSPB_0) == 0;
        return traps || c.system.profilingBufferOwnerState() != c.system.currentSecurityState()
                ? Access.trap(3)
                : Access.ALLOWED;
    }
}
