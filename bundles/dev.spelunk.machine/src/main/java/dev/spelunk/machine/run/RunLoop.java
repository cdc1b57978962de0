// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.BoardWiring;
import dev.spelunk.machine.board.Console;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Runs the PEs of a board in turns of equal virtual time. Everything between two operations happens at exact counts
 * of operations, so the shape of a turn never shows: who is profiled and what interrupts is settled here, the PE
 * executes in a {@link Stretch}, and why it stopped is served by {@link Stops}.
 */
public final class RunLoop {
    /** Virtual cycles of a turn of the only PE: who waits for a safepoint does not wait long, though code be cold. */
    private static final long TURN = 1 << 16;
    /** With several PEs: an interrupt from one to another, and its answer, take about a turn. */
    private static final long SHORT_TURN = 1 << 14;
    /** After an SGI, for the time of a turn: the one that gets it answers soon. */
    private static final long FINE_TURN = 1 << 9;

    private final BoardWiring board;
    private final Safepoints safepoints;
    private final Timeline timeline;
    private final Stretch stretch = new Stretch();
    private final Stops stops;
    private final Waiting waiting;
    private final RunEnd end = new RunEnd();
    private long horizon;
    /** Virtual time up to which turns are fine. */
    private long fineUntil;
    /** Index of the PE whose turn it is; the number of PEs when all have had it. */
    private int turnOf;

    private Checks checks;
    private Consumer<PeContext> told;
    /** Index of the PE that moves while the others stand; -1 when all do. */
    private int alone = -1;

    /**
     * Creates a loop that has not begun.
     *
     * @param options of which the loop takes the arguments of the guest, where it is entered, and whether it is paced
     * @param safepoints says whether somebody waits for the machine to be between two turns
     */
    public RunLoop(BoardWiring board, Console console, RunOptions options, Safepoints safepoints) {
        this.board = board;
        this.safepoints = safepoints;
        timeline = new Timeline(board);
        stops = new Stops(board, new Semihosting(console, options.bootArguments()), options.el(), end);
        waiting = new Waiting(board, timeline, console, options.paced());
        turnOf = board.pes.length;
    }

    /** Writes the place between two operations at which the loop is. */
    public void write(DataOutputStream out) throws IOException {
        out.writeLong(horizon);
        out.writeLong(fineUntil);
        out.writeInt(turnOf);
    }

    /** Goes on at a place that was written. */
    public void read(DataInputStream in) throws IOException {
        horizon = in.readLong();
        fineUntil = in.readLong();
        turnOf = in.readInt();
        if (turnOf < 0 || turnOf > board.pes.length) {
            throw new IOException("is of a machine with another number of PEs");
        }
        timeline.invalidate();
    }

    /** Sets who is told of executed operations, or null. */
    public void observe(ExecutionObserver told) {
        stretch.observe(told);
    }

    /** Sets who says where to stop, or null. */
    public void check(Checks stops) {
        checks = stops;
        stretch.check(stops);
    }

    /** Sets who looks at a PE when its interrupts are settled and when it has executed a stretch; null for nobody. */
    public void onStep(Consumer<PeContext> looks) {
        told = looks;
    }

    /** Lets one PE move while the others stand; -1 for all. */
    public void alone(int pe) {
        alone = pe;
    }

    /** Index of the PE whose turn it is; the number of PEs between two rounds. */
    public int turnOf() {
        return turnOf;
    }

    /** The guest goes on from before its end. */
    public void revive() {
        end.revive();
    }

    /** How the guest ended the run; null as long as it goes on. */
    public Ending ending() {
        return end.ending();
    }

    /** What the guest gave its exit call. */
    public int exitCode() {
        return end.exitCode();
    }

    /** Why the run ended; may be empty. */
    public String message() {
        return end.message();
    }

    /** A checked invariant does not hold: nothing of the machine can be relied on. */
    public void broken(String what) {
        end.ended(Ending.INVARIANT_BROKEN, what);
    }

    /** Ends the run, unless something has ended it already. */
    public void end(Ending how, String why) {
        if (end.ending() == null) {
            end.ended(how, why);
        }
    }

    /** The host or a part cannot go on, whatever the guest did. */
    public void hostFailed(String why) {
        end.ended(Ending.HOST_FAILED, why);
    }

