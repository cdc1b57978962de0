// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.registers.fields.CNTHCTL_EL2;
import dev.spelunk.api.registers.fields.PMSCR_EL1;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.SystemFunctions;

/** Contexts, timestamp and physical address of a sample, as PMSCR_EL1 and PMSCR_EL2 select them (DDI 0487, D17.6). */
final class SampleContext {
    static final int VIRTUAL = 0;
    static final int PHYSICAL = 1;
    static final int OFFSET_PHYSICAL = 3;

    private final MachineState machine;
    private final SpuRegisters registers;
    private final SystemFunctions system;

    SampleContext(MachineState machine, SpuRegisters registers) {
        this.machine = machine;
        this.registers = registers;
        system = registers.context.system;
    }

    /** Completes the operation that is now the sample: what the controls do not select is taken away. */
    void collect(Operation sample) {
        int owner = system.profilingBufferOwnerEl();
        boolean el2 = system.el2Enabled();
        long pmscr1 = registers.get(SpuRegisters.PMSCR_EL1);
        long pmscr2 = registers.get(SpuRegisters.PMSCR_EL2);

        if (sample.el != 2 && !system.effectiveTge() && (pmscr1 & PMSCR_EL1.CX) != 0) {
            sample.flags |= Operation.HAS_CONTEXT_EL1;
            sample.contextEl1 = (int) registers.get(SpuRegisters.CONTEXTIDR_EL1);
        }
        if (el2 && (pmscr2 & PMSCR_EL1.CX) != 0) {
            sample.flags |= Operation.HAS_CONTEXT_EL2;
            sample.contextEl2 = (int) registers.get(SpuRegisters.CONTEXTIDR_EL2);
        }
        if (!physicalAddress(owner, el2, pmscr1, pmscr2)) {
            sample.flags &= ~Operation.HAS_PA;
        }
        if (((owner == 1 ? pmscr1 : pmscr2) & PMSCR_EL1.TS) != 0) {
            sample.flags |= Operation.HAS_TIMESTAMP;
            sample.timestamp = machine.count(sample.dispatch)
                    - offset(timestamp(owner, el2, registers.ecv, pmscr1, pmscr2), sample.el);
        }
    }

    /** Whether the data physical address is collected (CollectPhysicalAddress). */
    static boolean physicalAddress(int owningEl, boolean el2Enabled, long pmscrEl1, long pmscrEl2) {
        if (!el2Enabled) {
            return (pmscrEl1 & PMSCR_EL1.PA) != 0;
        }
        return (pmscrEl2 & PMSCR_EL1.PA) != 0 && (owningEl == 2 || (pmscrEl1 & PMSCR_EL1.PA) != 0);
    }

    /** Which counter a timestamp shows (Table D17-3); the reserved PCT value counts as 00. */
    static int timestamp(int owningEl, boolean el2Enabled, boolean ecv, long pmscrEl1, long pmscrEl2) {
        int pct1 = pct(ecv, pmscrEl1);
        if (!el2Enabled) {
            return pct1;
        }
        int pct2 = pct(ecv, pmscrEl2);
        if (owningEl == 2 || pct2 == VIRTUAL) {
            return pct2;
        }
        return pct1 == VIRTUAL ? VIRTUAL : pct2 == OFFSET_PHYSICAL ? OFFSET_PHYSICAL : pct1;
    }

    private static int pct(boolean ecv, long pmscr) {
        int pct = (int) (pmscr >>> PMSCR_EL1.PCT_SHIFT) & (ecv ? 3 : 1);
        return pct == 2 ? VIRTUAL : pct;
    }

    private long offset(int kind, int el) {
        if (kind == VIRTUAL) {
            return !system.haveEl(2) || system.elIsInHost(el) ? 0 : registers.get(SpuRegisters.CNTVOFF_EL2);
        }
        boolean offset = kind == OFFSET_PHYSICAL
                && system.haveEl(2)
                && (registers.get(SpuRegisters.CNTHCTL_EL2) & CNTHCTL_EL2.ECV) != 0
                && system.enabledByScr(SCR_EL3.ECVEn);
        return offset ? registers.get(SpuRegisters.CNTPOFF_EL2) : 0;
    }
}
