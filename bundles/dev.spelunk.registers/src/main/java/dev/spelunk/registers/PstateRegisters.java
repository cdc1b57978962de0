// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;

/** PSTATE as special-purpose registers (DDI 0487, C5.2): values live in {@link PeState}. */
final class PstateRegisters implements RegisterBank {
    /** HCR_EL2.{VSE,VI,VF}. */
    private static final long HCR_VIRTUAL_INTERRUPTS = HCR_EL2.VF | HCR_EL2.VI | HCR_EL2.VSE;

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        d.add("NZCV", SystemRegister.NZCV)
                .field("N", 31)
                .field("Z", 30)
                .field("C", 29)
                .field("V", 28)
                .from(0)
                .onRead((c, r, stored) -> (long) c.pe.nzcv << 28)
                .onWrite((c, r, stored, value) -> {
                    c.pe.nzcv = (int) (value >>> 28);
                    return value;
                });
        d.add("DAIF", SystemRegister.DAIF)
                .field("D", 9)
                .field("A", 8)
                .field("I", 7)
                .field("F", 6)
                .from(0)
                .rule(d.traps.el0NeedsSctlr(SCTLR_ELx.UMA))
                .onRead((c, r, stored) -> (long) c.pe.daif << 6)
                .onWrite((c, r, stored, value) -> {
                    unmask(c, (int) (value >>> 6));
                    return value;
                });
        d.add("CurrentEL", SystemRegister.CurrentEL).constant(0).onRead((c, r, stored) -> (long) c.pe.el << 2);
        d.add("SPSel", SystemRegister.SPSel)
                .field("SP", 0)
                .onRead((c, r, stored) -> c.pe.spSel)
                .onWrite((c, r, stored, value) -> {
                    c.pe.bankStackPointer();
                    c.pe.spSel = (int) value;
                    c.pe.loadStackPointer();
                    return value;
                });
        if (a.has("FEAT_PAN")) {
            d.add("PAN", SystemRegister.PAN)
                    .field("PAN", 22)
                    .onRead((c, r, stored) -> c.pe.pan ? 1L << 22 : 0)
                    .onWrite((c, r, stored, value) -> {
                        c.pe.pan = value != 0;
                        Definitions.translationChanged(c);
                        return value;
                    });
        }
        if (a.has("FEAT_UAO")) {
            d.add("UAO", SystemRegister.UAO)
                    .field("UAO", 23)
                    .onRead((c, r, stored) -> c.pe.uao ? 1L << 23 : 0)
                    .onWrite((c, r, stored, value) -> {
                        c.pe.uao = value != 0;
                        return value;
                    });
        }
        if (a.has("FEAT_DIT")) {
            d.add("DIT", SystemRegister.DIT)
                    .field("DIT", 24)
                    .from(0)
                    .onRead((c, r, stored) -> c.pe.dit ? 1L << 24 : 0)
                    .onWrite((c, r, stored, value) -> {
                        c.pe.dit = value != 0;
                        return value;
                    });
        }
        if (a.has("FEAT_SSBS2")) {
            d.add("SSBS", SystemRegister.SSBS)
                    .field("SSBS", 12)
                    .from(0)
                    .onRead((c, r, stored) -> c.pe.ssbs ? 1L << 12 : 0)
                    .onWrite((c, r, stored, value) -> {
                        c.pe.ssbs = value != 0;
                        return value;
                    });
        }
        return d.build();
    }

    /** A pending interrupt that is unmasked now must be looked at before the next operation. */
    private static void unmask(PeContext c, int daif) {
        PeState pe = c.pe;
        if ((pe.daif & ~daif) != 0
                && (pe.interrupts != 0 || (c.register(SystemRegister.HCR_EL2) & HCR_VIRTUAL_INTERRUPTS) != 0)) {
            pe.changed |= PeState.CHANGED_INTERRUPTS;
        }
        pe.daif = daif;
    }
}
