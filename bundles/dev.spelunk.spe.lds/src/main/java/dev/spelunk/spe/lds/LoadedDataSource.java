// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.lds;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRules;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Requirement;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_LDS: Data Source packets of loads, where the timing model knows the source (DDI 0487, D18.2.4). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=FEAT_SPE_LDS"})
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_SPE_LDS", effective = "compose")
@Requirement(
        namespace = Architecture.FEATURE_NAMESPACE,
        filter = "(" + Architecture.FEATURE_NAMESPACE + "=FEAT_SPE)",
        effective = "compose")
public final class LoadedDataSource implements ProfilingFeatures {
    private static final long PMSIDR_LDS = 1 << 4;

    @Override
    public String feature() {
        return "FEAT_SPE_LDS";
    }

    @Override
    public int order() {
        return 720;
    }

    @Override
    public void contribute(ProfilingRules rules) {
        rules.pmsidr |= PMSIDR_LDS;
        rules.packet(ProfilingRules.DATA_SOURCE, new DataSourcePacket());
    }
}
