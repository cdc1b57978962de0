// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.a64.DecodeCache;
import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.a64.Disassembler;
import dev.spelunk.a64.Form;
import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.GuestSymbols;
import dev.spelunk.machine.ends.Once;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Logs executed instructions as a Tarmac trace: lines {@code IT} (a branch whose condition failed: {@code IS}), after each its
 * accesses of memory ({@code MR}, {@code MW}) and the registers that it wrote ({@code R}), and {@code E} for exceptions. The time of
 * a line is the number of instructions that all PEs have executed before; the number in parentheses is that of the PE's own. The
 * form is the one that Arm's Fast Models write and tarmac-trace-utilities read.
 */
final class ExecLog implements ExecutionObserver {
    private static final int NZR = 31;
    private static final String[] VECTORS = {"SYNC", "IRQ", "FIQ", "SERROR"};
    /** Of the MSR and MRS encodings: op0 is 2 or 3. */
    private static final int SYSTEM_OP0 = 1 << 15;

    private final Window window;
    private final Once once;
    private final GuestSymbols symbols;
    private final DecodeCache instructions = new DecodeCache();
    private final Line line;
    private final Shadow[] shadows;
    private final DataLines data;
    /** By PE: an exception that is to be told behind its operation, or null; with the PE's executed operations then. */
    private final Exception[] pending;

    private record Exception(long executed, long pc, int vector, String name) {}

    /** @param once counts operations and exceptions */
    ExecLog(Window window, GuestSymbols symbols, PeContext[] pes, Consumer<CharSequence> sink, Once once) {
        this.window = window;
        this.once = once;
        this.symbols = symbols;
        line = new Line(sink);
        data = new DataLines(line);
        pending = new Exception[pes.length];
        shadows = new Shadow[pes.length];
        for (PeContext context : pes) {
            shadows[context.pe.index] = new Shadow(context);
        }
    }

    @Override
    public boolean observes(PeContext context) {
        if (!window.open()) {
            return false;
        }
        shadows[context.pe.index].read();
        return window.holds(context.pe.el);
    }

    /** The PE is about to take an exception. */
    void taken(PeContext context, int to, int kind) {
        PeState pe = context.pe;
        if (!window.holds(window.executed() - (kind == Core.SYNCHRONOUS ? 1 : 0), pe.pc, pe.el)) {
            return;
        }
        String from = to > pe.el ? "LOWER_64" : pe.spSel == 1 ? "CURRENT_SPx" : "CURRENT_SP0";
        int offset = to > pe.el ? 0x400 : pe.spSel == 1 ? 0x200 : 0;
        pending[pe.index] = new Exception(pe.executed, pe.pc, offset + 0x80 * kind, from + "_" + VECTORS[kind]);
        if (kind != Core.SYNCHRONOUS) {
            tellPending(context, window.executed());
        }
    }

    /** The PE has executed a stretch. */
    void look(PeContext context) {
        tellPending(context, window.executed());
    }

    /** The state is another one. */
    void begin() {
        Arrays.fill(pending, null);
    }

    private void tellPending(PeContext context, long count) {
        Exception exception = pending[context.pe.index];
        if (exception != null) {
            pending[context.pe.index] = null;
            if (!once.fresh()) {
                return;
            }
            line.begin(count, context.pe, "E ").hex(exception.pc, 16).add(' ').hex(exception.vector, 8);
            line.add(" CoreEvent_").add(exception.name).end();
        }
    }

    @Override
    public void executed(PeContext context, Operation operation) {
        PeState pe = context.pe;
        long count = window.executed() - 1;
        Shadow shadow = shadows[pe.index];
        Exception exception = pending[pe.index];
        if (exception != null && exception.executed < pe.executed) {
            tellPending(context, count);
        }
        if (!window.holds(count, operation.pc, operation.el) || !once.fresh()) {
            shadow.read();
            return;
        }
        DecodedInstruction decoded = instructions.of(operation.word);
        shadow.tell(line, count, 0);
        instruction(pe, count, operation, shadow.handler());
        boolean completed = !operation.is(Operation.EXCEPTION);
        if (completed) {
            data.tell(context, count, operation);
        }
        shadow.read();
        shadow.tell(line, count, completed ? decoded.writes : 0);
        if (completed) {
            systemRegister(context, count, operation.word, decoded);
        }
        tellPending(context, count);
    }

    private void instruction(PeState pe, long count, Operation operation, boolean handler) {
        boolean failed = operation.operationClass == Operation.BRANCH && operation.is(Operation.CONDITION_FAILED);
        line.begin(count, pe, failed ? "IS (" : "IT (")
                .add(pe.executed - 1)
                .add(") ")
                .hex(operation.pc, 16);
        line.add(':')
                .hex(operation.instructionPa, 12)
                .add(operation.ns ? "_NS " : "_S ")
                .hex(operation.word, 8);
        line.add(" O EL").add(operation.el).add(operation.el != 0 && handler ? 'h' : 't');
        line.add(operation.ns ? "_n : " : "_s : ").add(Disassembler.disassemble(operation.word, operation.pc));
        String symbol = symbols.at(operation.pc);
        if (!symbol.isEmpty()) {
            line.add(" ; ").add(symbol);
        }
        line.end();
    }

    /** What an MSR has written. */
    private void systemRegister(PeContext context, long count, int word, DecodedInstruction decoded) {
        if (decoded.instruction == null || decoded.instruction.form() != Form.SYSTEM_WRITE) {
            return;
        }
        RegisterDescription register = context.registers.description(word >>> 5 & 0x7FFF | SYSTEM_OP0);
        if (register != null) {
            long value = (word & 31) == NZR ? 0 : context.pe.x[word & 31];
            line.begin(count, context.pe, "R ")
                    .add(register.name())
                    .add(' ')
                    .hex(value, 16)
                    .end();
        }
    }
}
