// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.mmu.Translator;

/** {@link OwnershipRules} over the current register values of one PE. */
final class ProfilingControls {
    private static final long PMBLIMITR_E = 1;
    private static final long HCR_E2H = 1L << 34;
    private static final long SCR_NS = 1;
    private static final long SCR_EEL2 = 1L << 18;
    private static final int SCR_NSE_SHIFT = 62;

    private final SpuRegisters registers;

    ProfilingControls(SpuRegisters registers) {
        this.registers = registers;
    }

    int owningState() {
        return OwnershipRules.owningState(registers.el3, registers.rme, registers.get(SpuRegisters.MDCR_EL3));
    }

    int owningEl() {
        return OwnershipRules.owningEl(registers.el2, owningState(), secureEl2(), registers.get(SpuRegisters.MDCR_EL2));
    }

    /** Security state of EL2, EL1 and EL0 now. */
    int currentState() {
        if (!registers.el3) {
            return OwnershipRules.NON_SECURE;
        }
        long scr = registers.get(SpuRegisters.SCR_EL3);
        return (registers.rme ? (int) (scr >>> SCR_NSE_SHIFT) & 1 : 0) << 1 | (int) (scr & SCR_NS);
    }

    /** EL2 is implemented and enabled in the current Security state. */
    boolean el2Enabled() {
        return registers.el2 && (currentState() != OwnershipRules.SECURE || secureEl2());
    }

    boolean bufferEnabled() {
        return OwnershipRules.bufferEnabled(owningState(), currentState(),
                (registers.get(SpuRegisters.PMBLIMITR_EL1) & PMBLIMITR_E) != 0, stopped());
    }

    boolean stopped() {
        return OwnershipRules.stopped(
                (registers.get(SpuRegisters.PMBSR_EL1) & SpuRegisters.S) != 0,
                (registers.get(SpuRegisters.PMBSR_EL2) & SpuRegisters.S) != 0,
                (registers.get(SpuRegisters.PMBSR_EL3) & SpuRegisters.S) != 0,
                effectiveEl2Ee(), registers.el3, registers.get(SpuRegisters.MDCR_EL3));
    }

    boolean enabledAt(int el) {
        return OwnershipRules.profilingEnabled(el, bufferEnabled(), owningState(), owningEl(), currentState(),
                el2Enabled(), registers.get(SpuRegisters.HCR_EL2), registers.get(SpuRegisters.PMSCR_EL1),
                registers.get(SpuRegisters.PMSCR_EL2));
    }

    /** Owning translation regime, one of the constants of {@link Translator} (DDI 0487, D17.7.5). */
    int owningRegime() {
        if (owningEl() == 1) {
            return Translator.REGIME_EL10;
        }
        return (registers.get(SpuRegisters.HCR_EL2) & HCR_E2H) != 0 ? Translator.REGIME_EL20 : Translator.REGIME_EL2;
    }

    /** Register, one of {@link SpuRegisters}, that records an event: see {@link OwnershipRules#target}. */
    int syndromeRegister(int ec, int fsc) {
        int target = OwnershipRules.target(ec, fsc, registers.exc, registers.rme, registers.el3,
                registers.get(SpuRegisters.MDCR_EL3), effectiveEl2Ee(), owningEl(),
                registers.get(SpuRegisters.SCR_EL3), registers.get(SpuRegisters.HCR_EL2));
        return SpuRegisters.PMBSR_EL1 + target - 1;
    }

    /** Level of PMBIRQ: PMBSR_EL1.S while the EL1 SPE Profiling exception is disabled (DDI 0487, D17.8). */
    boolean interruptLevel() {
        return (registers.get(SpuRegisters.PMBSR_EL1) & SpuRegisters.S) != 0
                && OwnershipRules.effectiveEl1Ee(effectiveEl2Ee(), registers.nv, registers.get(SpuRegisters.PMSCR_EL1)) == 0;
    }

    private int effectiveEl2Ee() {
        return OwnershipRules.effectiveEl2Ee(registers.exc, registers.el3, registers.get(SpuRegisters.MDCR_EL3),
                el2Enabled(), registers.get(SpuRegisters.PMSCR_EL2));
    }

    private boolean secureEl2() {
        return registers.sel2 && (registers.get(SpuRegisters.SCR_EL3) & SCR_EEL2) != 0;
    }
}
