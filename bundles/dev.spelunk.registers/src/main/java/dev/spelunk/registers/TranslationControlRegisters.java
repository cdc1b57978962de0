// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CPACR_EL1;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.HFGRTR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.registers.fields.TTBRn_ELx;
import java.util.List;

/** System and translation control of the EL1&amp;0 regime (DDI 0487, D24.2.2, .17, .34, .36, .127, .142, .175, .194, .209, .212). */
final class TranslationControlRegisters implements RegisterBank {
    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        Traps t = d.traps;
        boolean vhe = d.vhe;
        RegisterDefinition.Builder sctlr = SystemControl.fields(d, d.add("SCTLR_EL1", SystemRegister.SCTLR_EL1), false)
                // The boot protocols promise that translation is off; DSSBS is IMPLEMENTATION DEFINED.
                .definedAtReset(SCTLR_ELx.M | SCTLR_ELx.C | SCTLR_ELx.DSSBS)
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.SCTLR_EL1))
                .afterWrite(Definitions.TRANSLATION);
        RegisterDefinition.Builder tcr = TranslationControl.twoRanges(d, d.add("TCR_EL1", SystemRegister.TCR_EL1))
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.TCR_EL1))
                .afterWrite(Definitions.TRANSLATION);
        RegisterDefinition.Builder ttbr0 = TranslationControl.tableBase(d, d.add("TTBR0_EL1", SystemRegister.TTBR0_EL1))
                .bits("ASID", TTBRn_ELx.ASID)
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.TTBR0_EL1))
                .afterWrite(Definitions.TRANSLATION);
        RegisterDefinition.Builder ttbr1 = TranslationControl.tableBase(d, d.add("TTBR1_EL1", SystemRegister.TTBR1_EL1))
                .bits("ASID", TTBRn_ELx.ASID)
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.TTBR1_EL1))
                .afterWrite(Definitions.TRANSLATION);
        RegisterDefinition.Builder mair = d.add("MAIR_EL1", SystemRegister.MAIR_EL1)
                .whole()
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.MAIR_EL1))
                .afterWrite(Definitions.TRANSLATION);
        RegisterDefinition.Builder amair = d.add("AMAIR_EL1", SystemRegister.AMAIR_EL1)
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.AMAIR_EL1));
        RegisterDefinition.Builder cpacr = d.add("CPACR_EL1", SystemRegister.CPACR_EL1)
                .bits("FPEN", CPACR_EL1.FPEN)
                .rule(t.architecturalFeatureAccess())
                .rule(t.hfg(HFGRTR_EL2.CPACR_EL1));
        RegisterDefinition.Builder contextidr = d.add("CONTEXTIDR_EL1", SystemRegister.CONTEXTIDR_EL1)
                .field("PROCID", 31, 0)
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.CONTEXTIDR_EL1));
        d.add("ACTLR_EL1", SystemRegister.ACTLR_EL1).rule(t.hcr(HCR_EL2.TACR));
        d.add("PAR_EL1", SystemRegister.PAR_EL1).whole().rule(t.hfg(HFGRTR_EL2.PAR_EL1));
        if (vhe) {
            sctlr.redirectedAtEl2(SystemRegister.SCTLR_EL2);
            tcr.redirectedAtEl2(SystemRegister.TCR_EL2);
            ttbr0.redirectedAtEl2(SystemRegister.TTBR0_EL2);
            ttbr1.redirectedAtEl2(SystemRegister.TTBR1_EL2);
            mair.redirectedAtEl2(SystemRegister.MAIR_EL2);
            amair.redirectedAtEl2(SystemRegister.AMAIR_EL2);
            cpacr.redirectedAtEl2(SystemRegister.CPTR_EL2);
            contextidr.redirectedAtEl2(SystemRegister.CONTEXTIDR_EL2);
        }
        d.el12("SCTLR_EL12", SystemRegister.SCTLR_EL1);
        d.el12("TCR_EL12", SystemRegister.TCR_EL1);
        d.el12("TTBR0_EL12", SystemRegister.TTBR0_EL1);
        d.el12("TTBR1_EL12", SystemRegister.TTBR1_EL1);
        d.el12("MAIR_EL12", SystemRegister.MAIR_EL1);
        d.el12("AMAIR_EL12", SystemRegister.AMAIR_EL1);
        d.el12("CPACR_EL12", SystemRegister.CPACR_EL1);
        d.el12("CONTEXTIDR_EL12", SystemRegister.CONTEXTIDR_EL1);
        return d.build();
    }
}
