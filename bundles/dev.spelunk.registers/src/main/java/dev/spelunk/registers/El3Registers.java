// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
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
                .field("TCPAC", 31)
                .field("TFP", 10)
                .from(3);
        SystemControl.el3(d, d.add("SCTLR_EL3", 3, 6, 1, 0, 0)).from(3);
        d.add("ACTLR_EL3", 3, 6, 1, 0, 1).from(3);
        d.add("TTBR0_EL3", 3, 6, 2, 0, 0).field("BADDR", 47, 1).field("CnP", 0).from(3);
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
                .field("NS", 0)
                .field("IRQ", 1)
                .field("FIQ", 2)
                .field("EA", 3)
                .res1(5, 4)
                .field("SMD", 7)
                .field("HCE", 8)
                .field("SIF", 9)
                .res1(10, 10)
                .field("ST", 11)
                .field("TWI", 12)
                .field("TWE", 13)
                .onWrite(Definitions.HYPERVISOR_CONTROL);
        if (d.has("FEAT_LOR")) {
            b.field("TLOR", 14);
        }
        if (d.has("FEAT_PAuth")) {
            b.field("APK", 16).field("API", 17);
        }
        if (d.has("FEAT_SEL2")) {
            b.field("EEL2", 18);
        }
        if (d.has("FEAT_FGT")) {
            b.field("FGTEn", 27);
        }
        if (d.has("FEAT_FGT2")) {
            b.field("FGTEn2", 59);
        }
    }

    /** MDCR_EL3 (D24.3.18). Of the performance monitors it has what matters below EL3: TPM. */
    private static void monitorDebug(Definitions d, Architecture a) {
        RegisterDefinition.Builder b = d.add("MDCR_EL3", SystemRegister.MDCR_EL3)
                .from(3)
                .field("TPM", 6)
                .field("TDA", 9)
                .field("TDOSA", 10)
                .field("SDD", 16)
                .onWrite(Definitions.HYPERVISOR_CONTROL);
        if (a.profiling() != null) {
            b.field("NSPB", 13, 12);
        }
        if (d.has("FEAT_SPE_FnE")) {
            b.field("EnPMSN", 36);
        }
        if (d.has("FEAT_SPE_FDS")) {
            b.field("EnPMS3", 42);
        }
        if (d.has("FEAT_SPE_nVM")) {
            b.field("EnPMS4", 55);
        }
        if (d.has("FEAT_SPE_EXC")) {
            b.field("PMSEE", 52, 51);
        }
    }
}
