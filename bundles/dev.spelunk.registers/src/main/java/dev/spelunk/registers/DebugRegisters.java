// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.DBGBCR_EL1;
import dev.spelunk.api.registers.fields.DBGWCR_EL1;
import dev.spelunk.api.registers.fields.HDFGRTR_EL2;
import dev.spelunk.api.registers.fields.HDFGWTR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.MDSCR_EL1;
import dev.spelunk.api.registers.fields.OSLAR_EL1;
import dev.spelunk.api.registers.fields.OSLSR_EL1;
import java.util.List;

/**
 * Self-hosted debug (DDI 0487, D2 and D24.3): breakpoints, watchpoints, the OS Lock and, with FEAT_DoubleLock, the OS
 * Double Lock. What only an external debugger would use reads as zero and ignores writes.
 */
final class DebugRegisters implements RegisterBank {
    /** ID_AA64DFR0_EL1.{BRPs, WRPs, CTX_CMPs} + 1, as many as Arm's Neoverse cores have. */
    static final int BREAKPOINTS = 6;

    static final int WATCHPOINTS = 4;
    /** The last ones are context-aware. */
    static final int CONTEXT_AWARE = 2;

    /** Debug authentication: nothing is implemented or enabled for a debugger that is not there. */
    private static final long DBGAUTHSTATUS = 0;

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        Traps t = d.traps;
        AccessRule tda = t.debug(MDCR_EL2.TDA);
        AccessRule channel = t.debug(MDCR_EL2.TDA | MDCR_EL2.TDCC);
        AccessRule tdosa = t.debug(MDCR_EL2.TDOSA);
        AccessRule tdra = t.debug(MDCR_EL2.TDRA);
        AccessRule tdcc = (c, read) -> c.pe.el == 0 && (c.register(SystemRegister.MDSCR_EL1) & MDSCR_EL1.TDCC) != 0
                ? Traps.trapFromEl0(c)
                : Access.ALLOWED;
        d.add("MDSCR_EL1", SystemRegister.MDSCR_EL1)
                .bits("SS", MDSCR_EL1.SS)
                .bits("ERR", MDSCR_EL1.ERR)
                .bits("TDCC", MDSCR_EL1.TDCC)
                .bits("KDE", MDSCR_EL1.KDE)
                .bits("HDE", MDSCR_EL1.HDE)
                .bits("MDE", MDSCR_EL1.MDE)
                .bits("TDA", MDSCR_EL1.TDA)
                .bits("INTdis", MDSCR_EL1.INTdis)
                .bits("TXU", MDSCR_EL1.TXU)
                .bits("RXO", MDSCR_EL1.RXO)
                .bits("TXfull", MDSCR_EL1.TXfull)
                .bits("RXfull", MDSCR_EL1.RXfull)
                .definedAtReset(~(MDSCR_EL1.SS | MDSCR_EL1.TDCC | MDSCR_EL1.KDE | MDSCR_EL1.MDE))
                .rule(t.hdfg(HDFGRTR_EL2.MDSCR_EL1))
                .rule(tda);
        d.add("OSLAR_EL1", SystemRegister.OSLAR_EL1)
                .bits("OSLK", OSLAR_EL1.OSLK)
                .reset(1)
                .writeOnly()
                .rule(t.hdfg(HDFGWTR_EL2.OSLAR_EL1))
                .rule(tdosa);
        d.add("OSLSR_EL1", SystemRegister.OSLSR_EL1)
                .constant(OSLSR_EL1.OSLM)
                .rule(t.hdfg(HDFGRTR_EL2.OSLSR_EL1))
                .rule(tdosa)
                .onRead((c, r, stored) -> (c.register(SystemRegister.OSLAR_EL1) & OSLAR_EL1.OSLK) != 0
                        ? stored | OSLSR_EL1.OSLK
                        : stored);
        RegisterDefinition.Builder osdlr = d.add("OSDLR_EL1", SystemRegister.OSDLR_EL1)
                .rule(t.hdfg(HDFGRTR_EL2.OSDLR_EL1))
                .rule(tdosa);
        if (a.has("FEAT_DoubleLock")) {
            osdlr.field("DLK", 0).definedAtReset(1);
        }
        d.add("DBGPRCR_EL1", 2, 0, 1, 4, 4)
                .rule(t.hdfg(HDFGRTR_EL2.DBGPRCR_EL1))
                .rule(tdosa);
        d.add("MDRAR_EL1", 2, 0, 1, 0, 0).constant(0).rule(tdra);
        d.add("OSECCR_EL1", 2, 0, 0, 6, 2).rule(t.hdfg(HDFGRTR_EL2.OSECCR_EL1)).rule(tda);
        d.add("MDCCINT_EL1", 2, 0, 0, 2, 0).rule(channel);
        d.add("OSDTRRX_EL1", 2, 0, 0, 0, 2).rule(channel);
        d.add("OSDTRTX_EL1", 2, 0, 0, 3, 2).rule(channel);
        d.add("MDCCSR_EL0", 2, 3, 0, 1, 0)
                .constant(0)
                .from(0)
                .readOnly()
                .rule(tdcc)
                .rule(channel);
        d.add("DBGDTR_EL0", 2, 3, 0, 4, 0).from(0).rule(tdcc).rule(channel);
        // DBGDTRRX_EL0 for reads, DBGDTRTX_EL0 for writes.
        d.add("DBGDTRRX_EL0", 2, 3, 0, 5, 0).from(0).rule(tdcc).rule(channel);
        d.add("DBGCLAIMSET_EL1", 2, 0, 7, 8, 6)
                .rule(t.hdfg(HDFGRTR_EL2.DBGCLAIM))
                .rule(tda);
        d.add("DBGCLAIMCLR_EL1", 2, 0, 7, 9, 6)
                .rule(t.hdfg(HDFGRTR_EL2.DBGCLAIM))
                .rule(tda);
        d.add("DBGAUTHSTATUS_EL1", 2, 0, 7, 14, 6)
                .constant(DBGAUTHSTATUS)
                .rule(t.hdfg(HDFGRTR_EL2.DBGAUTHSTATUS_EL1))
                .rule(tda);
        breakpoints(d, tda);
        watchpoints(d, tda);
        return d.build();
    }

    private static void breakpoints(Definitions d, AccessRule tda) {
        for (int n = 0; n < BREAKPOINTS; n++) {
            RegisterDefinition.Builder value = d.add("DBGBVR" + n + "_EL1", 2, 0, 0, n, 4);
            if (n < BREAKPOINTS - CONTEXT_AWARE) {
                value.field("VA", 63, 2);
            } else {
                value.whole();
            }
            value.rule(d.traps.hdfg(HDFGRTR_EL2.DBGBVRn_EL1)).rule(tda);
            d.add("DBGBCR" + n + "_EL1", 2, 0, 0, n, 5)
                    .bits("E", DBGBCR_EL1.E)
                    .bits("PMC", DBGBCR_EL1.PMC)
                    // BAS: no Exception level uses AArch32.
                    .res1(8, 5)
                    .bits("HMC", DBGBCR_EL1.HMC)
                    .bits("SSC", DBGBCR_EL1.SSC)
                    .bits("LBN", DBGBCR_EL1.LBN)
                    .bits("BT", DBGBCR_EL1.BT)
                    .rule(d.traps.hdfg(HDFGRTR_EL2.DBGBCRn_EL1))
                    .rule(tda);
        }
    }

    private static void watchpoints(Definitions d, AccessRule tda) {
        for (int n = 0; n < WATCHPOINTS; n++) {
            d.add("DBGWVR" + n + "_EL1", 2, 0, 0, n, 6)
                    .field("VA", 63, 2)
                    .rule(d.traps.hdfg(HDFGRTR_EL2.DBGWVRn_EL1))
                    .rule(tda);
            d.add("DBGWCR" + n + "_EL1", 2, 0, 0, n, 7)
                    .bits("E", DBGWCR_EL1.E)
                    .bits("PAC", DBGWCR_EL1.PAC)
                    .bits("LSC", DBGWCR_EL1.LSC)
                    .bits("BAS", DBGWCR_EL1.BAS)
                    .bits("HMC", DBGWCR_EL1.HMC)
                    .bits("SSC", DBGWCR_EL1.SSC)
                    .bits("LBN", DBGWCR_EL1.LBN)
                    .bits("WT", DBGWCR_EL1.WT)
                    .bits("MASK", DBGWCR_EL1.MASK)
                    .rule(d.traps.hdfg(HDFGRTR_EL2.DBGWCRn_EL1))
                    .rule(tda);
        }
    }
}
