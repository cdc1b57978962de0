// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.banks.TrapControls;
import dev.spelunk.api.profiling.ProfilingRegisters;
import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HDFGRTR_EL2;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMBSR_ELx;
import dev.spelunk.api.registers.fields.PMSCR_EL1;
import dev.spelunk.api.registers.fields.PMSCR_EL2;
import dev.spelunk.api.registers.fields.PMSICR_EL1;
import dev.spelunk.api.registers.fields.PMSIRR_EL1;
import java.util.ArrayList;
import java.util.List;

/**
 * The SPE registers that every version has (DDI 0487, D24.7), as the composed profiling features
 * refine them, and the registers that those features add.
 */
final class SpuRegisterBank implements RegisterBank {
    private final ProfilingRules rules;

    SpuRegisterBank(ProfilingRules rules) {
        this.rules = rules;
    }

    @Override
    public List<RegisterDefinition> registers(Architecture architecture) {
        ProfilingExtension extension = architecture.profiling();
        if (extension == null || extension.pmsVer() == 0) {
            return List.of();
        }
        List<RegisterDefinition.Builder> registers = new ArrayList<>();
        sampling(registers, extension);
        control(registers, architecture);
        buffer(registers, extension);
        List<RegisterDefinition> built = new ArrayList<>();
        for (RegisterDefinition.Builder register : registers) {
            built.add(rules.refined(register.encoding(), register, architecture).build());
        }
        built.addAll(rules.registers(architecture));
        return built;
    }

    /** PMSICR, PMSIRR, PMSFCR, PMSEVFR, PMSLATFR and PMSIDR_EL1. */
    private static void sampling(List<RegisterDefinition.Builder> registers, ProfilingExtension extension) {
        registers.add(sampling("PMSICR_EL1", SystemRegister.PMSICR_EL1, HDFGRTR_EL2.PMSICR_EL1)
                .bits("COUNT", PMSICR_EL1.COUNT)
                .onRead(SpuHooks::readInterval)
                .beforeWrite(SpuHooks::beforeInterval));
        registers.add(sampling("PMSIRR_EL1", SystemRegister.PMSIRR_EL1, HDFGRTR_EL2.PMSIRR_EL1)
                .bits("INTERVAL", PMSIRR_EL1.INTERVAL)
                .bits("RND", PMSIRR_EL1.RND)
                .beforeWrite(SpuHooks::beforeInterval));
        registers.add(sampling("PMSFCR_EL1", SystemRegister.PMSFCR_EL1, HDFGRTR_EL2.PMSFCR_EL1));
        registers.add(ProfilingRegisters.events(
                sampling("PMSEVFR_EL1", SystemRegister.PMSEVFR_EL1, HDFGRTR_EL2.PMSEVFR_EL1), extension));
        registers.add(sampling("PMSLATFR_EL1", SystemRegister.PMSLATFR_EL1, HDFGRTR_EL2.PMSLATFR_EL1)
                .field("MINLAT", extension.counterMaximum() == 0xFFF ? 11 : 15, 0));
        registers.add(ProfilingRegisters.sampling(RegisterDefinition.of("PMSIDR_EL1", SystemRegister.PMSIDR_EL1)
                .constant(extension.pmsidr())
                .rule(readsTrappedBy(HDFGRTR_EL2.PMSIDR_EL1))));
    }

