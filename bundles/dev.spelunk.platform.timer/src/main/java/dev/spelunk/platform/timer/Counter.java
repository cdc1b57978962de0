// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CNTHCTL_EL2;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.wiring.PeContext;

/** The physical and the virtual counter over virtual time (DDI 0487, D12.2.1 and D12.2.2). */
final class Counter {

    private Counter() {}

    /** The count of the system counter. */
    static long physical(PeContext c) {
        return c.machine.count(c.pe.cycles());
    }

    /** Virtual time in cycles of the tick that comes so many ticks (unsigned) after the current one. */
    static long cyclesAfter(PeContext c, long ticks) {
        long count = physical(c);
        if (ticks < 0 || ticks > Long.MAX_VALUE / MachineState.CYCLES_PER_TICK - count || ticks == 0) {
            return Long.MAX_VALUE;
        }
        return (count + ticks) * MachineState.CYCLES_PER_TICK;
    }

    /** What EL1, EL0 and the EL1 physical timer see the physical count reduced by: 0 without FEAT_ECV_POFF. */
    static long physicalOffset(PeContext c) {
        if ((c.register(SystemRegister.CNTHCTL_EL2) & CNTHCTL_EL2.ECV) == 0
                || !c.system.el2Enabled()
                || c.system.elIsInHost(0)
                || !c.system.enabledByScr(SCR_EL3.ECVEn)) {
            return 0;
        }
        return c.register(SystemRegister.CNTPOFF_EL2);
    }

    /** CNTPCT_EL0 at the current EL. */
    static long readPhysical(PeContext c) {
        return physical(c) - (c.pe.el < 2 ? physicalOffset(c) : 0);
    }

    /** CNTVCT_EL0 at the current EL: a host and its EL0 see no offset. */
    static long readVirtual(PeContext c) {
        return physical(c) - (c.system.isInHost() ? 0 : c.register(SystemRegister.CNTVOFF_EL2));
    }
}
