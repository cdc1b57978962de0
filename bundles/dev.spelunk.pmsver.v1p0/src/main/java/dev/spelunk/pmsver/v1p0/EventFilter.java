// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/** PMSFCR_EL1.FE: rejects a record that lacks an event which PMSEVFR_EL1 selects (DDI 0487, D17.5.2). */
final class EventFilter implements SampleFilter {
    /** Filterable in every version (DDI 0487, D24.7.11). */
    static final long BASE_EVENTS =
            PMSEVFR_EL1.RETIRED | PMSEVFR_EL1.L1D_REFILL | PMSEVFR_EL1.TLB_WALK | PMSEVFR_EL1.MISPREDICTED;

    @Override
    public boolean enabled(PeContext context) {
        return (context.register(SystemRegister.PMSFCR_EL1) & PMSFCR_EL1.FE) != 0;
    }

    /** No selected event is CONSTRAINED UNPREDICTABLE: acts as PMSFCR_EL1.FE = 0, which is what evaluating it gives. */
    @Override
    public boolean rejects(PeContext context, ProfilingExtension extension, Operation operation) {
        long selected = context.register(SystemRegister.PMSEVFR_EL1) & extension.filterableEvents();
        return (selected & ~operation.events) != 0;
    }
}
