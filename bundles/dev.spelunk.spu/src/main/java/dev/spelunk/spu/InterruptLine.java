// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/** PMBIRQ, the level-sensitive PPI of the SPU (DDI 0487, D17.8; Base System Architecture: INTID 21). */
final class InterruptLine {
    static final int INTID = 21;

    private InterruptLine() {}

    /** Drives the line; tells the run loop when the level is another one. */
    static void drive(PeContext context, boolean level) {
        if (context.interrupts == null) {
            return;
        }
        if (context.interrupts.line(context.pe.index, INTID) != level) {
            context.pe.changed |= PeState.CHANGED_INTERRUPTS;
            context.interrupts.setLine(context.pe.index, INTID, level);
        }
    }
}
