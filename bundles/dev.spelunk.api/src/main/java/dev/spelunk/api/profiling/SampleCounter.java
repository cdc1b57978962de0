// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ConsumerType;

/** Which samples a PMU event SAMPLE_FEED_* counts (DDI 0487, D14.3). */
@ConsumerType
@FunctionalInterface
public interface SampleCounter {
    /** Whether the event counts this sample. Asked for every sample, before the filters. */
    boolean counts(PeContext context, ProfilingRules rules, Operation sample);
}
