// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import java.util.List;

/** Control of EL2, its own exceptions and translation, and stage 2 (DDI 0487, D24.2). Present with FEAT_EL2. */
final class HypervisorRegisters implements RegisterBank {
    static final int AFSR0_EL2 = Encoding.of(3, 4, 5, 1, 0);
    static final int AFSR1_EL2 = Encoding.of(3, 4, 5, 1, 1);
    private static final long CPTR_TCPAC = 1L << 31;
    private static final long CPTR_TFP = 1L << 10;
    private static final long CPTR_FPEN = 3L << 20;
    /** Bits 13, 12, 9, 8 (no SVE) and 7:0 are RES1 while HCR_EL2.E2H is 0. */
    private static final long CPTR_RES1 = 0x33FF;

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
                .field("Aff3", 39, 32)
                .res1(31, 31)
                .field("U", 30)
                .field("MT", 24)
                .field("Aff2", 23, 16)
                .field("Aff1", 15, 8)
                .field("Aff0", 7, 0)
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
                .onWrite(Definitions.TRANSLATION);
        d.add("ACTLR_EL2", SystemRegister.ACTLR_EL2).from(2);
        d.add("HACR_EL2", 3, 4, 1, 1, 7).from(2);
        d.add("HSTR_EL2", SystemRegister.HSTR_EL2).from(2);
        hypervisorConfiguration(d);
        monitorDebug(d, a);
        d.add("CPTR_EL2", SystemRegister.CPTR_EL2)
                .field("TCPAC", 31)
                .field("FPEN", 21, 20)
                .field("TFP", 10)
                .from(2)
                .onRead((c, r, stored) -> (c.register(SystemRegister.HCR_EL2) & Traps.HCR_E2H) != 0
                        ? stored & (CPTR_TCPAC | CPTR_FPEN)
                        : stored & (CPTR_TCPAC | CPTR_TFP) | CPTR_RES1);
    }

    /** HCR_EL2 (D24.2.62): EL1 and EL0 are AArch64 only, so RW is RAO/WI and the AArch32 controls are RES0. */
    private static void hypervisorConfiguration(Definitions d) {
        RegisterDefinition.Builder b = d.add("HCR_EL2", SystemRegister.HCR_EL2)
                .from(2)
                .field("VM", 0)
                .field("SWIO", 1)
                .field("PTW", 2)
                .field("FMO", 3)
                .field("IMO", 4)
                .field("AMO", 5)
                .field("VF", 6)
                .field("VI", 7)
                .field("VSE", 8)
                .field("FB", 9)
                .field("BSU", 11, 10)
                .field("DC", 12)
                .field("TWI", 13)
                .field("TWE", 14)
                .field("TID1", 16)
                .field("TID2", 17)
                .field("TID3", 18)
                .field("TSC", 19)
                .field("TIDCP", 20)
                .field("TACR", 21)
                .field("TSW", 22)
                .field("TPCP", 23)
                .field("TPU", 24)
                .field("TTLB", 25)
                .field("TVM", 26)
                .field("TGE", 27)
                .field("TDZ", 28)
                .field("TRVM", 30)
                .res1(31, 31)
                .field("CD", 32)
                .field("ID", 33)
                .onWrite(Definitions.HYPERVISOR_CONTROL);
        if (!d.el3) {
            b.field("HCD", 29);
        }
        if (d.vhe) {
            b.field("E2H", 34);
        }
        if (d.has("FEAT_LOR")) {
            b.field("TLOR", 35);
        }
        if (d.has("FEAT_PAuth")) {
            b.field("APK", 40).field("API", 41);
        }
        if (d.has("FEAT_S2FWB")) {
            b.field("FWB", 46);
        }
    }

    /** MDCR_EL2 (D24.3.17). */
    private static void monitorDebug(Definitions d, Architecture a) {
        RegisterDefinition.Builder b = d.add("MDCR_EL2", SystemRegister.MDCR_EL2)
                .from(2)
                .field("TPMCR", 5)
                .field("TPM", 6)
                .field("TDE", 8)
                .field("TDA", 9)
                .field("TDOSA", 10)
                .field("TDRA", 11)
                .onWrite(Definitions.HYPERVISOR_CONTROL);
        if (a.profiling() != null) {
            b.field("E2PB", 13, 12).field("TPMS", 14);
        }
        if (!d.has("FEAT_PMUv3")) {
            return;
        }
        b.field("HPMN", 4, 0).reset(a.eventCounters()).field("HPME", 7);
        if (d.has("FEAT_PMUv3p1")) {
            b.field("HPMD", 17);
        }
        if (d.has("FEAT_PMUv3p5")) {
            b.field("HCCD", 23).field("HLP", 26);
        }
        if (d.has("FEAT_PMUv3p7")) {
            b.field("HPMFZO", 29);
        }
        if (d.has("FEAT_PMUv3p7") && d.has("FEAT_SPEv1p2")) {
            b.field("HPMFZS", 36);
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
                    .onWrite((c, r, stored, value) -> Definitions.TRANSLATION.write(
                            c, r, stored, form(c.register(SystemRegister.HCR_EL2), twoRanges, oneRange, value)));
        } else {
            TranslationControl.oneRange(d, tcr).onWrite(Definitions.TRANSLATION);
        }
        RegisterDefinition.Builder ttbr0 = d.add("TTBR0_EL2", SystemRegister.TTBR0_EL2)
                .field("BADDR", 47, 1)
                .field("CnP", 0)
                .from(2)
                .onWrite(Definitions.TRANSLATION);
        if (d.vhe) {
            ttbr0.field("ASID", 63, 48);
            d.add("TTBR1_EL2", SystemRegister.TTBR1_EL2)
                    .field("ASID", 63, 48)
                    .field("BADDR", 47, 1)
                    .field("CnP", 0)
                    .from(2)
                    .onWrite(Definitions.TRANSLATION);
        }
        if (d.vhe || d.has("FEAT_Debugv8p2")) {
            d.add("CONTEXTIDR_EL2", SystemRegister.CONTEXTIDR_EL2)
                    .field("PROCID", 31, 0)
                    .from(2);
        }
        d.add("MAIR_EL2", SystemRegister.MAIR_EL2).whole().from(2).onWrite(Definitions.TRANSLATION);
        d.add("AMAIR_EL2", SystemRegister.AMAIR_EL2).from(2);
        RegisterDefinition.Builder vtcr = d.add("VTCR_EL2", SystemRegister.VTCR_EL2)
                .field("T0SZ", 5, 0)
                .field("SL0", 7, 6)
                .field("IRGN0", 9, 8)
                .field("ORGN0", 11, 10)
                .field("SH0", 13, 12)
                .field("TG0", 15, 14)
                .field("PS", 18, 16)
                .res1(31, 31)
                .from(2)
                .onWrite(Definitions.TRANSLATION);
        RegisterDefinition.Builder vttbr = d.add("VTTBR_EL2", SystemRegister.VTTBR_EL2)
                .field("VMID", d.has("FEAT_VMID16") ? 63 : 55, 48)
                .field("BADDR", 47, 1)
                .field("CnP", 0)
                .from(2)
                .onWrite(Definitions.TRANSLATION);
        if (d.has("FEAT_VMID16")) {
            vtcr.field("VS", 19);
        }
        if (d.has("FEAT_HAFDBS")) {
            vtcr.field("HA", 21).field("HD", 22);
        }
    }

    private static long form(long hcr, RegisterDefinition twoRanges, RegisterDefinition oneRange, long value) {
        RegisterDefinition form = (hcr & Traps.HCR_E2H) != 0 ? twoRanges : oneRange;
        return form.merge(value, value);
    }

    private static void exceptions(Definitions d) {
        d.add("VBAR_EL2", SystemRegister.VBAR_EL2).field("VBA", 63, 11).from(2);
        ExceptionRegisters.syndrome(d.add("ESR_EL2", SystemRegister.ESR_EL2)).from(2);
        d.add("FAR_EL2", SystemRegister.FAR_EL2).whole().from(2);
        d.add("HPFAR_EL2", SystemRegister.HPFAR_EL2)
                .field("NS", 63)
                .field("FIPA", 43, 4)
                .from(2);
        d.add("ELR_EL2", SystemRegister.ELR_EL2).whole().from(2);
        ExceptionRegisters.savedStatus(d, d.add("SPSR_EL2", SystemRegister.SPSR_EL2))
                .from(2);
        d.add("AFSR0_EL2", AFSR0_EL2).from(2);
        d.add("AFSR1_EL2", AFSR1_EL2).from(2);
    }
}
