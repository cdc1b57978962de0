// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.sme;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import dev.spelunk.api.state.Operation;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_SME: events 17, 18, 24 and 25 with their filters, SME array packets, and vectors longer than 2048 bits
 * (DDI 0487, D18.2.6 and D18.2.7). The PE that comes with Spelunk has no SME, so it produces none of them; a PE
 * that has sets {@link Operation#form} and the events. */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + StreamingMode.FEATURE})
@BringsFeature(value = StreamingMode.FEATURE, from = "9.2")
@NeedsFeature("FEAT_SPEv1p1")
@NeedsFeature("FEAT_SME")
public final class StreamingMode implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_SME";

    private static final long EVENTS = PMSEVFR_EL1.PARTIAL_PREDICATE
            | PMSEVFR_EL1.EMPTY_PREDICATE
            | PMSEVFR_EL1.STREAMING_SVE_MODE
            | PMSEVFR_EL1.SMCU;

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 790;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.SME;
        rules.allowedEvents |= EVENTS;
        rules.events |= EVENTS;
        rules.filterableEvents |= EVENTS;
        rules.packet(PacketOrder.OPERATION_TYPE, new ArrayPacket(rules.packet(PacketOrder.OPERATION_TYPE)));
    }
}
