// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.fds;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/** PMSFCR_EL1.FDS: rejects a load whose Data Source PMSDSFR_EL1 does not select; all others pass (DDI 0487, D17.5.4). */
final class DataSourceFilter implements SampleFilter {
    private static final int SOURCE_BITS = 0x3F;

    @Override
    public boolean enabled(PeContext context) {
        return (context.register(SystemRegister.PMSFCR_EL1) & PMSFCR_EL1.FDS) != 0;
    }

    @Override
    public boolean rejects(PeContext context, ProfilingExtension extension, Operation operation) {
        return hasSource(operation) && !selects(context, operation);
    }

    /** Whether the operation is a load with a Data Source that PMSDSFR_EL1 selects. */
    static boolean selects(PeContext context, Operation operation) {
        return hasSource(operation)
                && (context.register(SystemRegister.PMSDSFR_EL1) >>> (operation.dataSource & SOURCE_BITS) & 1) != 0;
    }

    private static boolean hasSource(Operation operation) {
        return operation.is(Operation.LOAD) && operation.is(Operation.HAS_DATA_SOURCE);
    }
}
