// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.hypervisor.ExitHistory;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.machine.LogOptions;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.problems.BrokenInvariantException;
import dev.spelunk.api.records.BufferHistory;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.board.GuestImage;
import dev.spelunk.machine.board.GuestSymbols;
import dev.spelunk.machine.board.SymbolTables;
import dev.spelunk.machine.compose.PartFailure;
import dev.spelunk.machine.debug.MachineDebugger;
import dev.spelunk.machine.debug.RegisterView;
import dev.spelunk.machine.log.Logs;
import dev.spelunk.machine.log.Observers;
import dev.spelunk.machine.records.TaskTrack;
import dev.spelunk.machine.run.Diagnosis;
import dev.spelunk.machine.run.Dump;
import dev.spelunk.machine.run.RunLoop;
import dev.spelunk.machine.run.Safepoints;
import dev.spelunk.machine.snapshot.SavePoints;
import dev.spelunk.machine.snapshot.Snapshot;
import dev.spelunk.machine.swap.Swaps;
import dev.spelunk.machine.watch.Findings;
import dev.spelunk.machine.watch.HypervisorTrack;
import dev.spelunk.machine.watch.HypervisorWatches;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A machine: its board, its run loop, and the safepoints at which others may touch it. */
final class SpelunkMachine implements Machine {
    final Board board;
    /** Set once, before anybody else sees the machine. */
    Swaps swaps;

    private final Consumer<SpelunkMachine> closed;
    private final RunLoop loop;
    private final GuestImage image;
    private final GuestImage under;
    /** What is found about a hypervisor at EL2; null when nobody looks. */
    private final Findings findings;

    private final HypervisorWatches watches;
    /** For the timeline; null when nobody asked for one. */
    private SymbolTables traced;

    /** Set once, with what a snapshot must be of to fit this machine. */
    private SavePoints savePoints;

    final Safepoints safepoints = new Safepoints();
    private volatile long executed;
    /** Null where nobody has asked for any. */
    private Logs logs;

    /** Counts of operations where the logs begin and end. */
    private List<Long> logEdges = List.of();
    /** Whom somebody has set; null for nobody. */
    private ExecutionObserver observer;
    /** Null where nobody has asked for one. */
    private volatile MachineDebugger debugger;
    /** Why the host cannot go on; null when it can. */
    private volatile String stopped;

    /** @param under the hypervisor that was put under the guest; null for none */
    SpelunkMachine(Board board, GuestImage image, GuestImage under, Consumer<SpelunkMachine> closed) {
        this.board = board;
        this.image = image;
        this.under = under;
        this.closed = closed;
        loop = new RunLoop(board.wiring, board.console, board.options, safepoints);
        board.records.onStop(loop::end);
        findings = board.options.el() == 2 && board.options.vm().check()
                ? new Findings(symbols(), board.options.vm().checkStops())
                : null;
        watches = findings == null ? null : new HypervisorWatches(board.pes, findings);
        if (watches != null) {
            board.records.add(watches);
        }
        if (board.ends.trace != null) {
            traced = symbols();
            board.ends.trace.functions(traced.guest()::at);
            followForTrace();
        }
        scheduleMoves(-1);
    }

    /** A vCPU comes to another PE: a part of the run, which comes again when the machine has gone back. */
    private record Move(SpelunkMachine machine, VmOptions.Move move) implements Safepoints.Action {
        @Override
        public void run() {
            machine.board.wiring.vm.move(move.vcpu(), move.pe());
        }
    }

    /** The state is another one: what a watch has seen before does not count. */
    private void watchFromHere() {
        for (PeContext context : board.pes) {
            context.listener = null;
        }
        if (watches != null) {
            watches.begin();
        }
        if (board.ends.trace != null) {
            followForTrace();
        }
        if (logs != null) {
            logs.begin();
        }
    }

    private void followForTrace() {
        for (PeContext context : board.pes) {
            TaskTrack.follow(context);
            if (board.options.el() == 2) {
                HypervisorTrack.follow(context, traced);
            }
        }
    }

    /** The moves of vCPUs after a count of operations. */
    private void scheduleMoves(long after) {
        safepoints.drop(Move.class);
        if (board.vcpus.length != 0) {
            for (VmOptions.Move move : board.options.vm().moves()) {
                if (move.instructions() > after) {
                    safepoints.at(move.instructions(), new Move(this, move));
                }
            }
        }
    }