    /** Operations executed by all PEs. */
    public long executed() {
        long sum = 0;
        for (PeContext context : board.pes) {
            sum += context.pe.executed;
        }
        return sum;
    }

    /**
     * Gives every PE its turn, or as much of it as lies before the limit.
     *
     * @param limit total of executed operations at which to stop; exact
     * @return whether the guest goes on
     */
    public boolean turn(long limit) {
        if (alone >= 0) {
            horizon = Math.max(horizon, board.pes[alone].pe.cycles() + 1);
            step(board.pes[alone], limit - executed());
            return end.ending() == null;
        }
        if (turnOf == board.pes.length) {
            long slowest = slowest();
            horizon = Math.max(horizon, slowest + turnLength(slowest));
            turnOf = 0;
        }
        for (; turnOf < board.pes.length; turnOf++) {
            PeContext context = board.pes[turnOf];
            while (end.ending() == null && context.pe.powered && context.pe.cycles() < horizon) {
                long left = limit - executed();
                if (left <= 0) {
                    return true;
                }
                step(context, left);
                if (safepoints.wanted() || checks != null && checks.due()) {
                    // A turn may hold thousands of calls to the host that take their time; it goes on where it was.
                    return end.ending() == null;
                }
            }
        }
        if (end.ending() == null && waiting.forNothing() && !waiting.awaitInput()) {
            end.failed("the guest waits for an interrupt that nothing will raise");
        }
        return end.ending() == null;
    }

    private long turnLength(long now) {
        return board.pes.length == 1 ? TURN : now < fineUntil ? FINE_TURN : SHORT_TURN;
    }

    private long slowest() {
        long slowest = Long.MAX_VALUE;
        for (PeContext context : board.pes) {
            if (context.pe.powered) {
                slowest = Math.min(slowest, context.pe.cycles());
            }
        }
        return slowest == Long.MAX_VALUE ? horizon : slowest;
    }

    /** Up to the next thing that must happen between two operations. */
    private void step(PeContext context, long left) {
        advance(context, left);
        if (told != null) {
            told.accept(context);
        }
        if (checks != null) {
            checks.after(context, null);
        }
    }

    private void advance(PeContext context, long left) {
        PeState pe = context.pe;
        if (pe.changed != 0) {
            settle(context);
            if (told != null) {
                told.accept(context);
            }
            if (pe.cycles() >= horizon) {
                return;
            }
        }
        long now = pe.cycles();
        long due = timeline.next(pe.index);
        if (due <= now) {
            timeline.advance(pe.index);
            return;
        }
        if (pe.waiting) {
            waiting.idle(context, Math.min(due, horizon));
            return;
        }
        int reason = stretch.run(context, Math.min(left, Math.min(due, horizon) - now));
        if (reason <= Core.WAITING || reason == Core.ADDRESS_REACHED) {
            return;
        }
        if (reason == Core.EXCEPTION_TO_EL2) {
            if (board.vm == null) {
                return;
            }
            settle(context);
        }
        stops.serve(context, reason);
    }

    /** Takes in what changed: who is profiled, interrupt outputs, deadlines. */
    private void settle(PeContext context) {
        PeState pe = context.pe;
        int changed = pe.changed;
        pe.changed = 0;
        if (pe.sentInterrupt) {
            endTurn(pe);
        }
        if ((changed & PeState.CHANGED_PROFILING) != 0 && context.sampler != null) {
            context.sampler.update();
        }
        for (Device device : board.devices) {
            device.changed(pe.index);
        }
        if ((changed & PeState.CHANGED_TIMERS) != 0) {
            timeline.advanceAll(pe.index);
        }
        if (((changed | pe.changed) & PeState.CHANGED_INTERRUPTS) != 0) {
            pe.changed &= ~PeState.CHANGED_INTERRUPTS;
            board.interruptController.update(context);
        }
    }

    /** Who has sent an interrupt stops, so that the others meet it soon after. */
    private void endTurn(PeState pe) {
        pe.sentInterrupt = false;
        if (board.pes.length > 1) {
            horizon = Math.min(horizon, pe.cycles());
            fineUntil = pe.cycles() + SHORT_TURN;
        }
    }
}
