// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.ernd;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMSICR_EL1;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_ERnd: the random part of an interval is counted beside the next interval, in PMSICR_EL1.ECOUNT
 * (DDI 0487, D17.3.4.3 and D24.7.13). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + ExtendedRandomization.FEATURE})
@BringsFeature(ExtendedRandomization.FEATURE)
@NeedsFeature("FEAT_SPE")
public final class ExtendedRandomization implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_ERnd";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 800;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.ERnd;
        rules.refine(SystemRegister.PMSICR_EL1, (register, architecture) -> register.bits("ECOUNT", PMSICR_EL1.ECOUNT));
    }
}
