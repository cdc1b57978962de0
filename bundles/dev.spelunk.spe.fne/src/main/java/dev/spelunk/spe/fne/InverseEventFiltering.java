// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.fne;

import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRegisters;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HDFGRTR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.registers.fields.PMSIDR_EL1;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_FnE: the inverse event filter, PMSFCR_EL1.FnE and PMSNEVFR_EL1 (DDI 0487, D17.5.2 and D24.7.17). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + InverseEventFiltering.FEATURE})
@BringsFeature(InverseEventFiltering.FEATURE)
@NeedsFeature("FEAT_SPEv1p2")
public final class InverseEventFiltering implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_FnE";

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 710;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.pmsidr |= PMSIDR_EL1.FnE;
        rules.filter("FnE", new InverseEventFilter());
        rules.refine(SystemRegister.PMSFCR_EL1, (register, architecture) -> register.bits("FnE", PMSFCR_EL1.FnE));
        rules.registers(architecture -> List.of(ProfilingRegisters.events(
                        ProfilingRegisters.sampling(
                                RegisterDefinition.of("PMSNEVFR_EL1", SystemRegister.PMSNEVFR_EL1)
                                        .rule(ProfilingRegisters.fineGrained(HDFGRTR_EL2.nPMSNEVFR_EL1, 0)),
                                MDCR_EL3.EnPMSN),
                        architecture.profiling())
                .build()));
    }
}
