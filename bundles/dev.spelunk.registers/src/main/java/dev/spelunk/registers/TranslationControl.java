// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.banks.RegisterDefinition;

/** Fields of the translation control registers with two ranges and with one (DDI 0487, D24.2.194-196). */
final class TranslationControl {
    private TranslationControl() {}

    /** TCR_EL1, and TCR_EL2 while HCR_EL2.E2H is 1. */
    static RegisterDefinition.Builder twoRanges(Definitions d, RegisterDefinition.Builder b) {
        b.field("T0SZ", 5, 0)
                .field("EPD0", 7)
                .field("IRGN0", 9, 8)
                .field("ORGN0", 11, 10)
                .field("SH0", 13, 12)
                .field("TG0", 15, 14)
                .field("T1SZ", 21, 16)
                .field("A1", 22)
                .field("EPD1", 23)
                .field("IRGN1", 25, 24)
                .field("ORGN1", 27, 26)
                .field("SH1", 29, 28)
                .field("TG1", 31, 30)
                .field("IPS", 34, 32)
                .field("AS", 36)
                .field("TBI0", 37)
                .field("TBI1", 38);
        if (d.has("FEAT_HPDS")) {
            b.field("HPD0", 41).field("HPD1", 42);
        }
        if (d.has("FEAT_HAFDBS")) {
            b.field("HA", 39).field("HD", 40);
        }
        if (d.has("FEAT_PAuth")) {
            b.field("TBID0", 51).field("TBID1", 52);
        }
        if (d.has("FEAT_E0PD")) {
            b.field("E0PD0", 55).field("E0PD1", 56);
        }
        return b;
    }

    /** TCR_EL3, and TCR_EL2 while HCR_EL2.E2H is 0. */
    static RegisterDefinition.Builder oneRange(Definitions d, RegisterDefinition.Builder b) {
        b.field("T0SZ", 5, 0)
                .field("IRGN0", 9, 8)
                .field("ORGN0", 11, 10)
                .field("SH0", 13, 12)
                .field("TG0", 15, 14)
                .field("PS", 18, 16)
                .field("TBI", 20)
                .res1(23, 23)
                .res1(31, 31);
        if (d.has("FEAT_HPDS")) {
            b.field("HPD", 24);
        }
        if (d.has("FEAT_HAFDBS")) {
            b.field("HA", 21).field("HD", 22);
        }
        if (d.has("FEAT_PAuth")) {
            b.field("TBID", 29);
        }
        return b;
    }

    /** {@link #oneRange} as a definition of its own, for its masks. */
    static RegisterDefinition oneRangeForm(Definitions d) {
        return oneRange(d, RegisterDefinition.of("TCR", 0)).build();
    }
}
