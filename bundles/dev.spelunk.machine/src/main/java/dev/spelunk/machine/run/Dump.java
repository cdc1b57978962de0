// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.ExceptionHistory;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.board.SymbolTables;

/** Text of a machine's registers, for a guest that failed. */
public final class Dump {
    private static final String[] NAMES = {
        "ESR_EL1",
        "FAR_EL1",
        "ELR_EL1",
        "SPSR_EL1",
        "VBAR_EL1",
        "SCTLR_EL1",
        "TCR_EL1",
        "TTBR0_EL1",
        "TTBR1_EL1",
        "PMSCR_EL1",
        "PMBLIMITR_EL1",
        "PMBPTR_EL1",
        "PMBSR_EL1"
    };
    private static final int[] ENCODINGS = {
        SystemRegister.ESR_EL1,
        SystemRegister.FAR_EL1,
        SystemRegister.ELR_EL1,
        SystemRegister.SPSR_EL1,
        SystemRegister.VBAR_EL1,
        SystemRegister.SCTLR_EL1,
        SystemRegister.TCR_EL1,
        SystemRegister.TTBR0_EL1,
        SystemRegister.TTBR1_EL1,
        SystemRegister.PMSCR_EL1,
        SystemRegister.PMBLIMITR_EL1,
        SystemRegister.PMBPTR_EL1,
        SystemRegister.PMBSR_EL1
    };

    private Dump() {}

    public static String of(Board board, SymbolTables symbols) {
        StringBuilder out = new StringBuilder();
        for (PeContext context : board.pes) {
            PeState pe = context.pe;
            out.append(String.format(
                    "PE %d  PC %016x%s  SP %016x  PSTATE %08x (EL%d%s)  after %d instructions%n",
                    pe.index,
                    pe.pc,
                    named(symbols, pe.el, pe.pc),
                    pe.x[PeState.SP],
                    pe.spsr(),
                    pe.el,
                    pe.spSel == 0 ? "t" : "h",
                    pe.executed));
            for (int i = 0; i < 31; i++) {
                out.append(String.format("%4s %016x%s", "X" + i, pe.x[i], i % 4 == 3 || i == 30 ? "\n" : "  "));
            }
            for (int i = 0; i < NAMES.length; i++) {
                if (context.registers.index(ENCODINGS[i]) >= 0) {
                    out.append(String.format(
                            "%14s %016x%s", NAMES[i], context.register(ENCODINGS[i]), i % 2 == 1 ? "\n" : "  "));
                }
            }
            out.append(String.format(
                    "%nlast exception: %s, ESR %08x (EC 0x%02x) at PC %016x%s, address %016x%n",
                    ExceptionClass.name(pe.lastExceptionSyndrome),
                    pe.lastExceptionSyndrome,
                    ExceptionClass.of(pe.lastExceptionSyndrome),
                    pe.lastExceptionPc,
                    named(symbols, lastExceptionEl(pe), pe.lastExceptionPc),
                    pe.lastExceptionAddress));
        }
        return out.toString();
    }

    /** Exception level from which the last exception was taken. */
    private static int lastExceptionEl(PeState pe) {
        ExceptionHistory history = pe.exceptions;
        return history.taken == 0
                ? pe.el
                : (int) history.levels[(int) ((history.taken - 1) % ExceptionHistory.KEPT)] & 15;
    }

    private static String named(SymbolTables symbols, int el, long address) {
        String name = symbols.at(el, address);
        return name.isEmpty() ? "" : " " + name;
    }
}
