// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.ESR_ELx;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.HFGRTR_EL2;
import dev.spelunk.api.registers.fields.SPSR_ELx;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;

/** Exception handling at EL1 (DDI 0487, C5.2, D24.2.7, .10, .45, .48, .118, .163, .214) and the banked stack pointers. */
final class ExceptionRegisters implements RegisterBank {
    private static final long ISR_F = 1L << 6;
    private static final long ISR_I = 1L << 7;
    private static final long ISR_A = 1L << 8;

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        Traps t = d.traps;
        RegisterDefinition.Builder vbar =
                d.add("VBAR_EL1", SystemRegister.VBAR_EL1).field("VBA", 63, 11).rule(t.hfg(HFGRTR_EL2.VBAR_EL1));
        RegisterDefinition.Builder esr = syndrome(d.add("ESR_EL1", SystemRegister.ESR_EL1))
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.ESR_EL1));
        RegisterDefinition.Builder far = d.add("FAR_EL1", SystemRegister.FAR_EL1)
                .whole()
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.FAR_EL1));
        RegisterDefinition.Builder afsr0 = d.add("AFSR0_EL1", SystemRegister.AFSR0_EL1)
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.AFSR0_EL1));
        RegisterDefinition.Builder afsr1 = d.add("AFSR1_EL1", SystemRegister.AFSR1_EL1)
                .rule(t.virtualMemory())
                .rule(t.hfg(HFGRTR_EL2.AFSR1_EL1));
        RegisterDefinition.Builder elr =
                d.add("ELR_EL1", SystemRegister.ELR_EL1).whole();
        RegisterDefinition.Builder spsr = savedStatus(d, d.add("SPSR_EL1", SystemRegister.SPSR_EL1));
        if (d.vhe) {
            vbar.redirectedAtEl2(SystemRegister.VBAR_EL2);
            esr.redirectedAtEl2(SystemRegister.ESR_EL2);
            far.redirectedAtEl2(SystemRegister.FAR_EL2);
            afsr0.redirectedAtEl2(HypervisorRegisters.AFSR0_EL2);
            afsr1.redirectedAtEl2(HypervisorRegisters.AFSR1_EL2);
            elr.redirectedAtEl2(SystemRegister.ELR_EL2);
            spsr.redirectedAtEl2(SystemRegister.SPSR_EL2);
        }
        d.el12("VBAR_EL12", SystemRegister.VBAR_EL1);
        d.el12("ESR_EL12", SystemRegister.ESR_EL1);
        d.el12("FAR_EL12", SystemRegister.FAR_EL1);
        d.el12("AFSR0_EL12", SystemRegister.AFSR0_EL1);
        d.el12("AFSR1_EL12", SystemRegister.AFSR1_EL1);
        d.el12("ELR_EL12", SystemRegister.ELR_EL1);
        d.el12("SPSR_EL12", SystemRegister.SPSR_EL1);
        d.add("ISR_EL1", SystemRegister.ISR_EL1)
                .constant(0)
                .rule(t.hfg(HFGRTR_EL2.ISR_EL1))
                .onRead((c, r, stored) -> pending(c, c.system.effectiveHcr()));
        if (!d.el2 && !d.el3) {
            d.add("RVBAR_EL1", 3, 0, 12, 0, 1).constant(a.registerValue("RVBAR_EL1", 0));
        }
        stackPointer(d, "SP_EL0", SystemRegister.SP_EL0, 0);
        if (d.el2) {
            stackPointer(d, "SP_EL1", SystemRegister.SP_EL1, 1);
        }
        if (d.el3) {
            stackPointer(d, "SP_EL2", El3Registers.SP_EL2, 2);
        }
        return d.build();
    }

    /** ESR_ELx (D24.2.45-47). */
    static RegisterDefinition.Builder syndrome(RegisterDefinition.Builder b) {
        return b.bits("ISS2", ESR_ELx.ISS2)
                .bits("EC", ESR_ELx.EC)
                .bits("IL", ESR_ELx.IL)
                .bits("ISS", ESR_ELx.ISS);
    }

    /** SPSR_ELx for exceptions from AArch64 (C5.2.18-20). */
    static RegisterDefinition.Builder savedStatus(Definitions d, RegisterDefinition.Builder b) {
        b.bits("N", SPSR_ELx.N)
                .bits("Z", SPSR_ELx.Z)
                .bits("C", SPSR_ELx.C)
                .bits("V", SPSR_ELx.V)
                .bits("SS", SPSR_ELx.SS)
                .bits("IL", SPSR_ELx.IL)
                .bits("D", SPSR_ELx.D)
                .bits("A", SPSR_ELx.A)
                .bits("I", SPSR_ELx.I)
                .bits("F", SPSR_ELx.F)
                .bits("M", SPSR_ELx.M);
        if (d.has("FEAT_DIT")) {
            b.bits("DIT", SPSR_ELx.DIT);
        }
        if (d.has("FEAT_UAO")) {
            b.bits("UAO", SPSR_ELx.UAO);
        }
        if (d.has("FEAT_PAN")) {
            b.bits("PAN", SPSR_ELx.PAN);
        }
        if (d.has("FEAT_SSBS")) {
            b.bits("SSBS", SPSR_ELx.SSBS);
        }
        if (d.has("FEAT_BTI")) {
            b.bits("BTYPE", SPSR_ELx.BTYPE);
        }
        if (d.has("FEAT_SPE_EXC")) {
            b.bits("PM", SPSR_ELx.PM);
        }
        return b;
    }

    /** SP_ELx is accessible from a higher EL, and SP_EL0 at EL1 and above while it is not the current stack pointer. */
    private static void stackPointer(Definitions d, String name, int encoding, int el) {
        d.add(name, encoding)
                .whole()
                .from(el + 1)
                .rule((c, read) -> el == 0 && c.pe.spSel == 0 ? Access.UNDEFINED : Access.ALLOWED)
                .onRead((c, r, stored) -> c.pe.sp[el])
                .afterWrite((c, r, before, value) -> c.pe.sp[el] = value);
    }

    /** ISR_EL1: physical interrupts, at EL1 the virtual ones where HCR_EL2 routes the physical to EL2 (D24.2.118). */
    private static long pending(PeContext c, long hcr) {
        int in = c.pe.interrupts;
        boolean virtual = c.pe.el == 1 && (hcr & HCR_EL2.TGE) == 0;
        boolean f = virtual && (hcr & HCR_EL2.FMO) != 0
                ? (in & PeState.VFIQ) != 0 || (hcr & HCR_EL2.VF) != 0
                : (in & PeState.FIQ) != 0;
        boolean i = virtual && (hcr & HCR_EL2.IMO) != 0
                ? (in & PeState.VIRQ) != 0 || (hcr & HCR_EL2.VI) != 0
                : (in & PeState.IRQ) != 0;
        boolean s = virtual && (hcr & HCR_EL2.AMO) != 0
                ? (in & PeState.VSERROR) != 0 || (hcr & HCR_EL2.VSE) != 0
                : (in & PeState.SERROR) != 0;
        return (f ? ISR_F : 0) | (i ? ISR_I : 0) | (s ? ISR_A : 0);
    }
}
