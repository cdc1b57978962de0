// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.fne;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/** PMSFCR_EL1.FnE: rejects a record that has an event which PMSNEVFR_EL1 selects (DDI 0487, D17.5.2 and D24.7.17). */
final class InverseEventFilter implements SampleFilter {
    /** E[1] is ignored where no sampled operation is speculative. */
    @Override
    public boolean enabled(PeContext context) {
        return (context.register(SystemRegister.PMSFCR_EL1) & PMSFCR_EL1.FnE) != 0;
    }

    /** No selected event is CONSTRAINED UNPREDICTABLE: acts as FnE = 0, which is what evaluating it gives. */
    @Override
    public boolean rejects(PeContext context, ProfilingExtension extension, Operation operation) {
        return (context.register(SystemRegister.PMSNEVFR_EL1)
                        & extension.filterableEvents()
                        & ~PMSEVFR_EL1.RETIRED
                        & operation.events)
                != 0;
    }
}
