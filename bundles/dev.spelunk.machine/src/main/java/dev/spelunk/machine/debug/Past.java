// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.debug;

import dev.spelunk.api.debug.Stop;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.run.RunLoop;
import dev.spelunk.machine.run.Safepoints;
import dev.spelunk.machine.snapshot.Checkpoint;
import dev.spelunk.machine.snapshot.Snapshot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a machine has been, and how one goes there: to a checkpoint before it, and from there by executing again. Whoever goes
 * somewhere is on the machine's thread, and gets why the machine stands there; null where somebody wants it to stand before.
 */
final class Past {
    /** Operations before a place among which the last one of a PE is looked for first. */
    private static final long NEAR = 2_000;
    /** Operations between checkpoints that a search in observed form makes for itself. */
    private static final long PIECE = 8_000_000;
    /** Most places that are remembered. */
    private static final int MOST_TOLD = 4096;

    private final Board board;
    private final RunLoop loop;
    private final Safepoints safepoints;
    private final Watch watch;
    private final Runnable onRewind;
    private History history;
    /** Operations executed at the latest place where the machine has been. */
    private long latest;

    private int swaps;

    /** By count of operations: where the machine has stood. */
    private final Map<Long, Place> told = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Place> eldest) {
            return size() > MOST_TOLD;
        }
    });

    /** @param onRewind is to be done when the machine has gone back */
    Past(Board board, RunLoop loop, Safepoints safepoints, Watch watch, Runnable onRewind) {
        this.board = board;
        this.loop = loop;
        this.safepoints = safepoints;
        this.watch = watch;
        this.onRewind = onRewind;
    }

    void keep(long bytes) {
        history = new History(new Snapshot(board, loop), board.ends, bytes);
        board.ends.keepLog();
    }

    /** The run begins. */
    void begin() {
        latest = loop.executed();
        anew();
    }

    /** What has been is not the past of what comes. */
    void anew() {
        told.clear();
        if (history != null) {
            history.begin();
        }
    }

    /** The machine stands here, and somebody may know it by its count of operations. */
    void stands() {
        Place here = here();
        told.remove(here.count());
        told.put(here.count(), here);
    }

    /** The count of operations at which the run loop is to come back. */
    long limit() {
        return history == null || loop.executed() < latest ? Long.MAX_VALUE : history.next();
    }

    /** The run loop has come back. */
    void turned(int swapped) {
        long executed = loop.executed();
        if (executed > latest) {
            latest = executed;
            if (history != null && swapped != swaps) {
                // Another machine than the one of the checkpoints.
                anew();
            } else if (history != null && executed >= history.next()) {
                history.due();
            }
            swaps = swapped;
        }
    }

    /** Operations at the earliest place to which one can go; -1 without a history. */
    long earliest() {
        if (history == null) {
            return -1;
        }
        // A debugger may ask before the run has begun, which is where the history will begin.
        return history.begun() ? history.earliest() : loop.executed();
    }

    long latest() {
        return Math.max(latest, loop.executed());
    }

    long bytes() {
        return history == null ? 0 : history.bytes();
    }

    /** Index of the PE whose turn it is; of one that is on where nobody's is. */
    int turnOf() {
        int turn = loop.turnOf();
        if (turn < board.pes.length && board.pes[turn].pe.powered) {
            return turn;
        }
        for (PeContext context : board.pes) {
            if (context.pe.powered) {
                return context.pe.index;
            }
        }
        return 0;
    }

    /** What comes from here on may be another run than the one of the checkpoints: only where nothing has come yet. */
    void requirePresent() {
        if (loop.executed() < latest) {
            throw new IllegalStateException(
                    "the machine stands in its past, which cannot be changed: go forwards to the "
                            + "present first (operation " + latest + ")");
        }
    }

    private Place here() {
        return Place.of(loop.executed(), board.pes);
    }

    private void restore(Checkpoint then) {
        history.restore(then);
        loop.revive();
        onRewind.run();
    }

    private void turn(long limit) {
        safepoints.runScheduled(loop.executed());
        loop.turn(Math.min(limit, safepoints.nextScheduled()));
    }

    /** Runs at full speed to a count of operations. @return false when somebody wants the machine to stand */
    private boolean runTo(long count) {
        watch.quiet();
        while (loop.executed() < count) {
            if (safepoints.wanted()) {
                return false;
            }
            turn(count);
        }
        return true;
    }

    /** Goes to a place of the past, or of the present. @return false when somebody wants the machine to stand */
    private boolean go(Place place) {
        restore(history.before(place.count()));
        return runTo(place.count() - 1) && walkTo(place);
    }

    private boolean walkTo(Place place) {
        watch.single();
        while (!place.is(loop.executed(), board.pes)) {
            if (loop.executed() > place.count()) {
                throw new IllegalStateException("the way to operation " + place.count() + " was not the same again");
            }
            if (safepoints.wanted()) {
                return false;
            }
            turn(Long.MAX_VALUE);
        }
        return true;
    }

    /** Goes to a count of operations, back or forwards; where the machine has stood with so many, to how it was then. */
    Stop goTo(long count) {
        Place stood = told.get(count);
        if (history != null && stood != null && count > history.earliest()) {
            return stood.is(loop.executed(), board.pes) || go(stood) ? stepped(turnOf()) : null;
        }
        if (count >= latest || history == null && count >= loop.executed()) {
            return forwardTo(count);
        }
        if (history == null) {
            return noHistory();
        }
        if (count <= history.earliest()) {
            return toBegin();
        }
        Checkpoint from = history.before(count);
        if (loop.executed() >= count || from.count > loop.executed()) {
            restore(from);
        }
        return runTo(count) ? stepped(turnOf()) : null;
    }

    private static Stop stepped(int pe) {
        return new Stop(Stop.Kind.STEPPED, pe, null, 0, "");
    }

    private Stop toBegin() {
        restore(history.before(0));
        return atBegin();
    }

    private Stop forwardTo(long count) {
        watch.quiet();
        while (loop.executed() < count && loop.ending() == null && !safepoints.wanted()) {
            turn(Math.min(count, limit()));
            turned(swaps);
        }
        return loop.executed() >= count ? stepped(turnOf()) : null;
    }

    private Stop atBegin() {
        return new Stop(
                Stop.Kind.BEGIN,
                turnOf(),
                null,
                0,
                "this is as far back as one can go: operation " + history.earliest()
                        + (history.earliest() == 0 ? ", the first one" : ", see --history"));
    }

    private Stop noHistory() {
        return new Stop(Stop.Kind.BEGIN, turnOf(), null, 0, "this run keeps no history: give --history SIZE");
    }

    /** The last operation of a PE on the way from a checkpoint. */
    private static final class LastOperation implements Watch.Operations {
        private final int pe;
        private Place found;

        LastOperation(int pe) {
            this.pe = pe;
        }

        @Override
        public void hit(Stop stop, Place place) {
            // Steps go past conditions.
        }

        @Override
        public void operation(int executing, Place before) {
            if (executing == pe) {
                found = before;
            }
        }
    }

    /** Goes to before the last operation of a PE. */
    Stop backStep(int pe) {
        if (history == null) {
            return noHistory();
        }
        Place now = here();
        for (long window = NEAR; ; window *= 16) {
            long start = Math.max(now.count() - window, history.earliest());
            restore(history.before(Math.max(start, 1)));
            if (!runTo(start)) {
                return null;
            }
            history.add();
            LastOperation wanted = new LastOperation(pe);
            if (!collect(now, wanted)) {
                return null;
            }
            if (wanted.found != null) {
                return go(wanted.found) ? stepped(pe) : null;
            }
            if (start <= history.earliest()) {
                return toBegin();
            }
        }
    }

    /** From here to a place, with what holds on the way. @return false when somebody wants the machine to stand */
    private boolean collect(Place end, Watch.Hits hits) {
        watch.collect(hits, false);
        watch.begin();
        while (loop.executed() < end.count() - 1) {
            if (safepoints.wanted()) {
                return false;
            }
            turn(end.count() - 1);
        }
        watch.collectSingly();
        while (!end.is(loop.executed(), board.pes)) {
            if (loop.executed() > end.count()) {
                throw new IllegalStateException("the way to operation " + end.count() + " was not the same again");
            }
            if (safepoints.wanted()) {
                return false;
            }
            turn(Long.MAX_VALUE);
        }
        return true;
    }

    /** The last condition that held on the way from a checkpoint. */
    private static final class LastHit implements Watch.Hits {
        private Stop stop;
        private Place place;

        @Override
        public void hit(Stop what, Place where) {
            if (where != null) {
                stop = what;
                place = where;
            }
        }

        @Override
        public void operation(int pe, Place before) {
            // Only what a condition is about.
        }
    }

    /** Goes to where a condition held last. */
    Stop backContinue() {
        if (history == null) {
            return noHistory();
        }
        Place end = here();
        Checkpoint from = history.before(end.count());
        if (!watch.fast()) {
            from = pieces(from, end.count());
        }
        while (from != null) {
            restore(from);
            Place start = here();
            LastHit last = new LastHit();
            if (!collect(end, last)) {
                return null;
            }
            if (last.stop != null) {
                return go(last.place) ? last.stop : null;
            }
            end = start;
            Checkpoint earlier = history.before(from);
            from = earlier != null && !watch.fast() ? pieces(earlier, end.count()) : earlier;
        }
        return toBegin();
    }

    /** Makes checkpoints on the way to a place that is far. @return the last one before it */
    private Checkpoint pieces(Checkpoint from, long end) {
        if (end - from.count > PIECE) {
            restore(from);
            long piece = Math.max(PIECE, (end - from.count) / 64);
            for (long at = from.count + piece; at < end && runTo(at); at += piece) {
                history.add();
            }
        }
        return history.before(end);
    }
}
