// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.fields.TCR_EL1;
import dev.spelunk.api.registers.fields.TCR_EL2;
import dev.spelunk.api.registers.fields.TTBRn_ELx;

/** Fields of the translation control registers with two ranges and with one (DDI 0487, D24.2.194-196). */
final class TranslationControl {
    private TranslationControl() {}

    /** TCR_EL1, and TCR_EL2 while HCR_EL2.E2H is 1. */
    static RegisterDefinition.Builder twoRanges(Definitions d, RegisterDefinition.Builder b) {
        b.bits("T0SZ", TCR_EL1.T0SZ)
                .bits("EPD0", TCR_EL1.EPD0)
                .bits("IRGN0", TCR_EL1.IRGN0)
                .bits("ORGN0", TCR_EL1.ORGN0)
                .bits("SH0", TCR_EL1.SH0)
                .bits("TG0", TCR_EL1.TG0)
                .bits("T1SZ", TCR_EL1.T1SZ)
                .bits("A1", TCR_EL1.A1)
                .bits("EPD1", TCR_EL1.EPD1)
                .bits("IRGN1", TCR_EL1.IRGN1)
                .bits("ORGN1", TCR_EL1.ORGN1)
                .bits("SH1", TCR_EL1.SH1)
                .bits("TG1", TCR_EL1.TG1)
                .bits("IPS", TCR_EL1.IPS)
                .bits("AS", TCR_EL1.AS)
                .bits("TBI0", TCR_EL1.TBI0)
                .bits("TBI1", TCR_EL1.TBI1);
        if (d.has("FEAT_HPDS")) {
            b.bits("HPD0", TCR_EL1.HPD0).bits("HPD1", TCR_EL1.HPD1);
        }
        if (d.has("FEAT_HAFDBS")) {
            b.bits("HA", TCR_EL1.HA).bits("HD", TCR_EL1.HD);
        }
        if (d.has("FEAT_PAuth")) {
            b.bits("TBID0", TCR_EL1.TBID0).bits("TBID1", TCR_EL1.TBID1);
        }
        if (d.has("FEAT_E0PD")) {
            b.bits("E0PD0", TCR_EL1.E0PD0).bits("E0PD1", TCR_EL1.E0PD1);
        }
        return b;
    }

    /** TCR_EL3, and TCR_EL2 while HCR_EL2.E2H is 0. */
    static RegisterDefinition.Builder oneRange(Definitions d, RegisterDefinition.Builder b) {
        b.bits("T0SZ", TCR_EL2.T0SZ)
                .bits("IRGN0", TCR_EL2.IRGN0)
                .bits("ORGN0", TCR_EL2.ORGN0)
                .bits("SH0", TCR_EL2.SH0)
                .bits("TG0", TCR_EL2.TG0)
                .bits("PS", TCR_EL2.PS)
                .bits("TBI", TCR_EL2.TBI)
                .res1(23, 23)
                .res1(31, 31);
        if (d.has("FEAT_HPDS")) {
            b.bits("HPD", TCR_EL2.HPD);
        }
        if (d.has("FEAT_HAFDBS")) {
            b.bits("HA", TCR_EL2.HA).bits("HD", TCR_EL2.HD);
        }
        if (d.has("FEAT_PAuth")) {
            b.bits("TBID", TCR_EL2.TBID);
        }
        return b;
    }

    /** The address of a table and whether it is common, of TTBRn_ELx and VTTBR_EL2 (DDI 0487, D24.2.209-213, .225). */
    static RegisterDefinition.Builder tableBase(Definitions d, RegisterDefinition.Builder b) {
        b.bits("BADDR", TTBRn_ELx.BADDR);
        return d.has("FEAT_TTCNP") ? b.bits("CnP", TTBRn_ELx.CnP) : b;
    }

    /** {@link #oneRange} as a definition of its own, for its masks. */
    static RegisterDefinition oneRangeForm(Definitions d) {
        return oneRange(d, RegisterDefinition.of("TCR", 0)).build();
    }
}
