// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterDefinition.Builder;
import dev.spelunk.api.banks.TrapControls;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.state.PmuState;
import dev.spelunk.api.wiring.PeContext;

/** Who may access the performance monitors below EL2 (DDI 0487, D13.11 and the accessor pseudocode of D24.5). */
final class PmuTraps {
    private final CountingRules counting;

    PmuTraps(Architecture architecture) {
        counting = new CountingRules(architecture);
    }

    /**
     * Adds the controls of one register in the order of its accessors.
     *
     * @param readEnables bits of PMUSERENR_EL0 of which EL0 needs one to read; 0 for a register that EL0 always reads
     * @param writeEnables the same for writes
     * @param readBit of HDFGRTR_EL2, 0 for none
     * @param writeBit of HDFGWTR_EL2, 0 for none
     */
    Builder guard(Builder b, long readEnables, long writeEnables, long readBit, long writeBit) {
        b.rule((c, read) -> fromEl0(c, read ? readEnables : writeEnables));
        if (readBit != 0) {
            b.rule(TrapControls.fineGrained(SystemRegister.HDFGRTR_EL2, -1, readBit, 1));
        }
        if (writeBit != 0) {
            b.rule(TrapControls.fineGrained(-1, SystemRegister.HDFGWTR_EL2, writeBit, 1));
        }
        return b.rule(hypervisor(MDCR_EL2.TPM));
    }

    /** MDCR_EL2.TPMCR, of PMCR_EL0 alone. */
    AccessRule controlRegister() {
        return hypervisor(MDCR_EL2.TPMCR);
    }

    /** MDCR_EL3.TPM. */
    AccessRule monitor() {
        return TrapControls.trapToEl3(SystemRegister.MDCR_EL3, MDCR_EL3.TPM, MDCR_EL3.TPM);
    }

    private static int fromEl0(PeContext c, long enables) {
        if (c.pe.el != 0 || enables == 0 || (c.register(SystemRegister.PMUSERENR_EL0) & enables) != 0) {
            return Access.ALLOWED;
        }
        boolean tge = c.system.effectiveTge();
        return Access.trap(tge ? 2 : 1);
    }

    private static AccessRule hypervisor(long bit) {
        return (c, read) -> c.pe.el < 2 && c.system.el2Enabled() && (c.register(SystemRegister.MDCR_EL2) & bit) != 0
                ? Access.trap(2)
                : Access.ALLOWED;
    }

    /** An event counter that EL2 keeps for itself: a trap, which without FEAT_FGT is one of the permitted choices. */
    AccessRule accessible(int counter) {
        return (c, read) -> counter >= counting.accessible(c) ? Access.trap(2) : Access.ALLOWED;
    }

    /** PMSELR_EL0.SEL selects an implemented counter: UNDEFINED otherwise. */
    AccessRule selectedImplemented(boolean cycleCounterToo) {
        return (c, read) -> {
            int selected = selected(c);
            return selected < counting.counters || cycleCounterToo && selected == PmuState.CYCLE_COUNTER
                    ? Access.ALLOWED
                    : Access.UNDEFINED;
        };
    }

    /** PMSELR_EL0.SEL selects a counter that EL2 has not kept for itself. */
    AccessRule selectedAccessible() {
        return (c, read) -> selected(c) != PmuState.CYCLE_COUNTER && selected(c) >= counting.accessible(c)
                ? Access.trap(2)
                : Access.ALLOWED;
    }

    static int selected(PeContext c) {
        return (int) c.register(PmuRegisters.PMSELR_EL0) & 31;
    }
}
