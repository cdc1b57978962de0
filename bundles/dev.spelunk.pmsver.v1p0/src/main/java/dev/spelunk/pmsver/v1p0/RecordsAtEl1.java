// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.profiling.ManagementEventRouting;
import dev.spelunk.api.profiling.ProfilingOwnership;
import dev.spelunk.api.registers.SystemRegister;

/** Every buffer management event is recorded in PMBSR_EL1, whose S stops profiling and drives PMBIRQ (DDI 0487, D17.8). */
final class RecordsAtEl1 implements ManagementEventRouting {
    private static final long S = 1 << 17;

    @Override
    public int target(ProfilingOwnership ownership, int ec, int fsc) {
        return 1;
    }

    @Override
    public boolean stopped(ProfilingOwnership ownership) {
        return (ownership.context().register(SystemRegister.PMBSR_EL1) & S) != 0;
    }

    @Override
    public boolean interrupt(ProfilingOwnership ownership) {
        return stopped(ownership);
    }

    @Override
    public int exceptionTarget(ProfilingOwnership ownership) {
        return 0;
    }
}
