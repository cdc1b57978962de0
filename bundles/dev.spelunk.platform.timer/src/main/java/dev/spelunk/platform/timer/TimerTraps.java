// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CNTHCTL_EL2;
import dev.spelunk.api.registers.fields.CNTKCTL_EL1;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.wiring.PeContext;

/**
 * Who may read the counters and use the timers below EL2: CNTKCTL_EL1 for EL0, CNTHCTL_EL2 for EL1 and EL0,
 * and for EL0 of a host (DDI 0487, D24.10.2 and D24.10.15).
 */
final class TimerTraps {

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
        return el2 && (!el3 || (c.register(SystemRegister.SCR_EL3) & (SCR_EL3.NS | SCR_EL3.EEL2)) != 0);
    }

    private static boolean hostEl0(long hcr) {
        return (hcr & (HCR_EL2.E2H | HCR_EL2.TGE)) == (HCR_EL2.E2H | HCR_EL2.TGE);
    }

    /** CNTFRQ_EL0: from EL0 as long as one of the counters may be read. */
    AccessRule frequency() {
        return (c, read) -> c.pe.el == 0 ? el0(c, hcr(c), CNTKCTL_EL1.EL0PCTEN | CNTKCTL_EL1.EL0VCTEN) : Access.ALLOWED;
    }

    /** CNTPCT_EL0 and CNTPCTSS_EL0. */
    AccessRule physicalCounter() {
        return physical(CNTKCTL_EL1.EL0PCTEN, CNTHCTL_EL2.EL1PCTEN, CNTHCTL_EL2.HOST_EL1PCTEN);
    }

    /** CNTP_CTL_EL0, CNTP_CVAL_EL0, CNTP_TVAL_EL0. */
    AccessRule physicalTimer() {
        return physical(CNTKCTL_EL1.EL0PTEN, CNTHCTL_EL2.EL1PCEN, CNTHCTL_EL2.HOST_EL1PTEN);
    }

    /** CNTVCT_EL0 and CNTVCTSS_EL0. */
    AccessRule virtualCounter() {
        return virtual(CNTKCTL_EL1.EL0VCTEN, CNTHCTL_EL2.EL1TVCT);
    }

    /** CNTV_CTL_EL0, CNTV_CVAL_EL0, CNTV_TVAL_EL0. */
    AccessRule virtualTimer() {
        return virtual(CNTKCTL_EL1.EL0VTEN, CNTHCTL_EL2.EL1TVT);
    }

    /** An EL0 access needs one of the bits, in CNTHCTL_EL2 under a host, else in CNTKCTL_EL1. */
    private static int el0(PeContext c, long hcr, long enable) {
        if (hostEl0(hcr)) {
            return (c.register(SystemRegister.CNTHCTL_EL2) & enable) == 0 ? Access.trap(2) : Access.ALLOWED;
        }
        return (c.register(SystemRegister.CNTKCTL_EL1) & enable) != 0
                ? Access.ALLOWED
                : Access.trap((hcr & HCR_EL2.TGE) != 0 ? 2 : 1);
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
            long enable = (hcr & HCR_EL2.E2H) != 0 ? hostEl1Enable : el1Enable;
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
