// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMCR_EL0;
import dev.spelunk.api.registers.fields.PMEVTYPER_EL0;
import dev.spelunk.api.state.PmuState;
import dev.spelunk.api.wiring.PeContext;

/**
 * When a counter counts and when its overflow interrupts (DDI 0487, D13.3.1, D13.5, D13.7), in Non-secure state.
 * A counter is an index as in PMCNTENSET_EL0; those below MDCR_EL2.HPMN and the cycle counter are the first range.
 */
final class CountingRules {
    static final long CYCLE_COUNTER_BIT = 1L << PmuState.CYCLE_COUNTER;
    private static final long PMBLIMITR_E_PMFZ = PMBLIMITR_EL1.E | PMBLIMITR_EL1.PMFZ;

    /** PMCR_EL0.N at EL2. */
    final int counters;

    private final boolean el2;
    private final boolean prohibitsEl2;
    private final boolean longCounters;
    private final boolean noneInFirstRange;
    private final boolean freezes;
    private final boolean freezesOnSpe;
    private final boolean freezesCyclesOnSpe;

    CountingRules(Architecture a) {
        counters = a.eventCounters();
        el2 = a.has("FEAT_EL2");
        prohibitsEl2 = el2 && a.has("FEAT_PMUv3p1");
        longCounters = a.has("FEAT_PMUv3p5");
        noneInFirstRange = a.has("FEAT_HPMN0");
        freezes = a.has("FEAT_PMUv3p7");
        freezesOnSpe = freezes && a.has("FEAT_SPEv1p2");
        freezesCyclesOnSpe =
                freezesOnSpe && a.profiling() != null && a.profiling().freezesCycleCounter();
    }

    /** Whether event counters have 64 bits. */
    boolean longCounters() {
        return longCounters;
    }

    /** The number of event counters in the first range (EffectiveHPMN); a reserved MDCR_EL2.HPMN acts as all of them. */
    int firstRange(PeContext c) {
        if (!el2) {
            return counters;
        }
        int hpmn = (int) (c.register(SystemRegister.MDCR_EL2) & MDCR_EL2.HPMN);
        return hpmn == 0 && !noneInFirstRange || hpmn > counters ? counters : hpmn;
    }

    private boolean inFirstRange(PeContext c, int counter) {
        return counter == PmuState.CYCLE_COUNTER || counter < firstRange(c);
    }

    /** The number of event counters that software at the current Exception level has. */
    int accessible(PeContext c) {
        return c.pe.el < 2 && c.system.el2Enabled() ? firstRange(c) : counters;
    }

    /** Bits of PMCNTENSET_EL0 and its like that are not RAZ/WI at the current Exception level. */
    long accessMask(PeContext c) {
        return (1L << accessible(c)) - 1 | CYCLE_COUNTER_BIT;
    }

    private boolean globallyEnabled(PeContext c, int counter) {
        return inFirstRange(c, counter)
                ? (c.register(SystemRegister.PMCR_EL0) & PMCR_EL0.E) != 0
                : (c.register(SystemRegister.MDCR_EL2) & MDCR_EL2.HPME) != 0;
    }

    /** Whether the counter counts at the current Exception level (CountPMUEvents). */
    boolean counts(PeContext c, int counter) {
        if ((c.register(SystemRegister.PMCNTENSET_EL0) >>> counter & 1) == 0 || !globallyEnabled(c, counter)) {
            return false;
        }
        boolean cycles = counter == PmuState.CYCLE_COUNTER;
        boolean prohibited = prohibitsEl2
                && c.pe.el == 2
                && inFirstRange(c, counter)
                && (c.register(SystemRegister.MDCR_EL2) & MDCR_EL2.HPMD) != 0;
        boolean stopped = prohibited || frozen(c, counter);
        if (cycles) {
            stopped = stopped && (c.register(SystemRegister.PMCR_EL0) & PMCR_EL0.DP) != 0
                    || longCounters && c.pe.el == 2 && (c.register(SystemRegister.MDCR_EL2) & MDCR_EL2.HCCD) != 0;
        }
        return !stopped && !filtered(c, c.register(PmuRegisters.type(counter)));
    }

    private boolean frozen(PeContext c, int counter) {
        if (!freezes) {
            return false;
        }
        int first = firstRange(c);
        boolean inFirst = inFirstRange(c, counter);
        long control = c.register(inFirst ? SystemRegister.PMCR_EL0 : SystemRegister.MDCR_EL2);
        if ((control & (inFirst ? PMCR_EL0.FZO : MDCR_EL2.HPMFZO)) != 0) {
            long range = inFirst ? (1L << first) - 1 : (1L << counters) - (1L << first);
            if ((c.register(SystemRegister.PMOVSSET_EL0) & range) != 0) {
                return true;
            }
        }
        boolean affected = counter == PmuState.CYCLE_COUNTER ? freezesCyclesOnSpe : freezesOnSpe;
        return affected && (control & (inFirst ? PMCR_EL0.FZS : MDCR_EL2.HPMFZS)) != 0 && profilingStopped(c);
    }

    /** PMBLIMITR_EL1.{PMFZ, E} is {1, 1} and profiling is stopped. */
    private static boolean profilingStopped(PeContext c) {
        return (c.register(SystemRegister.PMBLIMITR_EL1) & PMBLIMITR_E_PMFZ) == PMBLIMITR_E_PMFZ && c.sampler.stopped();
    }

    private static boolean filtered(PeContext c, long filter) {
        switch (c.pe.el) {
            case 0:
                return (filter & PMEVTYPER_EL0.U) != 0 != ((filter & PMEVTYPER_EL0.NSU) != 0);
            case 1:
                return (filter & PMEVTYPER_EL0.P) != 0 != ((filter & PMEVTYPER_EL0.NSK) != 0);
            case 2:
                return (filter & PMEVTYPER_EL0.NSH) == 0;
            default:
                return true;
        }
    }

    /** Whether a counter overflows from bit 63, not from bit 31. */
    boolean overflowsLong(PeContext c, int counter) {
        if (counter == PmuState.CYCLE_COUNTER) {
            return true;
        }
        return longCounters
                && (inFirstRange(c, counter)
                        ? (c.register(SystemRegister.PMCR_EL0) & PMCR_EL0.LP) != 0
                        : (c.register(SystemRegister.MDCR_EL2) & MDCR_EL2.HLP) != 0);
    }

    /** Level of PMUIRQ. */
    boolean interrupts(PeContext c) {
        long overflows = c.register(SystemRegister.PMOVSSET_EL0) & c.register(SystemRegister.PMINTENSET_EL1);
        for (long left = overflows; left != 0; left &= left - 1) {
            if (globallyEnabled(c, Long.numberOfTrailingZeros(left))) {
                return true;
            }
        }
        return false;
    }
}
