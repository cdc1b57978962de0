// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import dev.spelunk.api.state.SpuState;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE: what PMSVer = 1 has (DDI 0487, D17 and D18). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + StatisticalProfiling.FEATURE})
@BringsFeature(value = StatisticalProfiling.FEATURE, from = "8.1")
@NeedsFeature(value = "FEAT_SPE_CRR", with = "FEAT_GCS")
@NeedsFeature(value = "FEAT_SPEv1p2", with = "FEAT_RME")
@NeedsFeature(value = "FEAT_PMUv3p1", with = "FEAT_PMUv3")
@NeedsFeature(value = "FEAT_SPEv1p1", from = "8.5")
@NeedsFeature(value = "FEAT_SPEv1p2", from = "8.7")
@NeedsFeature(value = "FEAT_SPEv1p3", from = "8.8")
@NeedsFeature(value = "FEAT_SPEv1p4", from = "8.9")
@NeedsFeature(value = "FEAT_SPE_CRR", from = "8.9")
@NeedsFeature(value = "FEAT_SPE_EFT", from = "9.5")
@NeedsFeature(value = "FEAT_SPE_FPF", from = "9.5")
@NeedsFeature(value = "FEAT_SPEv1p5", from = "9.6")
public final class StatisticalProfiling implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE";

    /** PMSIDR_EL1.{FL, FT, FE}: always 1. */
    private static final long PMSIDR_FILTERS = PMSIDR_EL1.FE | PMSIDR_EL1.FT | PMSIDR_EL1.FL;

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 100;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsVer = 1;
        rules.pmsidr |= PMSIDR_FILTERS;
        rules.events |= EventsPacket.BASE_EVENTS;
        rules.allowedEvents |= EventsPacket.BASE_EVENTS | PMSEVFR_EL1.IMPLEMENTATION_DEFINED;
        rules.filterableEvents |= EventFilter.BASE_EVENTS;
        rules.routing = new RecordsAtEl1();
        rules.translation = new VirtualPointers();
        rules.refine(SystemRegister.PMSFCR_EL1, (register, architecture) -> register.bits("FE", PMSFCR_EL1.FE)
                .bits("FT", PMSFCR_EL1.FT)
                .bits("FL", PMSFCR_EL1.FL)
                .bits("B", PMSFCR_EL1.B)
                .bits("LD", PMSFCR_EL1.LD)
                .bits("ST", PMSFCR_EL1.ST));
        rules.pmuEvent(new SamplePopulation());
        rules.pmuEvent(PmuEvent.of(0x4001, "SAMPLE_FEED", pe -> pe.spu.counters[SpuState.SAMPLE_FEED]));
        rules.pmuEvent(PmuEvent.of(0x4002, "SAMPLE_FILTRATE", pe -> pe.spu.counters[SpuState.SAMPLE_FILTRATE]));
        rules.pmuEvent(PmuEvent.of(0x4003, "SAMPLE_COLLISION", pe -> pe.spu.counters[SpuState.SAMPLE_COLLISION]));

        rules.filter("FE", new EventFilter());
        rules.filter("FT", new TypeFilter());
        rules.filter("FL", new LatencyFilter());

        rules.packet(PacketOrder.CONTEXT_EL1, ContextPacket.EL1);
        rules.packet(PacketOrder.CONTEXT_EL2, ContextPacket.EL2);
        rules.packet(PacketOrder.COUNTER, CounterPacket.TOTAL_LATENCY);
        rules.packet(PacketOrder.COUNTER + 1, CounterPacket.ISSUE_LATENCY);
        rules.packet(PacketOrder.COUNTER + 2, CounterPacket.TRANSLATION_LATENCY);
        rules.packet(PacketOrder.ADDRESS, AddressPacket.PC);
        rules.packet(PacketOrder.ADDRESS + 1, AddressPacket.BRANCH_TARGET);
        rules.packet(PacketOrder.ADDRESS + 2, AddressPacket.DATA_VIRTUAL);
        rules.packet(PacketOrder.ADDRESS + 3, AddressPacket.DATA_PHYSICAL);
        rules.packet(PacketOrder.OPERATION_TYPE, new OperationTypePacket());
        rules.packet(PacketOrder.EVENTS, new EventsPacket());
        rules.packet(PacketOrder.TIMESTAMP_OR_END, new TimestampOrEndPacket());
    }
}
