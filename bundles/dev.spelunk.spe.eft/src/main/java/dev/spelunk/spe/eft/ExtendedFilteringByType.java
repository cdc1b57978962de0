// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.eft;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import dev.spelunk.api.spu.OperationTypes;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_EFT: filtering by SIMD and floating-point types and the masks of the type filter, PMSFCR_EL1.TYPEm,
 * and their PMU events (DDI 0487, D17.5.1, D24.7.12 and D14.3). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + ExtendedFilteringByType.FEATURE})
@BringsFeature(value = ExtendedFilteringByType.FEATURE, from = "9.4")
@NeedsFeature("FEAT_SPE")
@NeedsFeature("FEAT_SPE_FPF")
public final class ExtendedFilteringByType implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_EFT";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 760;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.EFT;
        rules.filter("FT", new MaskedTypeFilter());
        rules.refine(SystemRegister.PMSFCR_EL1, (register, architecture) -> register.bits("FP", PMSFCR_EL1.FP)
                .bits("SIMD", PMSFCR_EL1.SIMD)
                .bits("Bm", PMSFCR_EL1.Bm)
                .bits("LDm", PMSFCR_EL1.LDm)
                .bits("STm", PMSFCR_EL1.STm)
                .bits("FPm", PMSFCR_EL1.FPm)
                .bits("SIMDm", PMSFCR_EL1.SIMDm));
        rules.feedCounter(
                0x8348,
                "SAMPLE_FEED_FP",
                (context, composed, sample) -> (OperationTypes.of(sample) & PMSFCR_EL1.FP) != 0);
        rules.feedCounter(
                0x8349,
                "SAMPLE_FEED_SIMD",
                (context, composed, sample) -> (OperationTypes.of(sample) & PMSFCR_EL1.SIMD) != 0);
    }
}
