// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.lds;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.PacketOrder;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_LDS: Data Source packets of loads, where the timing model knows the source (DDI 0487, D18.2.4). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + LoadedDataSource.FEATURE})
@BringsFeature(LoadedDataSource.FEATURE)
@NeedsFeature("FEAT_SPE")
@NeedsFeature(value = "FEAT_SPE_FDS", from = "8.9")
public final class LoadedDataSource implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_LDS";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 720;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.LDS;
        rules.packet(PacketOrder.DATA_SOURCE, new DataSourcePacket());
    }
}
