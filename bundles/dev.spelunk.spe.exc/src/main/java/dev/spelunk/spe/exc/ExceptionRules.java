// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.exc;

import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCR_EL3;

/**
 * Reporting of buffer management events with FEAT_SPE_EXC, as functions of register values (DDI 0487, D17.8, Tables
 * D17-5 to D17-10).
 */
final class ExceptionRules {
    private static final int EC_GPC = 0x1E;
    private static final int EC_STAGE1 = 0x24;
    private static final int EC_STAGE2 = 0x25;

    /** Values of PMSCR_ELx.EE and MDCR_EL3.PMSEE. */
    private static final int DELEGATED = 1;

    private static final int SOME = 2;
    private static final int ALL = 3;

    private ExceptionRules() {}

    /**
     * Effective PMSCR_EL2.EE (EffectivePMSCR_EL2_EE).
     *
     * @param pmsee MDCR_EL3.PMSEE; 1 without EL3
     * @param el2Enabled EL2 is implemented and enabled in the Security state that SCR_EL3 selects
     * @param ee PMSCR_EL2.EE
     */
    static int effectiveEl2Ee(int pmsee, boolean el2Enabled, int ee) {
        if (pmsee == 0) {
            return 0;
        }
        return el2Enabled ? ee : DELEGATED;
    }

    /**
     * Effective PMSCR_EL1.EE (EffectivePMSCR_EL1_EE); without FEAT_NV the reserved values 01 and 10 count as 00.
     *
     * @param el2Ee effective PMSCR_EL2.EE
     * @param ee PMSCR_EL1.EE
     */
    static int effectiveEl1Ee(int el2Ee, boolean nv, int ee) {
        if (el2Ee == 0) {
            return 0;
        }
        return ee == ALL || nv && ee == SOME ? ALL : 0;
    }

    /** Whether a recorded event stops profiling (rule RTWFRY); an S of EL2 or EL3 counts while its EL takes exceptions. */
    static boolean stopped(boolean s1, boolean s2, boolean s3, int pmsee, int el2Ee) {
        return s1 || s2 && el2Ee >= SOME || s3 && pmsee >= SOME;
    }

    /**
     * Which PMBSR_ELx records an event (rule RHJXHT, Tables D17-5 to D17-7).
     *
     * @param ec PMBSR_ELx.EC: 0 for everything that is not an abort or a granule protection check fault
     * @param pmsee MDCR_EL3.PMSEE; 1 without EL3
     * @param el2Ee effective PMSCR_EL2.EE
     * @param scrEl3 for {GPF, EA}
     * @param hcrEl2 for {GPF, TEA}
     * @return 1, 2 or 3
     */
    static int target(int ec, int fsc, int pmsee, int el2Ee, int owningEl, long scrEl3, long hcrEl2) {
        boolean stage1 = ec == EC_STAGE1;
        boolean stage2 = ec == EC_STAGE2;
        boolean gpc = ec == EC_GPC;
        boolean gpf = (stage1 || stage2) && (fsc >>> 1 == 0x11 || fsc >>> 2 == 0x9 || fsc == 0x28);
        boolean external = (stage1 || stage2) && (fsc == 0x10 || fsc >>> 1 == 0x9 || fsc >>> 2 == 0x5 || fsc == 0x1B);
        if (pmsee == ALL
                || pmsee == SOME
                        && (gpc || gpf && (scrEl3 & SCR_EL3.GPF) != 0 || external && (scrEl3 & SCR_EL3.EA) != 0)) {
            return 3;
        }
        if (el2Ee == ALL
                || el2Ee == SOME
                        && (stage2
                                || stage1 && owningEl == 2
                                || gpc
                                || gpf && (hcrEl2 & HCR_EL2.GPF) != 0
                                || external && (hcrEl2 & HCR_EL2.TEA) != 0)) {
            return 2;
        }
        return 1;
    }

    /** Level of PMBIRQ (rule RTSJRP). @param el1Ee effective PMSCR_EL1.EE */
    static boolean interrupt(boolean s1, int el1Ee) {
        return s1 && el1Ee == 0;
    }

    /** Target of the exception that PMBSR_EL3.S makes pending and that is unmasked at el, or 0 (Table D17-10). */
    static int exceptionFromEl3(boolean s3, int pmsee, int el) {
        return s3 && pmsee >= SOME && el < 3 ? 3 : 0;
    }

    /** Target of the exception that PMBSR_EL2.S makes pending and that is unmasked at el, or 0 (Table D17-9). */
    static int exceptionFromEl2(boolean s2, int el2Ee, boolean ke, boolean pm, boolean inOwningState, int el) {
        boolean unmasked = el < 2 || el == 2 && el2Ee == ALL && ke && !pm;
        return s2 && el2Ee >= SOME && inOwningState && unmasked ? 2 : 0;
    }

    /** Target of the exception that PMBSR_EL1.S makes pending and that is unmasked at el, or 0 (Table D17-8). */
    static int exceptionFromEl1(
            boolean s1, int el1Ee, boolean tge, boolean ke, boolean pm, boolean inOwningState, int el) {
        boolean unmasked = el == 0 || el == 1 && ke && !pm;
        if (!s1 || el1Ee != ALL || !inOwningState || !unmasked) {
            return 0;
        }
        return tge ? 2 : 1;
    }
}