    private GuestSymbols guestSymbols() {
        return new GuestSymbols(image, board.options.symbols());
    }

    private SymbolTables symbols() {
        GuestSymbols guest = guestSymbols();
        return new SymbolTables(guest, under == null ? guest : new GuestSymbols(under));
    }

    @Override
    public Result run() {
        long began = System.nanoTime();
        safepoints.begin();
        if (debugger != null) {
            debugger.begin();
        }
        Ending cut = null;
        try {
            cut = runToEnd(board.options.maxInstructions());
            for (PeContext context : board.pes) {
                if (context.sampler != null) {
                    context.sampler.complete();
                }
            }
        } catch (BrokenInvariantException e) {
            loop.broken(e.getMessage());
        } catch (BadInputException e) {
            loop.hostFailed(e.getMessage());
        } catch (OutOfMemoryError e) {
            loop.hostFailed("the Java virtual machine has not enough memory (" + e.getMessage()
                    + "): give it more, for example with JAVA_OPTS=-Xmx1g");
        } catch (RuntimeException | Error e) {
            loop.hostFailed("a part failed with " + PartFailure.told(e));
        } finally {
            executed = loop.executed();
            board.console.flush();
            if (debugger != null) {
                debugger.finished();
            }
            safepoints.end();
        }
        return Results.of(board, loop, loop.ending() != null ? loop.ending() : cut, System.nanoTime() - began);
    }

    /** Runs until something ends it; returns what does so from outside of the loop, else null. */
    private Ending runToEnd(long limit) {
        while (loop.ending() == null || debugger != null && debugger.ended(loop.ending(), loop.message())) {
            executed = loop.executed();
            if (!safepoints.pass()) {
                if (stopped != null) {
                    loop.hostFailed(stopped);
                }
                return Ending.INTERRUPTED;
            }
            if (debugger != null && debugger.ordered()) {
                debugger.obey();
                continue;
            }
            safepoints.runScheduled(executed);
            if (executed >= limit) {
                return Ending.INSTRUCTION_LIMIT;
            }
            long next = Math.min(limit, safepoints.nextScheduled());
            if (debugger == null) {
                loop.turn(next);
            } else if (loop.ending() == null) {
                debugger.goesOn();
                loop.turn(Math.min(next, debugger.limit()));
                debugger.turned(swaps == null ? 0 : swaps.count());
            }
        }
        return null;
    }

    @Override
    public Debugger debugger() {
        if (debugger == null) {
            debugger = new MachineDebugger(board, loop, safepoints, image);
            debugger.onRewind(() -> {
                scheduleMoves(loop.executed());
                scheduleEdges(loop.executed());
                watchFromHere();
            });
        }
        return debugger;
    }

    @Override
    public void interrupt() {
        safepoints.interrupt();
    }

    @Override
    public void stop(String why) {
        stopped = why;
        interrupt();
    }

    @Override
    public void pause() {
        safepoints.pause();
    }

    @Override
    public void resume() {
        safepoints.resume();
    }

    @Override
    public boolean paused() {
        return safepoints.paused();
    }

    @Override
    public long instructions() {
        return executed;
    }

    /**
     * Restores what is to be restored, and plans what is to be saved.
     *
     * @param identity what a snapshot must be of, to fit this machine
     */
    void snapshots(Snapshots snapshots, Map<String, String> identity) {
        savePoints = new SavePoints(new Snapshot(board, loop), identity, safepoints);
        if (snapshots.restore() != null) {
            restore(snapshots.restore());
        }
        savePoints.plan(snapshots, executed);
    }

    @Override
    public void restore(Path file) {
        savePoints.restore(file);
        executed = loop.executed();
        watchFromHere();
        if (logs != null) {
            logs.restored();
        }
        // What was due had been done when the state was saved.
        safepoints.passed(executed);
    }

    @Override
    public void save(Path file, Consumer<BadInputException> saved) {
        savePoints.save(file, saved);
    }

    @Override
    public String identity() {
        return savePoints.identity();
    }

    @Override
    public SortedSet<Long> unsaved() {
        return savePoints.unsaved();
    }

