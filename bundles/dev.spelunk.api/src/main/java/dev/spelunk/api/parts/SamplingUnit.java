// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Service: the Statistical Profiling Unit (DDI 0487, D17). */
@ProviderType
public interface SamplingUnit {
    /** Composes the rules out of feature sets, in the order in which they build on each other. */
    ProfilingRules compose(List<ProfilingFeatures> features);

    /** The SPU's registers, and those that the composed features add. */
    RegisterBank registers(ProfilingRules rules);

    /**
     * Makes the SPU of one PE.
     *
     * @param rules what {@link #compose} made; {@code context.architecture.profiling()} is its extension
     */
    Sampler create(PeContext context, ProfilingRules rules);
}
