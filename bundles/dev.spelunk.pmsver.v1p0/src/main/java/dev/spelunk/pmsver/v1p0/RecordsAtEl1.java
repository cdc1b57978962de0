// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.profiling.ManagementEventRouting;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.wiring.PeContext;

/** Every buffer management event is recorded in PMBSR_EL1, whose S stops profiling and drives PMBIRQ (DDI 0487, D17.8). */
final class RecordsAtEl1 implements ManagementEventRouting {
    @Override
    public int target(PeContext context, int ec, int fsc) {
        return 1;
    }

    @Override
    public boolean stopped(PeContext context) {
        return (context.register(SystemRegister.PMBSR_EL1) & PMBSR_ELx.S) != 0;
    }

    @Override
    public boolean interrupt(PeContext context) {
        return stopped(context);
    }

    @Override
    public int exceptionTarget(PeContext context) {
        return 0;
    }
}
