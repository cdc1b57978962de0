// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CNT_CTL;
import dev.spelunk.api.wiring.PeContext;

/** The timers of a PE: registers, interrupt, offset from the physical count (DDI 0487, D12.2.4). */
enum Timer {
    /** The EL2 physical timer. */
    CNTHP(26, SystemRegister.CNTHP_CTL_EL2, SystemRegister.CNTHP_CVAL_EL2, SystemRegister.CNTHP_TVAL_EL2),
    /** The EL2 virtual timer of FEAT_VHE. */
    CNTHV(28, SystemRegister.CNTHV_CTL_EL2, SystemRegister.CNTHV_CVAL_EL2, SystemRegister.CNTHV_TVAL_EL2),
    /** The EL1 physical timer. */
    CNTP(30, SystemRegister.CNTP_CTL_EL0, SystemRegister.CNTP_CVAL_EL0, SystemRegister.CNTP_TVAL_EL0),
    /** The EL1 virtual timer. */
    CNTV(27, SystemRegister.CNTV_CTL_EL0, SystemRegister.CNTV_CVAL_EL0, SystemRegister.CNTV_TVAL_EL0);

    /** INTID of its PPI, as the Base System Architecture assigns them (DEN 0094). */
    final int intid;

    final int control;
    final int compareValue;
    final int timerValue;

    Timer(int intid, int control, int compareValue, int timerValue) {
        this.intid = intid;
        this.control = control;
        this.compareValue = compareValue;
        this.timerValue = timerValue;
    }

    /** The timer that an access to this timer's registers reaches: from EL0 of a host, the one of EL2. */
    Timer reached(PeContext c) {
        if (c.pe.el != 0 || this != CNTP && this != CNTV || !c.system.elIsInHost(0)) {
            return this;
        }
        return this == CNTP ? CNTHP : CNTHV;
    }

    /** The count that this timer compares. */
    long count(PeContext c) {
        return Counter.physical(c) - offset(c);
    }

    private long offset(PeContext c) {
        switch (this) {
            case CNTV:
                return c.register(SystemRegister.CNTVOFF_EL2);
            case CNTP:
                return Counter.physicalOffset(c);
            default:
                return 0;
        }
    }

    /** Whether the timer condition is met, enabled or not. */
    boolean conditionMet(PeContext c) {
        return Long.compareUnsigned(count(c), c.register(compareValue)) >= 0;
    }

    /** Level of its interrupt. */
    boolean asserted(PeContext c) {
        return (c.register(control) & (CNT_CTL.ENABLE | CNT_CTL.IMASK)) == CNT_CTL.ENABLE && conditionMet(c);
    }

    /** Virtual time in cycles at which its interrupt changes next if no register does; Long.MAX_VALUE for never. */
    long nextChange(PeContext c) {
        if ((c.register(control) & (CNT_CTL.ENABLE | CNT_CTL.IMASK)) != CNT_CTL.ENABLE) {
            return Long.MAX_VALUE;
        }
        long count = count(c);
        long compare = c.register(compareValue);
        if (compare == 0) {
            return Long.MAX_VALUE;
        }
        // A condition that holds ends when the count wraps, which an offset can bring near.
        long ticks = Long.compareUnsigned(count, compare) >= 0 ? -count : compare - count;
        return Counter.cyclesAfter(c, ticks);
    }
}
