// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.exc;

import dev.spelunk.api.profiling.ManagementEventRouting;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.registers.fields.PMSCR_EL1;
import dev.spelunk.api.registers.fields.PMSCR_EL2;
import dev.spelunk.api.wiring.PeContext;

/** {@link ExceptionRules} over the current register values of one PE. */
final class ExceptionRouting implements ManagementEventRouting {
    @Override
    public int target(PeContext c, int ec, int fsc) {
        return ExceptionRules.target(
                ec,
                fsc,
                pmsee(c),
                effectiveEl2Ee(c),
                c.system.profilingBufferOwnerEl(),
                c.register(SystemRegister.SCR_EL3),
                c.register(SystemRegister.HCR_EL2));
    }

    @Override
    public boolean stopped(PeContext c) {
        return ExceptionRules.stopped(
                s(c, SystemRegister.PMBSR_EL1),
                s(c, SystemRegister.PMBSR_EL2),
                s(c, SystemRegister.PMBSR_EL3),
                pmsee(c),
                effectiveEl2Ee(c));
    }

    @Override
    public boolean interrupt(PeContext c) {
        return ExceptionRules.interrupt(s(c, SystemRegister.PMBSR_EL1), effectiveEl1Ee(c));
    }

    /** Of several the one to the highest Exception level is taken first, an IMPLEMENTATION DEFINED choice. */
    @Override
    public int exceptionTarget(PeContext c) {
        int el = c.pe.el;
        boolean owning = c.system.currentSecurityState() == c.system.profilingBufferOwnerState();
        int third = ExceptionRules.exceptionFromEl3(s(c, SystemRegister.PMBSR_EL3), pmsee(c), el);
        int second = ExceptionRules.exceptionFromEl2(
                s(c, SystemRegister.PMBSR_EL2),
                effectiveEl2Ee(c),
                (c.register(SystemRegister.PMSCR_EL2) & PMSCR_EL2.KE) != 0,
                c.pe.pm,
                owning,
                el);
        int first = ExceptionRules.exceptionFromEl1(
                s(c, SystemRegister.PMBSR_EL1),
                effectiveEl1Ee(c),
                c.system.effectiveTge(),
                (c.register(SystemRegister.PMSCR_EL1) & PMSCR_EL1.KE) != 0,
                c.pe.pm,
                owning,
                el);
        return Math.max(third, Math.max(second, first));
    }

    /** Effective PMSCR_EL2.EE. */
    static int effectiveEl2Ee(PeContext c) {
        return ExceptionRules.effectiveEl2Ee(
                pmsee(c),
                c.system.el2Enabled(),
                (int) (c.register(SystemRegister.PMSCR_EL2) >>> PMSCR_EL2.EE_SHIFT) & 3);
    }

    private static int effectiveEl1Ee(PeContext c) {
        return ExceptionRules.effectiveEl1Ee(
                effectiveEl2Ee(c),
                c.architecture.has("FEAT_NV"),
                (int) (c.register(SystemRegister.PMSCR_EL1) >>> PMSCR_EL1.EE_SHIFT) & 3);
    }

    /** MDCR_EL3.PMSEE; without EL3 exceptions are delegated. */
    private static int pmsee(PeContext c) {
        return c.system.haveEl(3) ? (int) (c.register(SystemRegister.MDCR_EL3) >>> MDCR_EL3.PMSEE_SHIFT) & 3 : 1;
    }

    private static boolean s(PeContext c, int encoding) {
        return (c.register(encoding) & PMBSR_ELx.S) != 0;
    }
}
