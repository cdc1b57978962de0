// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CNTKCTL_EL1;
import dev.spelunk.api.wiring.PeContext;

/** Event streams: wake-up events at transitions of a bit of a counter (DDI 0487, D12.2.3). */
final class EventStream {

    private EventStream() {}

    /** Virtual time in cycles of the next event of either stream; Long.MAX_VALUE when both are off. */
    static long next(PeContext c) {
        long physical = next(c, c.register(SystemRegister.CNTHCTL_EL2), Counter.physicalOffset(c));
        if (c.system.elIsInHost(0)) {
            return physical;
        }
        return Math.min(
                physical, next(c, c.register(SystemRegister.CNTKCTL_EL1), c.register(SystemRegister.CNTVOFF_EL2)));
    }

    private static long next(PeContext c, long control, long offset) {
        if ((control & CNTKCTL_EL1.EVNTEN) == 0) {
            return Long.MAX_VALUE;
        }
        int bit = (int) (control >>> 4) & 15;
        // CNTKCTL_EL1.EVNTIS is RES0 without FEAT_ECV.
        bit += (control & CNTKCTL_EL1.EVNTIS) != 0 ? 8 : 0;
        long period = 2L << bit;
        long phase = (control & 1 << 3) != 0 ? 0 : 1L << bit;
        long ticks = phase - (Counter.physical(c) - offset) & period - 1;
        return Counter.cyclesAfter(c, ticks == 0 ? period : ticks);
    }
}
