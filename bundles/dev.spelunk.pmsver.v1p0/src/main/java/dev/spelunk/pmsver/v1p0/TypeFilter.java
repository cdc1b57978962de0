// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.spu.OperationTypes;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/** PMSFCR_EL1.FT: keeps records of the operation types that {ST, LD, B} select (DDI 0487, D17.5.1). */
final class TypeFilter implements SampleFilter {
    private static final long TYPES = PMSFCR_EL1.B | PMSFCR_EL1.LD | PMSFCR_EL1.ST;

    @Override
    public boolean enabled(PeContext context) {
        return (context.register(SystemRegister.PMSFCR_EL1) & PMSFCR_EL1.FT) != 0;
    }

    /** No selected type is CONSTRAINED UNPREDICTABLE: acts as PMSFCR_EL1.FT = 0. */
    @Override
    public boolean rejects(PeContext context, ProfilingExtension extension, Operation operation) {
        long selected = context.register(SystemRegister.PMSFCR_EL1) & TYPES;
        return selected != 0 && (selected & OperationTypes.of(operation)) == 0;
    }
}
