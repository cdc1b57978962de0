// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.registers.fields.SPSR_ELx;
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
                .bits("N", SPSR_ELx.N)
                .bits("Z", SPSR_ELx.Z)
                .bits("C", SPSR_ELx.C)
                .bits("V", SPSR_ELx.V)
                .from(0)
                .onRead((c, r, stored) -> (long) c.pe.nzcv << SPSR_ELx.NZCV_SHIFT)
                .afterWrite((c, r, before, value) -> c.pe.nzcv = (int) (value >>> SPSR_ELx.NZCV_SHIFT));
        d.add("DAIF", SystemRegister.DAIF)
                .bits("D", SPSR_ELx.D)
                .bits("A", SPSR_ELx.A)
                .bits("I", SPSR_ELx.I)
                .bits("F", SPSR_ELx.F)
                .from(0)
                .rule(d.traps.el0NeedsSctlr(SCTLR_ELx.UMA))
                .onRead((c, r, stored) -> (long) c.pe.daif << SPSR_ELx.DAIF_SHIFT)
                .afterWrite((c, r, before, value) -> unmask(c, (int) (value >>> SPSR_ELx.DAIF_SHIFT)));
        d.add("CurrentEL", SystemRegister.CurrentEL)
                .constant(0)
                .onRead((c, r, stored) -> (long) c.pe.el << SPSR_ELx.EL_SHIFT);
        d.add("SPSel", SystemRegister.SPSel)
                .bits("SP", SPSR_ELx.SP)
                .onRead((c, r, stored) -> c.pe.spSel)
                .afterWrite((c, r, before, value) -> {
                    c.pe.bankStackPointer();
                    c.pe.spSel = (int) value;
                    c.pe.loadStackPointer();
                });
        if (a.has("FEAT_PAN")) {
            d.add("PAN", SystemRegister.PAN)
                    .bits("PAN", SPSR_ELx.PAN)
                    .onRead((c, r, stored) -> c.pe.pan ? SPSR_ELx.PAN : 0)
                    .afterWrite((c, r, before, value) -> {
                        c.pe.pan = value != 0;
                        Definitions.translationChanged(c);
                    });
        }
        if (a.has("FEAT_UAO")) {
            d.add("UAO", SystemRegister.UAO)
                    .bits("UAO", SPSR_ELx.UAO)
                    .onRead((c, r, stored) -> c.pe.uao ? SPSR_ELx.UAO : 0)
                    .afterWrite((c, r, before, value) -> c.pe.uao = value != 0);
        }
        if (a.has("FEAT_DIT")) {
            d.add("DIT", SystemRegister.DIT)
                    .bits("DIT", SPSR_ELx.DIT)
                    .from(0)
                    .onRead((c, r, stored) -> c.pe.dit ? SPSR_ELx.DIT : 0)
                    .afterWrite((c, r, before, value) -> c.pe.dit = value != 0);
        }
        if (a.has("FEAT_SSBS2")) {
            d.add("SSBS", SystemRegister.SSBS)
                    .bits("SSBS", SPSR_ELx.SSBS)
                    .from(0)
                    .onRead((c, r, stored) -> c.pe.ssbs ? SPSR_ELx.SSBS : 0)
                    .afterWrite((c, r, before, value) -> c.pe.ssbs = value != 0);
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
