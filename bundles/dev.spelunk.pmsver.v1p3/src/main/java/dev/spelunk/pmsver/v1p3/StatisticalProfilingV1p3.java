// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p3;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMBIDR_EL1;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPEv1p3, PMSVer = 4: subclasses of Memory Copy, Memory Set and Allocation Tag operations; External aborts
 * on data writes are not reported to the SPU any more (DDI 0487, D18.2.7 and D17.8.4). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + StatisticalProfilingV1p3.FEATURE})
@BringsFeature(value = StatisticalProfilingV1p3.FEATURE, from = "8.7")
@NeedsFeature("FEAT_SPEv1p2")
public final class StatisticalProfilingV1p3 implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPEv1p3";

    /** PMBIDR_EL1.EA = 1: External aborts on the SPU's writes are ignored. */
    private static final long PMBIDR_EA_IGNORED = 1L << PMBIDR_EL1.EA_SHIFT;

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 400;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsVer = 4;
        rules.reportsExternalAborts = false;
        rules.pmbidr |= PMBIDR_EA_IGNORED;
        rules.packet(PacketOrder.OPERATION_TYPE, new MemoryOperationPacket(rules.packet(PacketOrder.OPERATION_TYPE)));
    }
}
