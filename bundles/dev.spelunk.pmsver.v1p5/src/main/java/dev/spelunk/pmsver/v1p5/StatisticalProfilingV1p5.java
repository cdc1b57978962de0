// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p5;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPEv1p5, PMSVer = 6: the fine-grained trap of PSB CSYNC, HFGITR_EL2.PSBCSYNC, which the PE takes, and the
 * SPE Profiling exception and physical pointers, which are features of their own (DDI 0487, A2.3). That later
 * operations may be sampled after an MMU fault is a permission; the SPU stops at the fault as before. */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + StatisticalProfilingV1p5.FEATURE})
@BringsFeature(value = StatisticalProfilingV1p5.FEATURE, from = "9.5")
@NeedsFeature("FEAT_SPEv1p4")
@NeedsFeature("FEAT_SPE_CRR")
@NeedsFeature("FEAT_SPE_EXC")
@NeedsFeature("FEAT_SPE_nVM")
public final class StatisticalProfilingV1p5 implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPEv1p5";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 600;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsVer = 6;
    }
}
