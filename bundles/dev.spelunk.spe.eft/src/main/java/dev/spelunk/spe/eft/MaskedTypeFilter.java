// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.eft;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.spu.OperationTypes;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/** PMSFCR_EL1.FT with masks: some of the unmasked types, and exactly the masked ones (DDI 0487, D17.5.1). */
final class MaskedTypeFilter implements SampleFilter {
    private static final long TYPES = PMSFCR_EL1.SIMD | PMSFCR_EL1.FP | PMSFCR_EL1.ST | PMSFCR_EL1.LD | PMSFCR_EL1.B;

    @Override
    public boolean enabled(PeContext context) {
        return (context.register(SystemRegister.PMSFCR_EL1) & PMSFCR_EL1.FT) != 0;
    }

    @Override
    public boolean rejects(PeContext context, ProfilingExtension extension, Operation operation) {
        long pmsfcr = context.register(SystemRegister.PMSFCR_EL1);
        long control = pmsfcr & TYPES;
        long mask = pmsfcr >>> OperationTypes.MASK_DISTANCE & TYPES;
        long types = OperationTypes.of(operation);
        long anyOf = control & ~mask;
        return anyOf != 0 && (types & anyOf) == 0 || (types & mask) != (control & mask);
    }
}
