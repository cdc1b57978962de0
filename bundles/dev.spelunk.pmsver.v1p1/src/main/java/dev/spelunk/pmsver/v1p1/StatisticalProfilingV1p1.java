// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p1;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import org.osgi.service.component.annotations.Component;

/**
 * FEAT_SPEv1p1, PMSVer = 2: the event of a misaligned access, the subclass of loads and stores with unspecified
 * registers, and SVE packets, which the PE that comes with Spelunk has no instructions for (DDI 0487, D18.2.6 and
 * D18.2.7).
 */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + StatisticalProfilingV1p1.FEATURE})
@BringsFeature(value = StatisticalProfilingV1p1.FEATURE, from = "8.2")
@NeedsFeature("FEAT_SPE")
@NeedsFeature(value = "FEAT_SPE_SME", with = "FEAT_SME", from = "9.5")
public final class StatisticalProfilingV1p1 implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPEv1p1";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 200;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsVer = 2;
        rules.allowedEvents |= PMSEVFR_EL1.MISALIGNED;
        rules.events |= PMSEVFR_EL1.MISALIGNED;
        rules.filterableEvents |= PMSEVFR_EL1.MISALIGNED;
        rules.packet(
                PacketOrder.OPERATION_TYPE,
                new VectorPacket(new UnspecifiedRegistersPacket(rules.packet(PacketOrder.OPERATION_TYPE))));
    }
}
