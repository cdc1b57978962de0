// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.SPSR_ELx;
import dev.spelunk.api.registers.fields.TTBRn_ELx;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.BoardWiring;
import dev.spelunk.machine.board.GuestSymbols;
import dev.spelunk.machine.ends.Once;
import java.util.function.Consumer;

/**
 * A log with one line for an event: count and PE, kind, Exception level, vCPU, VMID and CONTEXTIDR_EL1, what happened, PC and
 * function.
 */
final class EventLog {
    private final String kind;
    private final Window window;
    private final GuestSymbols symbols;
    private final BoardWiring board;
    private final Line line;
    private final Once once;
    private long pc;

    /** @param once counts the events of the log */
    EventLog(
            String kind,
            Window window,
            BoardWiring board,
            GuestSymbols symbols,
            Consumer<CharSequence> sink,
            Once once) {
        this.kind = kind;
        this.window = window;
        this.board = board;
        this.symbols = symbols;
        line = new Line(sink);
        this.once = once;
    }

    /** Begins a line; null where the event is of no part that is logged, or has come before. */
    Line begin(PeContext context) {
        PeState pe = context.pe;
        int el = pe.el;
        pc = pe.pc;
        if (board.vm != null && el == 2 && pe.vcpu != PeState.NO_VCPU) {
            // The KVM model is at work: it happens where the vCPU has come from.
            pc = context.register(SystemRegister.ELR_EL2);
            el = (int) ((context.register(SystemRegister.SPSR_EL2) & SPSR_ELx.EL) >>> SPSR_ELx.EL_SHIFT);
        }
        long count = window.executed();
        if (!window.holds(count, pc, el) || !once.fresh()) {
            return null;
        }
        line.begin(count, pe, kind).add(" EL").add(el);
        if (pe.vcpu != PeState.NO_VCPU) {
            line.add(" vcpu=").add(pe.vcpu);
        }
        return line.add(" vmid=")
                .add(context.register(SystemRegister.VTTBR_EL2) >>> TTBRn_ELx.VMID_SHIFT)
                .add(" contextidr=")
                .add(context.register(SystemRegister.CONTEXTIDR_EL1))
                .add(": ");
    }

    /** Ends the line that was begun. */
    void end() {
        line.add(" at 0x").hex(pc, 16);
        String symbol = symbols.at(pc);
        if (!symbol.isEmpty()) {
            line.add(' ').add(symbol);
        }
        line.end();
    }
}
