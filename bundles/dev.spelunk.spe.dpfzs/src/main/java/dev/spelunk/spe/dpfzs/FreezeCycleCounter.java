// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.dpfzs;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_DPFZS: with PMCR_EL0.{FZS, DP} = {1, 1} a stopped buffer freezes PMCCNTR_EL0 too (DDI 0487, D13.5.2). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + FreezeCycleCounter.FEATURE})
@BringsFeature(value = FreezeCycleCounter.FEATURE, from = "8.6")
@NeedsFeature("FEAT_SPEv1p2")
@NeedsFeature("FEAT_PMUv3p7")
public final class FreezeCycleCounter implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_DPFZS";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 810;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.freezesCycleCounter = true;
    }
}
