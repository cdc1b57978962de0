// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;

/**
 * Who owns the profiling buffer and where profiling is enabled, as functions of register values
 * (DDI 0487, D17.4 and D17.7.5). A Security state is {NSE, NS}; {@link #ROOT} owns nothing and
 * stands for what the reserved values of MDCR_EL3.{NSPBE, NSPB} select.
 */
final class OwnershipRules {
    static final int SECURE = 0;
    static final int NON_SECURE = 1;
    static final int ROOT = 2;
    static final int REALM = 3;

    /** PMBSR_ELx.EC of stage 1 and stage 2 aborts, and of what is neither. */
    static final int EC_OTHER = 0x00;

    static final int EC_STAGE1 = 0x24;
    static final int EC_STAGE2 = 0x25;

    private static final int NSPBE_SHIFT = 11;

    private OwnershipRules() {}

    /**
     * The owning Security state (D17.7.5). Without EL3 the PE executes in Non-secure state.
     *
     * @param mdcrEl3 MDCR_EL3, for {NSPBE, NSPB}; NSPBE counts with FEAT_RME only
     */
    static int owningState(boolean el3, boolean rme, long mdcrEl3) {
        if (!el3) {
            return NON_SECURE;
        }
        boolean nspb1 = (mdcrEl3 >>> MDCR_EL3.NSPB_SHIFT + 1 & 1) != 0;
        boolean nspbe = rme && (mdcrEl3 >>> NSPBE_SHIFT & 1) != 0;
        if (nspbe) {
            return nspb1 ? REALM : ROOT;
        }
        return nspb1 ? NON_SECURE : SECURE;
    }

    /**
     * The owning Exception level, 1 or 2 (D17.7.5).
     *
     * @param el2 EL2 is implemented
     * @param secureEl2 EL2 is enabled in Secure state
     */
    static int owningEl(boolean el2, int owningState, boolean secureEl2, long mdcrEl2) {
        boolean enabled = el2 && (owningState != SECURE || secureEl2);
        return enabled && (mdcrEl2 >>> MDCR_EL2.E2PB_SHIFT & 3) == 0 ? 2 : 1;
    }

    /** Whether the profiling buffer is enabled (D17.4): this PE has neither Debug state nor AArch32. */
    static boolean bufferEnabled(int owningState, int currentState, boolean e, boolean stopped) {
        return owningState == currentState && e && !stopped;
    }

    /**
     * Whether profiling is enabled at an Exception level (D17.4 and Table D17-1).
     *
     * @param el 0..3
     * @param stateAtEl Security state of that Exception level
     * @param el2Enabled EL2 is implemented and enabled in the current Security state
     */
    static boolean profilingEnabled(
            int el,
            boolean bufferEnabled,
            int owningState,
            int owningEl,
            int stateAtEl,
            boolean el2Enabled,
            long hcrEl2,
            long pmscrEl1,
            long pmscrEl2) {
        boolean tge = el2Enabled && (hcrEl2 & HCR_EL2.TGE) != 0;
        if (!bufferEnabled || el > owningEl || tge && owningEl == 1 || owningState != stateAtEl) {
            return false;
        }
        switch (el) {
            case 0:
                return ((tge ? pmscrEl2 : pmscrEl1) & 1) != 0;
            case 1:
                return (pmscrEl1 & 2) != 0;
            default:
                return (pmscrEl2 & 2) != 0;
        }
    }
}
