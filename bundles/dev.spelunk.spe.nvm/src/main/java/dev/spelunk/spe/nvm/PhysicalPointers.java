// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.nvm;

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
import dev.spelunk.api.registers.fields.PMBIDR_EL1;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMSCR_EL1;
import dev.spelunk.api.registers.fields.PMSCR_EL2;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** FEAT_SPE_nVM: profiling buffer pointers that stage 1 does not translate, and PMBMAR_EL1 (DDI 0487, D17.7.2,
 * D24.7.1 to D24.7.3, D24.7.8 and D24.7.9). */
@Component(
        service = ProfilingFeatures.class,
        property = {Parts.PART + "=" + Parts.FEATURES, Parts.NAME + "=" + PhysicalPointers.FEATURE})
@BringsFeature(value = PhysicalPointers.FEATURE, from = "9.5")
@NeedsFeature("FEAT_SPE")
@NeedsFeature(value = "FEAT_FGT2", with = "FEAT_EL2")
public final class PhysicalPointers implements ProfilingFeatures {
    static final String FEATURE = "FEAT_SPE_nVM";

    /** PMBIDR_EL1.AddrMode: virtual and physical. */
    private static final long PMBIDR_BOTH_MODES = 1L << PMBIDR_EL1.AddrMode_SHIFT;

    /** PMBIDR_EL1.AddrMode, where programming is allowed and EL2 allows physical pointers. */
    private static long addressModes(PeContext context, long pmbidr) {
        boolean physical = (pmbidr & PMBIDR_EL1.P) == 0 && UntranslatedPointers.enabledByEl2(context);
        return physical ? pmbidr | PMBIDR_BOTH_MODES : pmbidr;
    }

    @Override
    public String feature() {
        return FEATURE;
    }

    @Override
    public int order() {
        return 820;
    }

    @Override
    public void contribute(ProfilingRulesBuilder rules) {
        rules.translation = new UntranslatedPointers(rules.translation);
        rules.refine(SystemRegister.PMBLIMITR_EL1, (register, architecture) -> register.bits("nVM", PMBLIMITR_EL1.nVM));
        rules.refine(SystemRegister.PMSCR_EL1, (register, architecture) -> {
            if (architecture.has("FEAT_NV")) {
                register.bits("EnVM", PMSCR_EL1.EnVM);
            }
        });
        rules.refine(SystemRegister.PMSCR_EL2, (register, architecture) -> register.bits("EnVM", PMSCR_EL2.EnVM));
        rules.refine(SystemRegister.PMBIDR_EL1, (register, architecture) -> {
            RegisterDefinition.ReadHook before = register.onRead();
            register.onRead(
                    (context, definition, stored) -> addressModes(context, before.read(context, definition, stored)));
        });
        rules.registers(architecture -> List.of(ProfilingRegisters.buffer(
                        RegisterDefinition.of("PMBMAR_EL1", SystemRegister.PMBMAR_EL1)
                                .field("SH", 9, 8)
                                .field("Attr", 7, 0)
                                .rule(ProfilingRegisters.fineGrained2(HDFGRTR2_EL2.nPMBMAR_EL1)),
                        MDCR_EL3.EnPMS4)
                .beforeWrite(ProfilingRegisters::completeSample)
                .build()));
    }
}
