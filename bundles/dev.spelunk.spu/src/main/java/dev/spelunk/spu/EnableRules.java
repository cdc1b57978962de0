// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.registers.fields.PMSCR_EL1;
import dev.spelunk.api.registers.fields.PMSCR_EL2;
import dev.spelunk.api.wiring.SecurityState;

/** Where profiling is enabled, as functions of register values (DDI 0487, D17.4). */
final class EnableRules {
    private EnableRules() {}

    /** Whether the profiling buffer is enabled (D17.4): this PE has neither Debug state nor AArch32. */
    static boolean bufferEnabled(SecurityState owning, SecurityState current, boolean e, boolean stopped) {
        return owning == current && e && !stopped;
    }

    /**
     * Whether profiling is enabled at an Exception level (D17.4 and Table D17-1).
     *
     * @param el 0..3
     * @param stateAtEl Security state of that Exception level
     * @param tge the effective value of HCR_EL2.TGE
     */
    static boolean profilingEnabled(
            int el,
            boolean bufferEnabled,
            SecurityState owningState,
            int owningEl,
            SecurityState stateAtEl,
            boolean tge,
            long pmscrEl1,
            long pmscrEl2) {
        if (!bufferEnabled || el > owningEl || tge && owningEl == 1 || owningState != stateAtEl) {
            return false;
        }
        switch (el) {
            case 0:
                return tge ? (pmscrEl2 & PMSCR_EL2.E0HSPE) != 0 : (pmscrEl1 & PMSCR_EL1.E0SPE) != 0;
            case 1:
                return (pmscrEl1 & PMSCR_EL1.E1SPE) != 0;
            default:
                return (pmscrEl2 & PMSCR_EL2.E2SPE) != 0;
        }
    }
}
