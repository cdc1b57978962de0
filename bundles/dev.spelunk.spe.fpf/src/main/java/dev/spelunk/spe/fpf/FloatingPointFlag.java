// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.fpf;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Requirement;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_FPF: Operation Type packets of class Other tell floating-point and Advanced SIMD operations
 * (DDI 0487, D18.2.7). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=FEAT_SPE_FPF"})
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_SPE_FPF", effective = "compose")
@Requirement(
        namespace = Architecture.FEATURE_NAMESPACE,
        filter = "(" + Architecture.FEATURE_NAMESPACE + "=FEAT_SPE)",
        effective = "compose")
@Requirement(
        namespace = Architecture.FEATURE_NAMESPACE,
        filter = "(" + Architecture.FEATURE_NAMESPACE + "=FEAT_SPE_EFT)",
        effective = "compose")
public final class FloatingPointFlag implements ProfilingFeatures {
    private static final long PMSIDR_FPF = 1 << 27;

    @Override
    public String feature() {
        return "FEAT_SPE_FPF";
    }

    @Override
    public int order() {
        return 770;
    }

    @Override
    public void contribute(ProfilingRules rules) {
        rules.pmsidr |= PMSIDR_FPF;
        rules.packet(
                ProfilingRules.OPERATION_TYPE, new FloatingPointPacket(rules.packet(ProfilingRules.OPERATION_TYPE)));
    }
}
