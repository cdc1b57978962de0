// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/** PMSFCR_EL1.FL: rejects a record whose total latency is below PMSLATFR_EL1.MINLAT (DDI 0487, D17.5.3). */
final class LatencyFilter implements SampleFilter {
    private static final int MINLAT = 0xFFFF;

    @Override
    public boolean enabled(PeContext context) {
        return (context.register(SystemRegister.PMSFCR_EL1) & PMSFCR_EL1.FL) != 0;
    }

    @Override
    public boolean rejects(PeContext context, ProfilingExtension extension, Operation operation) {
        return operation.totalLatency < ((int) context.register(SystemRegister.PMSLATFR_EL1) & MINLAT);
    }
}
