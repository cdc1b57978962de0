// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CPTR_EL3;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.SCR_EL3;
import java.util.List;

/** State of EL3 (DDI 0487, D24.2): what routing, traps and ownership below it ask for. Present with FEAT_EL3. */
final class El3Registers implements RegisterBank {
    static final int SP_EL2 = Encoding.of(3, 6, 4, 1, 0);

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        if (!d.el3) {
            return List.of();
        }
        secureConfiguration(d);
        monitorDebug(d, a);
        d.add("CPTR_EL3", SystemRegister.CPTR_EL3)
                .bits("TCPAC", CPTR_EL3.TCPAC)
                .bits("TFP", CPTR_EL3.TFP)
                .from(3);
        SystemControl.el3(d, d.add("SCTLR_EL3", 3, 6, 1, 0, 0)).from(3);
        d.add("ACTLR_EL3", 3, 6, 1, 0, 1).from(3);
        TranslationControl.tableBase(d, d.add("TTBR0_EL3", 3, 6, 2, 0, 0)).from(3);
        TranslationControl.oneRange(d, d.add("TCR_EL3", 3, 6, 2, 0, 2)).from(3);
        d.add("MAIR_EL3", 3, 6, 10, 2, 0).whole().from(3);
        d.add("AMAIR_EL3", 3, 6, 10, 3, 0).from(3);
        d.add("VBAR_EL3", 3, 6, 12, 0, 0).field("VBA", 63, 11).from(3);
        d.add("RVBAR_EL3", 3, 6, 12, 0, 1)
                .constant(a.registerValue("RVBAR_EL3", 0))
                .from(3)
                .readOnly();
        ExceptionRegisters.syndrome(d.add("ESR_EL3", 3, 6, 5, 2, 0)).from(3);
        d.add("FAR_EL3", 3, 6, 6, 0, 0).whole().from(3);
        d.add("AFSR0_EL3", 3, 6, 5, 1, 0).from(3);
        d.add("AFSR1_EL3", 3, 6, 5, 1, 1).from(3);
        d.add("ELR_EL3", 3, 6, 4, 0, 1).whole().from(3);
        ExceptionRegisters.savedStatus(d, d.add("SPSR_EL3", 3, 6, 4, 0, 0)).from(3);
        return d.build();
    }

    /** SCR_EL3 (D24.2.169): lower levels are AArch64 only, so RW is RAO/WI. */
    private static void secureConfiguration(Definitions d) {
        RegisterDefinition.Builder b = d.add("SCR_EL3", SystemRegister.SCR_EL3)
                .from(3)
                .bits("NS", SCR_EL3.NS)
                .bits("IRQ", SCR_EL3.IRQ)
                .bits("FIQ", SCR_EL3.FIQ)
                .bits("EA", SCR_EL3.EA)
                .res1(5, 4)
                .bits("SMD", SCR_EL3.SMD)
                .bits("HCE", SCR_EL3.HCE)
                .bits("SIF", SCR_EL3.SIF)
                .res1(10, 10)
                .bits("ST", SCR_EL3.ST)
                .bits("TWI", SCR_EL3.TWI)
                .bits("TWE", SCR_EL3.TWE)
                .afterWrite(Definitions.HYPERVISOR_CONTROL);
        if (d.has("FEAT_LOR")) {
            b.bits("TLOR", SCR_EL3.TLOR);
        }
        if (d.has("FEAT_PAuth")) {
            b.bits("APK", SCR_EL3.APK).bits("API", SCR_EL3.API);
        }
        if (d.has("FEAT_SEL2")) {
            b.bits("EEL2", SCR_EL3.EEL2);
        }
        if (d.has("FEAT_FGT")) {
            b.bits("FGTEn", SCR_EL3.FGTEn);
        }
        if (d.has("FEAT_FGT2")) {
            b.bits("FGTEn2", SCR_EL3.FGTEn2);
        }
    }

    /** MDCR_EL3 (D24.3.18). Of the performance monitors it has what matters below EL3: TPM. */
    private static void monitorDebug(Definitions d, Architecture a) {
        RegisterDefinition.Builder b = d.add("MDCR_EL3", SystemRegister.MDCR_EL3)
                .from(3)
                .bits("TPM", MDCR_EL3.TPM)
                .bits("TDA", MDCR_EL3.TDA)
                .bits("TDOSA", MDCR_EL3.TDOSA)
                .bits("SDD", MDCR_EL3.SDD)
                .afterWrite(Definitions.HYPERVISOR_CONTROL);
        if (d.has("FEAT_FGT")) {
            b.bits("TDCC", MDCR_EL3.TDCC);
        }
        if (a.profiling() != null) {
            b.bits("NSPB", MDCR_EL3.NSPB);
        }
        if (d.has("FEAT_SPE_FnE")) {
            b.bits("EnPMSN", MDCR_EL3.EnPMSN);
        }
        if (d.has("FEAT_SPE_FDS")) {
            b.bits("EnPMS3", MDCR_EL3.EnPMS3);
        }
        if (d.has("FEAT_SPE_nVM")) {
            b.bits("EnPMS4", MDCR_EL3.EnPMS4);
        }
        if (d.has("FEAT_SPE_EXC")) {
            b.bits("PMSEE", MDCR_EL3.PMSEE);
        }
    }
}