    /** PMSCR_EL1, PMSCR_EL2 and PMSCR_EL12. */
    private static void control(List<RegisterDefinition.Builder> registers, Architecture architecture) {
        boolean el2 = architecture.has("FEAT_EL2");
        boolean vhe = el2 && architecture.has("FEAT_VHE");
        int pct = architecture.has("FEAT_ECV") ? PMSCR_EL1.PCT_SHIFT + 1 : PMSCR_EL1.PCT_SHIFT;
        RegisterDefinition.Builder el1 = sampling("PMSCR_EL1", SystemRegister.PMSCR_EL1, HDFGRTR_EL2.PMSCR_EL1)
                .bits("TS", PMSCR_EL1.TS)
                .bits("PA", PMSCR_EL1.PA)
                .bits("CX", PMSCR_EL1.CX)
                .bits("E1SPE", PMSCR_EL1.E1SPE)
                .bits("E0SPE", PMSCR_EL1.E0SPE)
                .beforeWrite(ProfilingRegisters::completeSample);
        registers.add(el1);
        if (!el2) {
            el1.readOnlyBits("PCT", PMSCR_EL1.PCT).reset(1L << PMSCR_EL1.PCT_SHIFT);
            return;
        }
        el1.field("PCT", pct, PMSCR_EL1.PCT_SHIFT);
        registers.add(ProfilingRegisters.owned(RegisterDefinition.of("PMSCR_EL2", SystemRegister.PMSCR_EL2)
                        .from(2)
                        .field("PCT", pct, PMSCR_EL1.PCT_SHIFT)
                        .bits("TS", PMSCR_EL2.TS)
                        .bits("PA", PMSCR_EL2.PA)
                        .bits("CX", PMSCR_EL2.CX)
                        .bits("E2SPE", PMSCR_EL2.E2SPE)
                        .bits("E0HSPE", PMSCR_EL2.E0HSPE))
                .onRead(SpuHooks::readControlEl2)
                .beforeWrite(ProfilingRegisters::completeSample));
        if (vhe) {
            el1.redirectedAtEl2(SystemRegister.PMSCR_EL2);
            registers.add(ProfilingRegisters.owned(RegisterDefinition.of("PMSCR_EL12", SystemRegister.PMSCR_EL12)
                    .aliasOf(SystemRegister.PMSCR_EL1)));
        }
    }

    /** PMBLIMITR, PMBPTR, PMBSR and PMBIDR_EL1; PMBSR_EL1.EA is RES0 where External aborts are never reported. */
    private void buffer(List<RegisterDefinition.Builder> registers, ProfilingExtension extension) {
        registers.add(buffer("PMBLIMITR_EL1", SystemRegister.PMBLIMITR_EL1, HDFGRTR_EL2.PMBLIMITR_EL1)
                .bits("LIMIT", PMBLIMITR_EL1.LIMIT)
                .bits("FM", PMBLIMITR_EL1.FM)
                .bits("E", PMBLIMITR_EL1.E)
                .definedAtReset(PMBLIMITR_EL1.E)
                .beforeWrite(ProfilingRegisters::completeSample));
        registers.add(buffer("PMBPTR_EL1", SystemRegister.PMBPTR_EL1, HDFGRTR_EL2.PMBPTR_EL1)
                .field("PTR", 63, 0)
                .beforeWrite(ProfilingRegisters::completeSample));
        RegisterDefinition.Builder pmbsr = ProfilingRegisters.syndrome(
                        buffer("PMBSR_EL1", SystemRegister.PMBSR_EL1, HDFGRTR_EL2.PMBSR_EL1))
                .beforeWrite(ProfilingRegisters::completeSample)
                .afterWrite(SpuHooks::afterSyndrome);
        registers.add(extension.reportsExternalAborts() ? pmbsr.bits("EA", PMBSR_ELx.EA) : pmbsr);
        registers.add(RegisterDefinition.of("PMBIDR_EL1", SystemRegister.PMBIDR_EL1)
                .constant(extension.pmbidr())
                .rule(readsTrappedBy(HDFGRTR_EL2.PMBIDR_EL1))
                .onRead(SpuHooks::readBufferIdentification));
    }

    private static RegisterDefinition.Builder sampling(String name, int encoding, long fineGrained) {
        return ProfilingRegisters.sampling(
                RegisterDefinition.of(name, encoding).rule(ProfilingRegisters.fineGrained(fineGrained, 1)));
    }

    private static RegisterDefinition.Builder buffer(String name, int encoding, long fineGrained) {
        return ProfilingRegisters.buffer(
                RegisterDefinition.of(name, encoding).rule(ProfilingRegisters.fineGrained(fineGrained, 1)));
    }

    /** Identification registers have a fine-grained trap bit for reads only. */
    private static AccessRule readsTrappedBy(long bit) {
        return TrapControls.fineGrained(SystemRegister.HDFGRTR_EL2, -1, bit, 1);
    }
}
