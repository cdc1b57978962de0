// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.exc;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.architecture.BringsFeature;
import dev.spelunk.api.architecture.NeedsFeature;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.banks.TrapControls;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.profiling.ProfilingFeatures;
import dev.spelunk.api.profiling.ProfilingRegisters;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.PMSCR_EL1;
import dev.spelunk.api.registers.fields.PMSCR_EL2;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_EXC: the SPE Profiling exception: PMBSR_EL2, PMBSR_EL3 and PMBSR_EL12, the fields EE and KE, and the
 * routing of management events and exceptions (DDI 0487, D17.8, D24.7.5 to D24.7.9). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + ProfilingException.FEATURE})
@BringsFeature(value = ProfilingException.FEATURE, from = "9.5")
@NeedsFeature("FEAT_SPEv1p5")
public final class ProfilingException implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_EXC";

    private static List<RegisterDefinition> registers(Architecture architecture) {
        List<RegisterDefinition> registers = new ArrayList<>();
        boolean el2 = architecture.has("FEAT_EL2");
        if (el2) {
            registers.add(ProfilingRegisters.owned(
                            syndrome("PMBSR_EL2", SystemRegister.PMBSR_EL2).from(2))
                    .rule(TrapControls.trapToEl3(SystemRegister.MDCR_EL3, MDCR_EL3.PMSEE, 0))
                    .build());
        }
        if (el2 && architecture.has("FEAT_VHE")) {
            registers.add(ProfilingRegisters.owned(RegisterDefinition.of("PMBSR_EL12", SystemRegister.PMBSR_EL12)
                            .aliasOf(SystemRegister.PMBSR_EL1))
                    .build());
        }
        if (architecture.has("FEAT_EL3")) {
            registers.add(
                    syndrome("PMBSR_EL3", SystemRegister.PMBSR_EL3).from(3).build());
        }
        return registers;
    }

    private static RegisterDefinition.Builder syndrome(String name, int encoding) {
        return ProfilingRegisters.syndrome(RegisterDefinition.of(name, encoding))
                .beforeWrite(ProfilingRegisters::completeSample);
    }

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 830;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.routing = new ExceptionRouting();
        rules.refine(SystemRegister.PMSCR_EL1, (register, architecture) -> register.bits("KE", PMSCR_EL1.KE)
                .bits("EE", PMSCR_EL1.EE));
        rules.refine(SystemRegister.PMSCR_EL2, (register, architecture) -> register.bits("KE", PMSCR_EL2.KE)
                .bits("EE", PMSCR_EL2.EE));
        rules.refine(SystemRegister.PMBSR_EL1, (register, architecture) -> {
            if (architecture.has("FEAT_EL2") && architecture.has("FEAT_VHE")) {
                register.redirectedAtEl2(
                        SystemRegister.PMBSR_EL2, context -> ExceptionRouting.effectiveEl2Ee(context) != 0);
            }
        });
        rules.registers(ProfilingException::registers);
    }
}
