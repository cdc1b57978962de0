// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ConsumerType;

/** One filter of DDI 0487, D17.5. Filters are ANDed. */
@ConsumerType
public interface SampleFilter {
    /** Whether PMSFCR_EL1 enables the filter. */
    boolean enabled(PeContext context);

    /** Whether the filter, as the registers configure it, rejects the record of this operation, enabled or not. */
    boolean rejects(PeContext context, ProfilingExtension extension, Operation operation);
}
