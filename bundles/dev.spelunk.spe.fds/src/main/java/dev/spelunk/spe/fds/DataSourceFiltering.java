// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.fds;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRegisters;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HDFGRTR2_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_FDS: the data source filter, PMSFCR_EL1.FDS and PMSDSFR_EL1, and the PMU event SAMPLE_FEED_DS
 * (DDI 0487, D17.5.4, D24.7.10 and D14.3). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + DataSourceFiltering.FEATURE})
@BringsFeature(value = DataSourceFiltering.FEATURE, from = "8.8")
@NeedsFeature("FEAT_SPEv1p4")
@NeedsFeature("FEAT_SPE_LDS")
@NeedsFeature(value = "FEAT_FGT2", with = "FEAT_EL2")
public final class DataSourceFiltering implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_FDS";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 740;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.FDS;
        rules.filter("FDS", new DataSourceFilter());
        rules.refine(SystemRegister.PMSFCR_EL1, (register, architecture) -> register.bits("FDS", PMSFCR_EL1.FDS));
        rules.registers(architecture -> List.of(ProfilingRegisters.sampling(
                        RegisterDefinition.of("PMSDSFR_EL1", SystemRegister.PMSDSFR_EL1)
                                .field("S", 63, 0)
                                .rule(ProfilingRegisters.fineGrained2(HDFGRTR2_EL2.nPMSDSFR_EL1)),
                        MDCR_EL3.EnPMS3)
                .build()));
        rules.feedCounter(
                0x8122, "SAMPLE_FEED_DS", (context, composed, sample) -> DataSourceFilter.selects(context, sample));
    }
}
