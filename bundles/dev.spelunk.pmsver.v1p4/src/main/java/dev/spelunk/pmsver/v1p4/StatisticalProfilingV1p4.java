// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p4;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.state.SpuState;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPEv1p4, PMSVer = 5: events 19 to 23, filters on every architected event, no IMPLEMENTATION DEFINED events
 * 24 to 31, Guarded Control Stack packets and the PMU event SAMPLE_BUFFER_FULL (DDI 0487, D18.2.6, D18.2.7,
 * D24.7.11 and D14.3). Event 3 is now a miss of the L1 data cache. */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + StatisticalProfilingV1p4.FEATURE})
@BringsFeature(value = StatisticalProfilingV1p4.FEATURE, from = "8.8")
@NeedsFeature("FEAT_SPEv1p3")
@NeedsFeature(value = "FEAT_SPE_DPFZS", with = "FEAT_PMUv3p9")
public final class StatisticalProfilingV1p4 implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPEv1p4";

    private static final long CACHE_EVENTS = PMSEVFR_EL1.L2D_ACCESS
            | PMSEVFR_EL1.L2D_MISS
            | PMSEVFR_EL1.CACHE_DATA_MODIFIED
            | PMSEVFR_EL1.RECENTLY_FETCHED
            | PMSEVFR_EL1.DATA_SNOOPED;
    /** Their filters were optional. */
    private static final long MANDATORY_FILTERS = PMSEVFR_EL1.L1D_ACCESS
            | PMSEVFR_EL1.TLB_ACCESS
            | PMSEVFR_EL1.LAST_LEVEL_CACHE_ACCESS
            | PMSEVFR_EL1.LAST_LEVEL_CACHE_MISS
            | PMSEVFR_EL1.REMOTE_ACCESS;

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 500;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsVer = 5;
        rules.allowedEvents = rules.allowedEvents & ~PMSEVFR_EL1.IMPLEMENTATION_DEFINED_UNTIL_V1P4 | CACHE_EVENTS;
        rules.events |= CACHE_EVENTS;
        rules.filterableEvents |= CACHE_EVENTS | MANDATORY_FILTERS;
        rules.pmuEvent(PmuEvent.of(0x8123, "SAMPLE_BUFFER_FULL", pe -> pe.spu.counters[SpuState.BUFFER_FULL]));
        rules.packet(
                PacketOrder.OPERATION_TYPE, new GuardedControlStackPacket(rules.packet(PacketOrder.OPERATION_TYPE)));
    }
}
