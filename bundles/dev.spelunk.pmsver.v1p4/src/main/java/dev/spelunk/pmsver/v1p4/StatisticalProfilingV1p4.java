// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p4;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
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

    /** Bits 31:24, IMPLEMENTATION DEFINED before. */
    private static final long WITHDRAWN = 0xFF00_0000L;
    /** Bits 23:19: L2 data cache access and miss, modified data, recently fetched, snooped. */
    private static final long CACHE_EVENTS = 0x00F8_0000L;
    /** Bits 2, 4, 8, 9 and 10, whose filters were optional. */
    private static final long MANDATORY_FILTERS = 0x714;

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
        rules.allowedEvents = rules.allowedEvents & ~WITHDRAWN | CACHE_EVENTS;
        rules.events |= CACHE_EVENTS;
        rules.filterableEvents |= CACHE_EVENTS | MANDATORY_FILTERS;
        rules.pmuEvent(PmuEvent.of(0x8123, "SAMPLE_BUFFER_FULL", pe -> pe.spu.counters[SpuState.BUFFER_FULL]));
        rules.packet(
                PacketOrder.OPERATION_TYPE, new GuardedControlStackPacket(rules.packet(PacketOrder.OPERATION_TYPE)));
    }
}
