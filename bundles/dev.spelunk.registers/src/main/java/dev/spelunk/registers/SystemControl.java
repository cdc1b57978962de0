// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.fields.SCTLR_ELx;

/** Fields of SCTLR_EL1, SCTLR_EL2 and SCTLR_EL3 (DDI 0487, D24.2.175-177) without AArch32 and without big-endian data. */
final class SystemControl {

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
        b.bits("SA0", SCTLR_ELx.SA0)
                .res1(8, 7)
                .bits("UMA", SCTLR_ELx.UMA)
                .bits("DZE", SCTLR_ELx.DZE)
                .bits("UCT", SCTLR_ELx.UCT)
                .bits("nTWI", SCTLR_ELx.nTWI)
                .bits("nTWE", SCTLR_ELx.nTWE)
                .res1(20, 20)
                .bits("UCI", SCTLR_ELx.UCI);
        if (d.has("FEAT_SPECRES")) {
            b.bits("EnRCTX", SCTLR_ELx.EnRCTX);
        }
        if (d.has("FEAT_BTI")) {
            b.bits("BT0", SCTLR_ELx.BT0);
        }
        if (d.has("FEAT_PAN")) {
            b.bits("SPAN", SCTLR_ELx.SPAN).reset(SCTLR_ELx.SPAN);
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
        b.bits("M", SCTLR_ELx.M)
                .bits("A", SCTLR_ELx.A)
                .bits("C", SCTLR_ELx.C)
                .bits("SA", SCTLR_ELx.SA)
                .res1(11, 11)
                .bits("I", SCTLR_ELx.I)
                .bits("WXN", SCTLR_ELx.WXN)
                .res1(22, 22)
                .res1(29, 28);
        if (d.has("FEAT_LSE2")) {
            b.bits("nAA", SCTLR_ELx.nAA);
        }
        if (d.has("FEAT_PAuth")) {
            b.bits("EnIA", SCTLR_ELx.EnIA)
                    .bits("EnIB", SCTLR_ELx.EnIB)
                    .bits("EnDA", SCTLR_ELx.EnDA)
                    .bits("EnDB", SCTLR_ELx.EnDB);
        }
        if (d.has("FEAT_BTI")) {
            b.bits("BT", SCTLR_ELx.BT);
        }
        if (d.has("FEAT_SSBS")) {
            b.bits("DSSBS", SCTLR_ELx.DSSBS);
        }
        return b;
    }
}
