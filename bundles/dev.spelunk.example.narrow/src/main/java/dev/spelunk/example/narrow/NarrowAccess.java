// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.example.narrow;

import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.service.component.annotations.Component;

/**
 * An IMPLEMENTATION DEFINED event: E[12] is 1 in the record of a load or store of fewer than four bytes. An example
 * to be copied; docs/extending.md leads from here to a machine that records it.
 */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=narrow-access"})
@NeedsFeature("FEAT_SPE")
public final class NarrowAccess implements ProfilingFeatures {
    /** Bits 12 to 15 of the Events packet are IMPLEMENTATION DEFINED (DDI 0487, D18.2.6). */
    static final int BIT = 12;

    private static final int NARROW = 4;

    @Override
    public String feature() {
        return "narrow-access";
    }

    /** After all of the architecture's features, whose orders are below 1000. */
    @Override
    public int order() {
        return 1000;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.event(BIT);
        rules.collector(NarrowAccess::collect);
    }

    /** Called for each sampled operation, never for others: what is slow here costs little. */
    private static void collect(PeContext context, Operation sample) {
        if (sample.is(Operation.HAS_VA) && sample.accessSize < NARROW) {
            sample.events |= 1L << BIT;
        }
    }
}
