// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CPTR_EL2;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.MPIDR_EL1;
import dev.spelunk.api.registers.fields.TTBRn_ELx;
import dev.spelunk.api.registers.fields.VTCR_EL2;
import java.util.List;

/** Control of EL2, its own exceptions and translation, and stage 2 (DDI 0487, D24.2). Present with FEAT_EL2. */
final class HypervisorRegisters implements RegisterBank {
    static final int AFSR0_EL2 = Encoding.of(3, 4, 5, 1, 0);
    static final int AFSR1_EL2 = Encoding.of(3, 4, 5, 1, 1);

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        if (!d.el2) {
            return List.of();
        }
        controls(d, a);
        translation(d);
        exceptions(d);
        d.add("VPIDR_EL2", SystemRegister.VPIDR_EL2)
                .field("VPIDR", 31, 0)
                .from(2)
                .reset(a.registerValue("MIDR_EL1", IdentificationRegisters.MIDR));
        d.add("VMPIDR_EL2", SystemRegister.VMPIDR_EL2)
                .bits("Aff3", MPIDR_EL1.Aff3)
                .res1(31, 31)
                .bits("U", MPIDR_EL1.U)
                .bits("MT", MPIDR_EL1.MT)
                .bits("Aff2", MPIDR_EL1.Aff2)
                .bits("Aff1", MPIDR_EL1.Aff1)
                .bits("Aff0", MPIDR_EL1.Aff0)
                .from(2);
        if (!d.el3) {
            d.add("RVBAR_EL2", 3, 4, 12, 0, 1)
                    .constant(a.registerValue("RVBAR_EL2", 0))
                    .from(2)
                    .readOnly();
        }
        return d.build();
    }

    private static void controls(Definitions d, Architecture a) {
        SystemControl.fields(d, d.add("SCTLR_EL2", SystemRegister.SCTLR_EL2), !d.vhe)
                .from(2)
                .afterWrite(Definitions.TRANSLATION);
        d.add("ACTLR_EL2", SystemRegister.ACTLR_EL2).from(2);
        d.add("HACR_EL2", 3, 4, 1, 1, 7).from(2);
        d.add("HSTR_EL2", SystemRegister.HSTR_EL2).from(2);
        hypervisorConfiguration(d);
        monitorDebug(d, a);
        d.add("CPTR_EL2", SystemRegister.CPTR_EL2)
                .bits("TCPAC", CPTR_EL2.TCPAC)
                .bits("FPEN", CPTR_EL2.FPEN)
                .bits("TFP", CPTR_EL2.TFP)
                .from(2)
                .onRead((c, r, stored) -> (c.register(SystemRegister.HCR_EL2) & HCR_EL2.E2H) != 0
                        ? stored & (CPTR_EL2.TCPAC | CPTR_EL2.FPEN)
                        : stored & (CPTR_EL2.TCPAC | CPTR_EL2.TFP) | CPTR_EL2.RES1);
    }

    /** HCR_EL2 (D24.2.62): EL1 and EL0 are AArch64 only, so RW is RAO/WI and the AArch32 controls are RES0. */
    private static void hypervisorConfiguration(Definitions d) {
        RegisterDefinition.Builder b = d.add("HCR_EL2", SystemRegister.HCR_EL2)
                .from(2)
                .bits("VM", HCR_EL2.VM)
                .bits("SWIO", HCR_EL2.SWIO)
                .bits("PTW", HCR_EL2.PTW)
                .bits("FMO", HCR_EL2.FMO)
                .bits("IMO", HCR_EL2.IMO)
                .bits("AMO", HCR_EL2.AMO)
                .bits("VF", HCR_EL2.VF)
                .bits("VI", HCR_EL2.VI)
                .bits("VSE", HCR_EL2.VSE)
                .bits("FB", HCR_EL2.FB)
                .bits("BSU", HCR_EL2.BSU)
                .bits("DC", HCR_EL2.DC)
                .bits("TWI", HCR_EL2.TWI)
                .bits("TWE", HCR_EL2.TWE)
                .bits("TID1", HCR_EL2.TID1)
                .bits("TID2", HCR_EL2.TID2)
                .bits("TID3", HCR_EL2.TID3)
                .bits("TSC", HCR_EL2.TSC)
                .bits("TIDCP", HCR_EL2.TIDCP)
                .bits("TACR", HCR_EL2.TACR)
                .bits("TSW", HCR_EL2.TSW)
                .bits("TPCP", HCR_EL2.TPCP)
                .bits("TPU", HCR_EL2.TPU)
                .bits("TTLB", HCR_EL2.TTLB)
                .bits("TVM", HCR_EL2.TVM)
                .bits("TGE", HCR_EL2.TGE)
                .bits("TDZ", HCR_EL2.TDZ)
                .bits("TRVM", HCR_EL2.TRVM)
                .res1(31, 31)
                .bits("CD", HCR_EL2.CD)
                .bits("ID", HCR_EL2.ID)
                .afterWrite(Definitions.HYPERVISOR_CONTROL);
        if (!d.el3) {
            b.bits("HCD", HCR_EL2.HCD);
        }
        if (d.vhe) {
            b.bits("E2H", HCR_EL2.E2H);
        }
        if (d.has("FEAT_LOR")) {
            b.bits("TLOR", HCR_EL2.TLOR);
        }
        if (d.has("FEAT_PAuth")) {
            b.bits("APK", HCR_EL2.APK).bits("API", HCR_EL2.API);
        }
        if (d.has("FEAT_S2FWB")) {
            b.bits("FWB", HCR_EL2.FWB);
        }
    }

    /** MDCR_EL2 (D24.3.17). */
    private static void monitorDebug(Definitions d, Architecture a) {
        RegisterDefinition.Builder b = d.add("MDCR_EL2", SystemRegister.MDCR_EL2)
                .from(2)
                .bits("TPMCR", MDCR_EL2.TPMCR)
                .bits("TPM", MDCR_EL2.TPM)
                .bits("TDE", MDCR_EL2.TDE)
                .bits("TDA", MDCR_EL2.TDA)
                .bits("TDOSA", MDCR_EL2.TDOSA)
                .bits("TDRA", MDCR_EL2.TDRA)
                .afterWrite(Definitions.HYPERVISOR_CONTROL);
        if (d.has("FEAT_FGT")) {
            b.bits("TDCC", MDCR_EL2.TDCC);
        }
        if (a.profiling() != null) {
            b.bits("E2PB", MDCR_EL2.E2PB).bits("TPMS", MDCR_EL2.TPMS);
        }
        if (!d.has("FEAT_PMUv3")) {
            return;
        }
        b.bits("HPMN", MDCR_EL2.HPMN).reset(a.eventCounters()).bits("HPME", MDCR_EL2.HPME);
        if (d.has("FEAT_PMUv3p1")) {
            b.bits("HPMD", MDCR_EL2.HPMD);
        }
        if (d.has("FEAT_PMUv3p5")) {
            b.bits("HCCD", MDCR_EL2.HCCD).bits("HLP", MDCR_EL2.HLP);
        }
        if (d.has("FEAT_PMUv3p7")) {
            b.bits("HPMFZO", MDCR_EL2.HPMFZO);
        }
        if (d.has("FEAT_PMUv3p7") && d.has("FEAT_SPEv1p2")) {
            b.bits("HPMFZS", MDCR_EL2.HPMFZS);
        }
    }

    private static void translation(Definitions d) {
        RegisterDefinition.Builder tcr =
                d.add("TCR_EL2", SystemRegister.TCR_EL2).from(2);
        RegisterDefinition oneRange = TranslationControl.oneRangeForm(d);
        if (d.vhe) {
            // Both formats share the storage; which bits exist follows HCR_EL2.E2H at each access.
            RegisterDefinition twoRanges = TranslationControl.twoRanges(d, RegisterDefinition.of("TCR", 0))
                    .build();
            tcr.whole()
                    .reset(oneRange.reset())
                    .onRead((c, r, stored) -> form(c.register(SystemRegister.HCR_EL2), twoRanges, oneRange, stored))
                    .beforeWrite((c, r, stored, value) ->
                            form(c.register(SystemRegister.HCR_EL2), twoRanges, oneRange, value))
                    .afterWrite(Definitions.TRANSLATION);
        } else {
            TranslationControl.oneRange(d, tcr).afterWrite(Definitions.TRANSLATION);
        }
        RegisterDefinition.Builder ttbr0 = TranslationControl.tableBase(d, d.add("TTBR0_EL2", SystemRegister.TTBR0_EL2))
                .from(2)
                .afterWrite(Definitions.TRANSLATION);
        if (d.vhe) {
            ttbr0.bits("ASID", TTBRn_ELx.ASID);
            TranslationControl.tableBase(d, d.add("TTBR1_EL2", SystemRegister.TTBR1_EL2))
                    .bits("ASID", TTBRn_ELx.ASID)
                    .from(2)
                    .afterWrite(Definitions.TRANSLATION);
        }
        if (d.vhe || d.has("FEAT_Debugv8p2")) {
            d.add("CONTEXTIDR_EL2", SystemRegister.CONTEXTIDR_EL2)
                    .field("PROCID", 31, 0)
                    .from(2);
        }
        d.add("MAIR_EL2", SystemRegister.MAIR_EL2).whole().from(2).afterWrite(Definitions.TRANSLATION);
        d.add("AMAIR_EL2", SystemRegister.AMAIR_EL2).from(2);
        RegisterDefinition.Builder vtcr = d.add("VTCR_EL2", SystemRegister.VTCR_EL2)
                .bits("T0SZ", VTCR_EL2.T0SZ)
                .bits("SL0", VTCR_EL2.SL0)
                .bits("IRGN0", VTCR_EL2.IRGN0)
                .bits("ORGN0", VTCR_EL2.ORGN0)
                .bits("SH0", VTCR_EL2.SH0)
                .bits("TG0", VTCR_EL2.TG0)
                .bits("PS", VTCR_EL2.PS)
                .res1(31, 31)
                .from(2)
                .afterWrite(Definitions.TRANSLATION);
        TranslationControl.tableBase(d, d.add("VTTBR_EL2", SystemRegister.VTTBR_EL2))
                .field("VMID", d.has("FEAT_VMID16") ? 63 : 55, 48)
                .from(2)
                .afterWrite(Definitions.TRANSLATION);
        if (d.has("FEAT_VMID16")) {
            vtcr.bits("VS", VTCR_EL2.VS);
        }
        if (d.has("FEAT_HAFDBS")) {
            vtcr.bits("HA", VTCR_EL2.HA).bits("HD", VTCR_EL2.HD);
        }
    }

    private static long form(long hcr, RegisterDefinition twoRanges, RegisterDefinition oneRange, long value) {
        RegisterDefinition form = (hcr & HCR_EL2.E2H) != 0 ? twoRanges : oneRange;
        return form.merge(value, value);
    }

    private static void exceptions(Definitions d) {
        d.add("VBAR_EL2", SystemRegister.VBAR_EL2).field("VBA", 63, 11).from(2);
        ExceptionRegisters.syndrome(d.add("ESR_EL2", SystemRegister.ESR_EL2)).from(2);
        d.add("FAR_EL2", SystemRegister.FAR_EL2).whole().from(2);
        RegisterDefinition.Builder hpfar = d.add("HPFAR_EL2", SystemRegister.HPFAR_EL2)
                .field("FIPA", 43, 4)
                .from(2);
        if (d.has("FEAT_SEL2")) {
            hpfar.field("NS", 63);
        }
        d.add("ELR_EL2", SystemRegister.ELR_EL2).whole().from(2);
        ExceptionRegisters.savedStatus(d, d.add("SPSR_EL2", SystemRegister.SPSR_EL2))
                .from(2);
        d.add("AFSR0_EL2", AFSR0_EL2).from(2);
        d.add("AFSR1_EL2", AFSR1_EL2).from(2);
    }
}
