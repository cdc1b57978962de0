// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

/**
 * Who owns the profiling buffer and where profiling is enabled, as functions of register values
 * (DDI 0487, D17.4, D17.7.5 and D17.8). A Security state is {NSE, NS}; {@link #ROOT} owns nothing and
 * stands for what the reserved values of MDCR_EL3.{NSPBE, NSPB} select.
 */
final class OwnershipRules {
    static final int SECURE = 0;
    static final int NON_SECURE = 1;
    static final int ROOT = 2;
    static final int REALM = 3;

    /** PMBSR_ELx.EC of a granule protection check fault, and of stage 1 and stage 2 aborts. */
    static final int EC_OTHER = 0x00;
    static final int EC_GPC = 0x1E;
    static final int EC_STAGE1 = 0x24;
    static final int EC_STAGE2 = 0x25;

    private static final int NSPB_SHIFT = 12;
    private static final int NSPBE_SHIFT = 11;
    private static final int E2PB_SHIFT = 12;
    private static final long HCR_TGE = 1L << 27;

    private OwnershipRules() {
    }

    /**
     * The owning Security state (D17.7.5). Without EL3 the PE executes in Non-secure state.
     *
     * @param mdcrEl3 MDCR_EL3, for {NSPBE, NSPB}; NSPBE counts with FEAT_RME only
     */
    static int owningState(boolean el3, boolean rme, long mdcrEl3) {
        if (!el3) {
            return NON_SECURE;
        }
        boolean nspb1 = (mdcrEl3 >>> NSPB_SHIFT + 1 & 1) != 0;
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
        return enabled && (mdcrEl2 >>> E2PB_SHIFT & 3) == 0 ? 2 : 1;
    }

    /** Effective PMSCR_EL2.EE: 0 without FEAT_SPE_EXC. */
    static int effectiveEl2Ee(boolean exc, boolean el3, long mdcrEl3, boolean el2Enabled, long pmscrEl2) {
        if (!exc || el3 && pmsee(mdcrEl3) == 0) {
            return 0;
        }
        return el2Enabled ? (int) (pmscrEl2 >>> 8) & 3 : 1;
    }

    /** Effective PMSCR_EL1.EE; without FEAT_NV the reserved values 01 and 10 count as 00. */
    static int effectiveEl1Ee(int effectiveEl2Ee, boolean nv, long pmscrEl1) {
        if (effectiveEl2Ee == 0) {
            return 0;
        }
        int ee = (int) (pmscrEl1 >>> 8) & 3;
        if (ee == 1 || ee == 2) {
            return nv && ee == 2 ? 3 : 0;
        }
        return ee;
    }

    /** Whether profiling is stopped by a recorded management event (D17.4, rule RTWFRY). */
    static boolean stopped(boolean s1, boolean s2, boolean s3, int effectiveEl2Ee, boolean el3, long mdcrEl3) {
        return s1 || s2 && effectiveEl2Ee >= 2 || s3 && el3 && pmsee(mdcrEl3) >= 2;
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
            int el, boolean bufferEnabled, int owningState, int owningEl, int stateAtEl, boolean el2Enabled,
            long hcrEl2, long pmscrEl1, long pmscrEl2) {
        boolean tge = el2Enabled && (hcrEl2 & HCR_TGE) != 0;
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

    /**
     * Which PMBSR_ELx records an event (rule RHJXHT, Tables D17-5 to D17-7): 1, 2 or 3.
     *
     * @param ec {@link #EC_OTHER} for everything that is not an abort or a granule protection check fault
     * @param scrEl3 for {GPF, EA}
     * @param hcrEl2 for {GPF, TEA}
     */
    static int target(
            int ec, int fsc, boolean exc, boolean rme, boolean el3, long mdcrEl3, int effectiveEl2Ee, int owningEl,
            long scrEl3, long hcrEl2) {
        if (!exc) {
            return 1;
        }
        boolean stage1 = ec == EC_STAGE1;
        boolean stage2 = ec == EC_STAGE2;
        boolean gpc = rme && ec == EC_GPC;
        boolean gpf = rme && (stage1 || stage2) && (fsc >>> 1 == 0x11 || fsc >>> 2 == 0x9 || fsc == 0x28);
        boolean external = (stage1 || stage2) && (fsc == 0x10 || fsc >>> 1 == 0x9 || fsc >>> 2 == 0x5 || fsc == 0x1B);
        if (el3 && pmsee(mdcrEl3) >= 2) {
            boolean all = pmsee(mdcrEl3) == 3;
            if (all || gpc || gpf && (scrEl3 >>> 48 & 1) != 0 || external && (scrEl3 >>> 3 & 1) != 0) {
                return 3;
            }
        }
        if (effectiveEl2Ee >= 2) {
            boolean all = effectiveEl2Ee == 3;
            if (all || stage2 || stage1 && owningEl == 2 || gpc
                    || gpf && (hcrEl2 >>> 48 & 1) != 0 || external && (hcrEl2 >>> 37 & 1) != 0) {
                return 2;
            }
        }
        return 1;
    }

    private static int pmsee(long mdcrEl3) {
        return (int) (mdcrEl3 >>> 51) & 3;
    }
}
