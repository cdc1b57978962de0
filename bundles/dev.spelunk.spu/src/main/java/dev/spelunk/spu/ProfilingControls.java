// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.profiling.ManagementEventRouting;
import dev.spelunk.api.profiling.ProfilingOwnership;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.wiring.PeContext;

/** {@link OwnershipRules} over the current register values of one PE, and the composed routing of its events. */
final class ProfilingControls implements ProfilingOwnership {
    private static final int[] PMBSR = {0, SystemRegister.PMBSR_EL1, SystemRegister.PMBSR_EL2, SystemRegister.PMBSR_EL3
    };

    private final SpuRegisters registers;
    private final ManagementEventRouting routing;

    ProfilingControls(SpuRegisters registers, ProfilingRules rules) {
        this.registers = registers;
        routing = rules.routing();
    }

    int owningState() {
        return OwnershipRules.owningState(registers.el3, registers.rme, registers.get(SpuRegisters.MDCR_EL3));
    }

    @Override
    public PeContext context() {
        return registers.context;
    }

    @Override
    public int owningEl() {
        return OwnershipRules.owningEl(registers.el2, owningState(), secureEl2(), registers.get(SpuRegisters.MDCR_EL2));
    }

    /** Security state of EL2, EL1 and EL0 now. */
    int currentState() {
        if (!registers.el3) {
            return OwnershipRules.NON_SECURE;
        }
        long scr = registers.get(SpuRegisters.SCR_EL3);
        return (registers.rme ? (int) (scr >>> SCR_EL3.NSE_SHIFT) & 1 : 0) << 1 | (int) (scr & SCR_EL3.NS);
    }

    @Override
    public boolean inOwningState() {
        return owningState() == currentState();
    }

    @Override
    public boolean el2Enabled() {
        return registers.el2 && (currentState() != OwnershipRules.SECURE || secureEl2());
    }

    boolean bufferEnabled() {
        return OwnershipRules.bufferEnabled(
                owningState(),
                currentState(),
                (registers.get(SpuRegisters.PMBLIMITR_EL1) & PMBLIMITR_EL1.E) != 0,
                stopped());
    }

    boolean stopped() {
        return routing.stopped(this);
    }

    boolean enabledAt(int el) {
        return OwnershipRules.profilingEnabled(
                el,
                bufferEnabled(),
                owningState(),
                owningEl(),
                currentState(),
                el2Enabled(),
                registers.get(SpuRegisters.HCR_EL2),
                registers.get(SpuRegisters.PMSCR_EL1),
                registers.get(SpuRegisters.PMSCR_EL2));
    }

    @Override
    public int owningRegime() {
        if (owningEl() == 1) {
            return Translator.REGIME_EL10;
        }
        return (registers.get(SpuRegisters.HCR_EL2) & HCR_EL2.E2H) != 0
                ? Translator.REGIME_EL20
                : Translator.REGIME_EL2;
    }

    /** Encoding of the register that records an event: see {@link ManagementEventRouting#target}. */
    int syndromeRegister(int ec, int fsc) {
        return PMBSR[routing.target(this, ec, fsc)];
    }

    /** Level of PMBIRQ. */
    boolean interruptLevel() {
        return routing.interrupt(this);
    }

    /** Target of the SPE Profiling exception that is to be taken at the current Exception level, or 0. */
    int exceptionTarget() {
        return routing.exceptionTarget(this);
    }

    private boolean secureEl2() {
        return registers.sel2 && (registers.get(SpuRegisters.SCR_EL3) & SCR_EL3.EEL2) != 0;
    }
}