    @Override
    public SortedMap<String, Long> passed() {
        return board.ends.passed();
    }

    @Override
    public void observe(ExecutionObserver observer) {
        this.observer = observer;
        loop.observe(Observers.of(observer, logs == null ? null : logs.observer()));
    }

    @Override
    public void log(LogOptions options) {
        logs = new Logs(options, board, loop, guestSymbols());
        observe(observer);
        logEdges = List.of(options.from(), options.to());
        scheduleEdges(-1);
    }

    @Override
    public void logging(boolean on) {
        if (logs == null) {
            throw new IllegalStateException("nothing is logged: give --log");
        }
        logs.writing(on);
    }

    @Override
    public SortedMap<String, Long> host() {
        return board.wiring.vm == null ? Collections.emptySortedMap() : board.wiring.vm.host();
    }

    /** Where the logs begin and end: exactly there a PE is asked anew whether it is observed. */
    private record Edge() implements Safepoints.Action {
        @Override
        public void run() {
            // To stand there is all.
        }
    }

    /** The edges of the logs after a count of operations. */
    private void scheduleEdges(long after) {
        safepoints.drop(Edge.class);
        for (long edge : logEdges) {
            if (edge > after && edge != Long.MAX_VALUE) {
                safepoints.at(edge, new Edge());
            }
        }
    }

    @Override
    public List<RecordStream> records() {
        return board.records.guests();
    }

    @Override
    public RecordStream hostRecords() {
        return board.records.host();
    }

    @Override
    public long recordsNotKept() {
        return board.records.notKept();
    }

    @Override
    public void addSink(RecordSink sink) {
        board.records.add(sink);
    }

    @Override
    public List<String> timing() {
        Set<String> notes = new LinkedHashSet<>();
        for (PeContext context : board.pes) {
            try {
                notes.addAll(context.latencyModel.report());
            } catch (RuntimeException | Error e) {
                // A report without this note is worth more than none.
                notes.add("the timing model does not say how its latencies came about: it failed with "
                        + PartFailure.told(e));
            }
        }
        return List.copyOf(notes);
    }

    @Override
    public ExitHistory exitHistory() {
        return board.wiring.vm == null ? null : board.wiring.vm.exitHistory();
    }

    @Override
    public BufferHistory bufferHistory() {
        return board.fill.history();
    }

    @Override
    public SortedMap<String, String> eventReasons() {
        return board.wiring.vm == null ? new TreeMap<>() : board.wiring.vm.eventReasons();
    }

    @Override
    public ProfileDescription profile() {
        return new ProfileDescription(
                image.file,
                board.options.cpus(),
                board.pes[0].register(SystemRegister.MIDR_EL1),
                board.pes[0].register(SystemRegister.PMSIDR_EL1),
                MachineState.COUNTER_FREQUENCY,
                Board.RAM_BASE,
                List.copyOf(image.segments),
                ProfileDescription.Recorder.UNKNOWN);
    }

    @Override
    public List<PeContext> pes() {
        return List.of(board.pes);
    }

    @Override
    public SortedMap<String, Long> registers(int pe) {
        PeContext context = board.pes[pe];
        SortedMap<String, Long> all = new TreeMap<>();
        for (int i = 0; i < 31; i++) {
            all.put(String.format("X%d", i), context.pe.x[i]);
        }
        all.put("SP", context.pe.x[PeState.SP]);
        all.put("PC", context.pe.pc);
        all.put("PSTATE", context.pe.spsr());
        RegisterView view = new RegisterView(board.wiring);
        view.names(context).forEach(name -> all.put(name, view.value(context, name)));
        return all;
    }

    @Override
    public List<String> diagnosis() {
        return new Diagnosis(board.wiring, symbols()).lines();
    }

    @Override
    public List<String> findings() {
        return findings == null ? null : findings.lines();
    }

    @Override
    public String withoutRecords() {
        return board.architecture.profiling() == null ? "" : new Diagnosis(board.wiring, symbols()).withoutRecords();
    }

    @Override
    public String dump() {
        return Dump.of(board, symbols());
    }

    @Override
    public void close() {
        interrupt();
        if (!safepoints.awaitEnd()) {
            return;
        }
        closed.accept(this);
        board.close();
        board.parts.stop();
    }
}
