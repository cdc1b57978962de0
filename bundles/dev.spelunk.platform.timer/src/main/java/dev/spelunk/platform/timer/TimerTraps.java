// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CNTHCTL_EL2;
import dev.spelunk.api.registers.fields.CNTKCTL_EL1;
import dev.spelunk.api.wiring.PeContext;

/**
 * Who may read the counters and use the timers below EL2: CNTKCTL_EL1 for EL0, CNTHCTL_EL2 for EL1 and EL0,
 * and for EL0 of a host (DDI 0487, D24.10.2 and D24.10.15).
 */
final class TimerTraps {

    private TimerTraps() {}

    /** CNTFRQ_EL0: from EL0 as long as one of the counters may be read. */
    static AccessRule frequency() {
        return (c, read) -> c.pe.el == 0 ? el0(c, CNTKCTL_EL1.EL0PCTEN | CNTKCTL_EL1.EL0VCTEN) : Access.ALLOWED;
    }

    /** CNTPCT_EL0 and CNTPCTSS_EL0. */
    static AccessRule physicalCounter() {
        return physical(CNTKCTL_EL1.EL0PCTEN, CNTHCTL_EL2.EL1PCTEN, CNTHCTL_EL2.HOST_EL1PCTEN);
    }

    /** CNTP_CTL_EL0, CNTP_CVAL_EL0, CNTP_TVAL_EL0. */
    static AccessRule physicalTimer() {
        return physical(CNTKCTL_EL1.EL0PTEN, CNTHCTL_EL2.EL1PCEN, CNTHCTL_EL2.HOST_EL1PTEN);
    }

    /** CNTVCT_EL0 and CNTVCTSS_EL0. */
    static AccessRule virtualCounter() {
        return virtual(CNTKCTL_EL1.EL0VCTEN, CNTHCTL_EL2.EL1TVCT);
    }

    /** CNTV_CTL_EL0, CNTV_CVAL_EL0, CNTV_TVAL_EL0. */
    static AccessRule virtualTimer() {
        return virtual(CNTKCTL_EL1.EL0VTEN, CNTHCTL_EL2.EL1TVT);
    }

    /** An EL0 access needs one of the bits, in CNTHCTL_EL2 under a host, else in CNTKCTL_EL1. */
    private static int el0(PeContext c, long enable) {
        if (c.system.elIsInHost(0)) {
            return (c.register(SystemRegister.CNTHCTL_EL2) & enable) == 0 ? Access.trap(2) : Access.ALLOWED;
        }
        return (c.register(SystemRegister.CNTKCTL_EL1) & enable) != 0
                ? Access.ALLOWED
                : Access.trap(c.system.effectiveTge() ? 2 : 1);
    }

    private static AccessRule physical(long el0Enable, long el1Enable, long hostEl1Enable) {
        return (c, read) -> {
            if (c.pe.el > 1) {
                return Access.ALLOWED;
            }
            int decision = c.pe.el == 0 ? el0(c, el0Enable) : Access.ALLOWED;
            if (decision != Access.ALLOWED || !c.system.el2Enabled() || c.system.isInHost()) {
                return decision;
            }
            long enable = c.system.elIsInHost(2) ? hostEl1Enable : el1Enable;
            return (c.register(SystemRegister.CNTHCTL_EL2) & enable) == 0 ? Access.trap(2) : Access.ALLOWED;
        };
    }

    private static AccessRule virtual(long el0Enable, long el1Trap) {
        return (c, read) -> {
            if (c.pe.el > 1) {
                return Access.ALLOWED;
            }
            int decision = c.pe.el == 0 ? el0(c, el0Enable) : Access.ALLOWED;
            if (decision != Access.ALLOWED || !c.system.el2Enabled() || c.system.isInHost()) {
                return decision;
            }
            return (c.register(SystemRegister.CNTHCTL_EL2) & el1Trap) != 0 ? Access.trap(2) : Access.ALLOWED;
        };
    }
}
