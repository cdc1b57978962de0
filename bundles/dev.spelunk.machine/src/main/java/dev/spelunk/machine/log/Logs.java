// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.machine.LogCategory;
import dev.spelunk.api.machine.LogOptions;
import dev.spelunk.api.pe.SystemListener;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.board.GuestSymbols;
import dev.spelunk.machine.ends.Once;
import dev.spelunk.machine.run.RunLoop;
import java.util.function.Consumer;

/** The logs of a machine. A machine without asks and tells nobody. */
public final class Logs {
    private final PeContext[] pes;
    private final LogOptions options;
    private final Board board;
    private final GuestSymbols symbols;
    private final Window window;
    final ExecLog exec;
    final EventLog exceptions;
    final EventLog registers;
    final EventLog interrupts;
    private final InputLog inputs;
    private final ProfilingLog profiling;
    private volatile boolean writing = true;

    /** Begins to log. */
    public Logs(LogOptions options, Board board, RunLoop loop, GuestSymbols symbols) {
        this.options = options;
        this.symbols = symbols;
        this.board = board;
        pes = board.pes;
        window = new Window(options, pes);
        Consumer<CharSequence> trace = sink(LogCategory.EXEC);
        exec = trace == null ? null : new ExecLog(window, symbols, pes, trace, once());
        exceptions = log(LogCategory.EXCEPTIONS, "exception");
        registers = log(LogCategory.SYSREGS, "sysreg");
        interrupts = log(LogCategory.INTERRUPTS, "interrupt");
        inputs = interrupts == null ? null : new InputLog(interrupts, pes);
        if (inputs != null) {
            inputs.ends().forEach(board.ends::add);
        }
        EventLog events = log(LogCategory.SPE, "spe");
        profiling = events == null ? null : new ProfilingLog(log(LogCategory.SPE, "spe", new Once()), events, pes);
        if (profiling != null) {
            board.records.add(profiling);
        }
        EventLog devices = log(LogCategory.MMIO, "mmio");
        if (devices != null) {
            board.tellOfDevices(new DeviceLog(devices, () -> pes[loop.turnOf()]));
        }
        EventLog walks = log(LogCategory.TRANSLATIONS, "translation");
        EventLog tlb = log(LogCategory.TLB, "tlb");
        if (walks != null || tlb != null) {
            for (PeContext context : pes) {
                context.translationListener = new TranslationLog(context, walks, tlb);
            }
        }
        loop.onStep(this::look);
        listen();
    }

    private EventLog log(LogCategory category, String kind) {
        return options.sinks().get(category) == null ? null : log(category, kind, once());
    }

    private EventLog log(LogCategory category, String kind, Once once) {
        return new EventLog(kind, window, board.wiring, symbols, sink(category), once);
    }

    private Consumer<CharSequence> sink(LogCategory category) {
        Consumer<CharSequence> sink = options.sinks().get(category);
        return sink == null
                ? null
                : line -> {
                    if (writing) {
                        sink.accept(line);
                    }
                };
    }

    /** Whether lines are written from now on; those that are not count as written for who goes back. */
    public void writing(boolean on) {
        writing = on;
    }

    /** Counts events of a log, and goes back with the machine. */
    private Once once() {
        Once once = new Once();
        board.ends.add(once);
        return once;
    }

    private void look(PeContext context) {
        if (inputs != null) {
            inputs.look(context);
        }
        if (profiling != null) {
            profiling.look(context);
        }
        if (exec != null) {
            exec.look(context);
        }
    }

    private void listen() {
        if (exec == null && exceptions == null && registers == null && interrupts == null) {
            return;
        }
        for (PeContext context : pes) {
            SystemListener before = context.listener instanceof SystemLog log ? log.next : context.listener;
            context.listener = new SystemLog(context, this, before);
        }
    }

    /** The state is that of another run: what is asserted in it is no change. */
    public void restored() {
        if (inputs != null) {
            inputs.begin(pes);
        }
    }

    /** Who is to be told of executed operations; null for nobody. */
    public ExecutionObserver observer() {
        return exec;
    }

    /** The machine's state is another one, and so may be who else listens: it has gone back, or begins from a snapshot. */
    public void begin() {
        if (exec != null) {
            exec.begin();
        }
        if (profiling != null) {
            profiling.begin();
        }
        listen();
    }
}
