// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;

/**
 * Who may read the counters and use the timers below EL2: CNTKCTL_EL1 for EL0, CNTHCTL_EL2 for EL1 and EL0,
 * and for EL0 of a host (DDI 0487, D24.10.2 and D24.10.15).
 */
final class TimerTraps {
    private static final long HCR_TGE = 1L << 27;
    private static final long HCR_E2H = 1L << 34;
    private static final long SCR_NS = 1;
    private static final long SCR_EEL2 = 1L << 18;

    /** Bits that CNTKCTL_EL1, and CNTHCTL_EL2 of a host, have for EL0. */
    private static final long EL0PCTEN = 1;

    private static final long EL0VCTEN = 1 << 1;
    private static final long EL0VTEN = 1 << 8;
    private static final long EL0PTEN = 1 << 9;
    /** Bits of CNTHCTL_EL2 for EL1: where E2H is 0, then where it is 1. */
    private static final long EL1PCTEN = 1;

    private static final long EL1PCEN = 1 << 1;
    private static final long HOST_EL1PCTEN = 1 << 10;
    private static final long HOST_EL1PTEN = 1 << 11;
    /** Bits of CNTHCTL_EL2 with FEAT_ECV, RES0 without. */
    private static final long EL1TVT = 1 << 13;

    private static final long EL1TVCT = 1 << 14;

    private final boolean el2;
    private final boolean el3;

    TimerTraps(Architecture architecture) {
        el2 = architecture.has("FEAT_EL2");
        el3 = architecture.has("FEAT_EL3");
    }

    /** HCR_EL2, 0 when EL2 is not there or not enabled. */
    private long hcr(PeContext c) {
        return el2Enabled(c) ? c.register(SystemRegister.HCR_EL2) : 0;
    }

    private boolean el2Enabled(PeContext c) {
        return el2 && (!el3 || (c.register(SystemRegister.SCR_EL3) & (SCR_NS | SCR_EEL2)) != 0);
    }

    private static boolean hostEl0(long hcr) {
        return (hcr & (HCR_E2H | HCR_TGE)) == (HCR_E2H | HCR_TGE);
    }

    /** CNTFRQ_EL0: from EL0 as long as one of the counters may be read. */
    AccessRule frequency() {
        return (c, read) -> c.pe.el == 0 ? el0(c, hcr(c), EL0PCTEN | EL0VCTEN) : Access.ALLOWED;
    }

    /** CNTPCT_EL0 and CNTPCTSS_EL0. */
    AccessRule physicalCounter() {
        return physical(EL0PCTEN, EL1PCTEN, HOST_EL1PCTEN);
    }

    /** CNTP_CTL_EL0, CNTP_CVAL_EL0, CNTP_TVAL_EL0. */
    AccessRule physicalTimer() {
        return physical(EL0PTEN, EL1PCEN, HOST_EL1PTEN);
    }

    /** CNTVCT_EL0 and CNTVCTSS_EL0. */
    AccessRule virtualCounter() {
        return virtual(EL0VCTEN, EL1TVCT);
    }

    /** CNTV_CTL_EL0, CNTV_CVAL_EL0, CNTV_TVAL_EL0. */
    AccessRule virtualTimer() {
        return virtual(EL0VTEN, EL1TVT);
    }

    /** An EL0 access needs one of the bits, in CNTHCTL_EL2 under a host, else in CNTKCTL_EL1. */
    private static int el0(PeContext c, long hcr, long enable) {
        if (hostEl0(hcr)) {
            return (c.register(SystemRegister.CNTHCTL_EL2) & enable) == 0 ? Access.trap(2) : Access.ALLOWED;
        }
        return (c.register(SystemRegister.CNTKCTL_EL1) & enable) != 0
                ? Access.ALLOWED
                : Access.trap((hcr & HCR_TGE) != 0 ? 2 : 1);
    }

    private AccessRule physical(long el0Enable, long el1Enable, long hostEl1Enable) {
        return (c, read) -> {
            if (c.pe.el > 1) {
                return Access.ALLOWED;
            }
            long hcr = hcr(c);
            int decision = c.pe.el == 0 ? el0(c, hcr, el0Enable) : Access.ALLOWED;
            if (decision != Access.ALLOWED || !el2Enabled(c) || c.pe.el == 0 && hostEl0(hcr)) {
                return decision;
            }
            long enable = (hcr & HCR_E2H) != 0 ? hostEl1Enable : el1Enable;
            return (c.register(SystemRegister.CNTHCTL_EL2) & enable) == 0 ? Access.trap(2) : Access.ALLOWED;
        };
    }

    private AccessRule virtual(long el0Enable, long el1Trap) {
        return (c, read) -> {
            if (c.pe.el > 1) {
                return Access.ALLOWED;
            }
            long hcr = hcr(c);
            int decision = c.pe.el == 0 ? el0(c, hcr, el0Enable) : Access.ALLOWED;
            if (decision != Access.ALLOWED || !el2Enabled(c) || c.pe.el == 0 && hostEl0(hcr)) {
                return decision;
            }
            return (c.register(SystemRegister.CNTHCTL_EL2) & el1Trap) != 0 ? Access.trap(2) : Access.ALLOWED;
        };
    }
}
