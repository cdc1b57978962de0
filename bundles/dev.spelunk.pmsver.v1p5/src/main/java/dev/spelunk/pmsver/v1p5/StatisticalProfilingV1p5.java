// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p5;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Requirement;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPEv1p5, PMSVer = 6: the fine-grained trap of PSB CSYNC, HFGITR_EL2.PSBCSYNC, which the PE takes, and the
 * SPE Profiling exception and physical pointers, which are features of their own (DDI 0487, A2.3). That later
 * operations may be sampled after an MMU fault is a permission; the SPU stops at the fault as before. */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=FEAT_SPEv1p5"})
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_SPEv1p5", effective = "compose")
@Requirement(
        namespace = Architecture.FEATURE_NAMESPACE,
        filter = "(" + Architecture.FEATURE_NAMESPACE + "=FEAT_SPEv1p4)",
        effective = "compose")
@Requirement(
        namespace = Architecture.FEATURE_NAMESPACE,
        filter = "(" + Architecture.FEATURE_NAMESPACE + "=FEAT_SPE_CRR)",
        effective = "compose")
@Requirement(
        namespace = Architecture.FEATURE_NAMESPACE,
        filter = "(" + Architecture.FEATURE_NAMESPACE + "=FEAT_SPE_EXC)",
        effective = "compose")
@Requirement(
        namespace = Architecture.FEATURE_NAMESPACE,
        filter = "(" + Architecture.FEATURE_NAMESPACE + "=FEAT_SPE_nVM)",
        effective = "compose")
public final class StatisticalProfilingV1p5 implements ProfilingFeatures {
    @Override
    public String feature() {
        return "FEAT_SPEv1p5";
    }

    @Override
    public int order() {
        return 600;
    }

    @Override
    public void contribute(ProfilingRules rules) {
        rules.pmsVer = 6;
    }
}
