// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.banks.RegisterDefinition;

/** Fields of SCTLR_EL1, SCTLR_EL2 and SCTLR_EL3 (DDI 0487, D24.2.175-177) without AArch32 and without big-endian data. */
final class SystemControl {
    /** Where Warm reset leaves SPAN UNKNOWN it is 1, which keeps PSTATE.PAN as it was in Armv8.0. */
    private static final long SPAN = 1L << 23;

    private SystemControl() {}

    /**
     * The fields that control the registers' own EL and, in SCTLR_EL1 and with FEAT_VHE in SCTLR_EL2, EL0.
     *
     * @param el2WithoutHost SCTLR_EL2 without FEAT_VHE: the places of the EL0 controls are RES1 or RES0
     */
    static RegisterDefinition.Builder fields(Definitions d, RegisterDefinition.Builder b, boolean el2WithoutHost) {
        ownLevel(d, b);
        if (el2WithoutHost) {
            return b.res1(4, 4).res1(5, 5).res1(16, 16).res1(18, 18).res1(23, 23);
        }
        b.field("SA0", 4)
                .res1(8, 7)
                .field("UMA", 9)
                .field("DZE", 14)
                .field("UCT", 15)
                .field("nTWI", 16)
                .field("nTWE", 18)
                .res1(20, 20)
                .field("UCI", 26);
        if (d.has("FEAT_SPECRES")) {
            b.field("EnRCTX", 10);
        }
        if (d.has("FEAT_BTI")) {
            b.field("BT0", 35);
        }
        if (d.has("FEAT_PAN")) {
            b.field("SPAN", 23).reset(SPAN);
        } else {
            b.res1(23, 23);
        }
        return b;
    }

    /** SCTLR_EL3, which controls no other level. */
    static RegisterDefinition.Builder el3(Definitions d, RegisterDefinition.Builder b) {
        return ownLevel(d, b).res1(5, 4).res1(16, 16).res1(18, 18).res1(23, 23);
    }

    private static RegisterDefinition.Builder ownLevel(Definitions d, RegisterDefinition.Builder b) {
        b.field("M", 0)
                .field("A", 1)
                .field("C", 2)
                .field("SA", 3)
                .res1(11, 11)
                .field("I", 12)
                .field("WXN", 19)
                .res1(22, 22)
                .res1(29, 28);
        if (d.has("FEAT_LSE2")) {
            b.field("nAA", 6);
        }
        if (d.has("FEAT_PAuth")) {
            b.field("EnIA", 31).field("EnIB", 30).field("EnDA", 27).field("EnDB", 13);
        }
        if (d.has("FEAT_BTI")) {
            b.field("BT", 36);
        }
        if (d.has("FEAT_SSBS")) {
            b.field("DSSBS", 44);
        }
        return b;
    }
}
