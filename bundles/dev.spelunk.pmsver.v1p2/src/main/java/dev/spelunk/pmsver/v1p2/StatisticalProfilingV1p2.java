// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p2;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.profiling.SampleFilter;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.spu.OperationTypes;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPEv1p2, PMSVer = 3: discard mode, the filter on event 6, PMBLIMITR_EL1.PMFZ and the PMU events
 * SAMPLE_FEED_* (DDI 0487, D17.5.5, D24.7.2, D24.7.11 and D14.3). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + StatisticalProfilingV1p2.FEATURE})
@BringsFeature(value = StatisticalProfilingV1p2.FEATURE, from = "8.6")
@NeedsFeature("FEAT_SPEv1p1")
@NeedsFeature("FEAT_SPE_FnE")
public final class StatisticalProfilingV1p2 implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPEv1p2";

    /** Events packet bit 6: not taken, condition failed. */
    /** PMSFCR_EL1.TYPE and TYPEm. */
    private static final long TYPE_CONTROLS = 0x1FL << 16 | 0x1FL << 48;

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 300;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsVer = 3;
        rules.discardMode = true;
        rules.filterableEvents |= PMSEVFR_EL1.NOT_TAKEN;
        rules.refine(
                SystemRegister.PMBLIMITR_EL1, (register, architecture) -> register.bits("PMFZ", PMBLIMITR_EL1.PMFZ));
        rules.feedCounter(0x812A, "SAMPLE_FEED_BR", (context, composed, sample) -> is(sample, PMSFCR_EL1.B));
        rules.feedCounter(0x812B, "SAMPLE_FEED_LD", (context, composed, sample) -> is(sample, PMSFCR_EL1.LD));
        rules.feedCounter(0x812C, "SAMPLE_FEED_ST", (context, composed, sample) -> is(sample, PMSFCR_EL1.ST));
        rules.feedCounter(
                0x812D,
                "SAMPLE_FEED_OP",
                (context, composed, sample) -> (context.register(SystemRegister.PMSFCR_EL1) & TYPE_CONTROLS) != 0
                        && passes(context, composed, sample, "FT"));
        rules.feedCounter(
                0x812E,
                "SAMPLE_FEED_EVENT",
                (context, composed, sample) ->
                        passes(context, composed, sample, "FE") && passes(context, composed, sample, "FnE"));
        rules.feedCounter(
                0x812F, "SAMPLE_FEED_LAT", (context, composed, sample) -> passes(context, composed, sample, "FL"));
    }

    private static boolean is(Operation sample, long type) {
        return (OperationTypes.of(sample) & type) != 0;
    }

    /** Whether the filter of that control would keep the sample, enabled or not; one that is not there keeps all. */
    private static boolean passes(PeContext context, ProfilingRules rules, Operation sample, String control) {
        SampleFilter filter = rules.filter(control);
        return filter == null || !filter.rejects(context, rules.extension(), sample);
    }
}
