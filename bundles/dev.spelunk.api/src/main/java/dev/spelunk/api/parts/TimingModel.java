// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Service: where latencies and microarchitectural events of sampled operations come from. */
@ProviderType
public interface TimingModel {
    OperationTimer create(PeContext context);

    /**
     * The events of the performance monitors that its objects count: none unless they see every operation
     * ({@link OperationTimer#EVERY_OPERATION}), as a part of all operations tells no total. Where the model is the machine's,
     * PMCEID0_EL0 and PMCEID1_EL0 have them.
     */
    default List<PmuEvent> events() {
        return List.of();
    }
}
