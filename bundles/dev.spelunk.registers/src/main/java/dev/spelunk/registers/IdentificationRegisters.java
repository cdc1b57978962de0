// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.HFGRTR_EL2;
import dev.spelunk.api.registers.fields.MPIDR_EL1;
import java.util.List;

/**
 * PE identification and the feature ID space (DDI 0487, D24.2.78-116, D24.2.137, D24.2.138). The values come
 * from the composed architecture, unless the variant states one. The encodings of the ID space that nothing
 * defines, and those of AArch32, read as zero.
 */
final class IdentificationRegisters implements RegisterBank {
    /** Implementer 0 (reserved for software use), architecture by ID registers. */
    static final long MIDR = 0x000F_5BE0L;

    private static final int PES_PER_CLUSTER = 16;

    private static final String[] AARCH32 = {
        "ID_PFR0_EL1",
        "ID_PFR1_EL1",
        "ID_DFR0_EL1",
        "ID_AFR0_EL1",
        "ID_MMFR0_EL1",
        "ID_MMFR1_EL1",
        "ID_MMFR2_EL1",
        "ID_MMFR3_EL1",
        "ID_ISAR0_EL1",
        "ID_ISAR1_EL1",
        "ID_ISAR2_EL1",
        "ID_ISAR3_EL1",
        "ID_ISAR4_EL1",
        "ID_ISAR5_EL1",
        "ID_MMFR4_EL1",
        "ID_ISAR6_EL1",
        "MVFR0_EL1",
        "MVFR1_EL1",
        "MVFR2_EL1",
        null,
        "ID_PFR2_EL1",
        "ID_DFR1_EL1",
        "ID_MMFR5_EL1",
        null
    };

    /** MPIDR_EL1.{Aff3,Aff2,Aff1,Aff0} of a PE: Aff0 is 0..15, as one GICv3 SGI reaches, then Aff1. */
    static long affinity(int pe) {
        return pe % PES_PER_CLUSTER | (long) (pe / PES_PER_CLUSTER) << 8;
    }

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        d.add("MIDR_EL1", SystemRegister.MIDR_EL1)
                .constant(a.registerValue("MIDR_EL1", MIDR))
                .from(0)
                .readOnly()
                .rule(d.traps.idSpaceFromEl0())
                .rule(d.traps.hfg(HFGRTR_EL2.MIDR_EL1))
                .onRead((c, r, stored) ->
                        c.pe.el == 1 && c.system.el2Enabled() ? c.register(SystemRegister.VPIDR_EL2) : stored);
        d.add("MPIDR_EL1", SystemRegister.MPIDR_EL1)
                .constant(a.registerValue("MPIDR_EL1", MPIDR_EL1.RES1))
                .from(0)
                .readOnly()
                .rule(d.traps.idSpaceFromEl0())
                .rule(d.traps.hfg(HFGRTR_EL2.MPIDR_EL1))
                .onRead((c, r, stored) ->
                        c.pe.el == 1 && c.system.el2Enabled() ? c.register(SystemRegister.VMPIDR_EL2) : stored);
        d.add("REVIDR_EL1", SystemRegister.REVIDR_EL1)
                .constant(a.registerValue("REVIDR_EL1", 0))
                .from(0)
                .readOnly()
                .rule(d.traps.idSpaceFromEl0())
                .rule(d.traps.hcr(HCR_EL2.TID1))
                .rule(d.traps.hfg(HFGRTR_EL2.REVIDR_EL1));
        d.add("AIDR_EL1", 3, 1, 0, 0, 7)
                .constant(a.registerValue("AIDR_EL1", 0))
                .from(0)
                .readOnly()
                .rule(d.traps.idSpaceFromEl0())
                .rule(d.traps.hcr(HCR_EL2.TID1))
                .rule(d.traps.hfg(HFGRTR_EL2.AIDR_EL1));
        for (int crm = 1; crm <= 7; crm++) {
            for (int op2 = 0; op2 <= 7; op2++) {
                feature(d, a, crm, op2);
            }
        }
        return d.build();
    }

    private static void feature(Definitions d, Architecture a, int crm, int op2) {
        int encoding = Encoding.of(3, 0, 0, crm, op2);
        String name = name(encoding);
        d.add(name, encoding)
                .constant(a.registerValue(name, value(encoding, a)))
                .from(0)
                .readOnly()
                .rule(d.traps.idSpaceFromEl0())
                .rule(d.traps.hcr(HCR_EL2.TID3));
    }

    private static String name(int encoding) {
        int crm = Encoding.crm(encoding);
        int op2 = Encoding.op2(encoding);
        String known = null;
        if (crm < 4) {
            known = AARCH32[(crm - 1) * 8 + op2];
        } else {
            switch (encoding) {
                case SystemRegister.ID_AA64PFR0_EL1 -> known = "ID_AA64PFR0_EL1";
                case SystemRegister.ID_AA64PFR1_EL1 -> known = "ID_AA64PFR1_EL1";
                case SystemRegister.ID_AA64ZFR0_EL1 -> known = "ID_AA64ZFR0_EL1";
                case SystemRegister.ID_AA64DFR0_EL1 -> known = "ID_AA64DFR0_EL1";
                case SystemRegister.ID_AA64DFR1_EL1 -> known = "ID_AA64DFR1_EL1";
                case SystemRegister.ID_AA64DFR2_EL1 -> known = "ID_AA64DFR2_EL1";
                case SystemRegister.ID_AA64ISAR0_EL1 -> known = "ID_AA64ISAR0_EL1";
                case SystemRegister.ID_AA64ISAR1_EL1 -> known = "ID_AA64ISAR1_EL1";
                case SystemRegister.ID_AA64ISAR2_EL1 -> known = "ID_AA64ISAR2_EL1";
                case SystemRegister.ID_AA64MMFR0_EL1 -> known = "ID_AA64MMFR0_EL1";
                case SystemRegister.ID_AA64MMFR1_EL1 -> known = "ID_AA64MMFR1_EL1";
                case SystemRegister.ID_AA64MMFR2_EL1 -> known = "ID_AA64MMFR2_EL1";
                case SystemRegister.ID_AA64MMFR3_EL1 -> known = "ID_AA64MMFR3_EL1";
                default -> known = null;
            }
        }
        return known == null ? Encoding.name(encoding) : known;
    }

    private static long value(int encoding, Architecture a) {
        switch (encoding) {
            case SystemRegister.ID_AA64PFR0_EL1:
                return FeatureFields.pfr0(a);
            case SystemRegister.ID_AA64PFR1_EL1:
                return FeatureFields.pfr1(a);
            case SystemRegister.ID_AA64DFR0_EL1:
                return FeatureFields.dfr0(a);
            case SystemRegister.ID_AA64DFR1_EL1:
                return FeatureFields.dfr1(a);
            case SystemRegister.ID_AA64DFR2_EL1:
                return FeatureFields.dfr2(a);
            case SystemRegister.ID_AA64ISAR0_EL1:
                return FeatureFields.isar0(a);
            case SystemRegister.ID_AA64ISAR1_EL1:
                return FeatureFields.isar1(a);
            case SystemRegister.ID_AA64MMFR0_EL1:
                return FeatureFields.mmfr0(a);
            case SystemRegister.ID_AA64MMFR1_EL1:
                return FeatureFields.mmfr1(a);
            case SystemRegister.ID_AA64MMFR2_EL1:
                return FeatureFields.mmfr2(a);
            default:
                return 0;
        }
    }
}
