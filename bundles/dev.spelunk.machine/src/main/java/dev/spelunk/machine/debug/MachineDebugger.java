// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.debug;

import dev.spelunk.api.debug.Condition;
import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Order;
import dev.spelunk.api.debug.Stop;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.board.GuestImage;
import dev.spelunk.machine.board.GuestSymbols;
import dev.spelunk.machine.run.RunLoop;
import dev.spelunk.machine.run.Safepoints;
import dev.spelunk.machine.snapshot.Checkpoint;
import dev.spelunk.machine.snapshot.Snapshot;
import java.util.List;

/**
 * The debugger of a machine. It stands where {@link Safepoints} let it stand, so that whoever else pauses a machine finds it as
 * ever. Orders are carried out by the machine's own thread. The past is gone to by a checkpoint before it and by executing
 * again from there.
 */
public final class MachineDebugger implements Debugger {
    /** Operations before a place among which the last one of a PE is looked for first. */
    private static final long NEAR = 2_000;
    /** Operations between checkpoints that a search in observed form makes for itself. */
    private static final long PIECE = 8_000_000;

    private final Board board;
    private final RunLoop loop;
    private final Safepoints safepoints;
    private final RegisterView registers;
    private final MemoryView memory;
    private final GuestImage image;
    private final Watch watch;
    private final Snapshot snapshot;
    private final Object lock = new Object();
    private GuestSymbols symbols;
    private History history;
    /** Operations executed at the latest place where the machine has been. */
    private long latest;

    private Runnable onRewind = () -> {};
    private int swaps;
    /** What is to be done next; null where the machine stands or goes on as it did. */
    private Order order;

    private volatile Stop stop;
    private volatile boolean over;
    /** Whether it has been told that the guest cannot go on from here. */
    private boolean failed;

    public MachineDebugger(Board board, RunLoop loop, Safepoints safepoints, GuestImage image) {
        this.board = board;
        this.loop = loop;
        this.safepoints = safepoints;
        this.image = image;
        registers = new RegisterView(board.wiring);
        memory = new MemoryView(board.wiring, board.state.memory);
        watch = new Watch(board.pes, registers);
        snapshot = new Snapshot(board, loop);
        loop.check(watch);
    }

    /** Sets what is to be done when the machine has gone back. */
    public void onRewind(Runnable action) {
        onRewind = action;
    }

    @Override
    public void standAtBegin() {
        stop = new Stop(Stop.Kind.PAUSED, 0, null, 0, "");
        safepoints.hold();
    }

    @Override
    public void keepHistory(long bytes) {
        history = new History(snapshot, board.ends, bytes);
        board.ends.keepLog();
    }

    /** The run begins, on this thread. */
    public void begin() {
        latest = loop.executed();
        watch.begin();
        if (history != null) {
            history.begin();
        }
    }

    /** The count of operations at which the run loop is to come back. */
    public long limit() {
        return history == null || loop.executed() < latest ? Long.MAX_VALUE : history.next();
    }

    /** The run loop has come back. */
    public void turned(int swapped) {
        long executed = loop.executed();
        if (executed > latest) {
            latest = executed;
            if (history != null && swapped != swaps) {
                // Another machine than the one of the checkpoints.
                history.begin();
            } else if (history != null && executed >= history.next()) {
                history.due();
            }
            swaps = swapped;
        }
        if (watch.due()) {
            stand(watch.stop());
        }
    }

    /** Carries out what has been ordered, on the machine's thread. */
    public void obey() {
        Order now;
        synchronized (lock) {
            now = order;
            order = null;
        }
        if (now == null) {
            return;
        }
        loop.alone(now.alone() ? now.pe() : -1);
        if (now.alone() && history != null) {
            history.begin();
        }
        try {
            switch (now.kind()) {
                case CONTINUE, STEP -> watch.follow(now);
                case GO_TO -> goTo(now.count());
                case BACK_STEP -> backStep(now.pe());
                default -> backContinue();
            }
        } catch (IllegalStateException e) {
            stand(new Stop(Stop.Kind.PAUSED, turnOf(), null, 0, e.getMessage()));
        }
    }

    /** The machine goes on; also where somebody has resumed it who has ordered nothing. */
    public void goesOn() {
        if (stop != null && !over) {
            synchronized (lock) {
                stop = null;
            }
            watch.follow(Order.go());
        }
    }

    /** Whether somebody has ordered something that the machine's thread has not taken in. */
    public boolean ordered() {
        synchronized (lock) {
            return order != null;
        }
    }

    /** The guest has ended. Returns whether the machine stands for who wants to know why. */
    public boolean ended(Ending ending, String message) {
        if (over || failed || ending != Ending.FAILED && ending != Ending.RESET) {
            return false;
        }
        failed = true;
        stand(new Stop(Stop.Kind.FAILED, turnOf(), null, 0, message));
        return true;
    }

    /** The run is over. */
    public void finished() {
        over = true;
        synchronized (lock) {
            stop = new Stop(Stop.Kind.ENDED, 0, null, loop.exitCode(), loop.message());
            lock.notifyAll();
        }
    }

    private void stand(Stop why) {
        watch.quiet();
        loop.alone(-1);
        synchronized (lock) {
            stop = why;
            lock.notifyAll();
        }
        safepoints.hold();
    }

    /** Index of the PE whose turn it is; of one that is on where nobody's is. */
    private int turnOf() {
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

    private Place here() {
        return Place.of(loop.executed(), board.pes);
    }

    /** What comes from here on may be another run than the one of the checkpoints: only where nothing has come yet. */
    private void requirePresent() {
        if (loop.executed() < latest) {
            throw new IllegalStateException(
                    "the machine stands in its past, which cannot be changed: go forwards to the "
                            + "present first (operation " + latest + ")");
        }
    }

    private void restore(Checkpoint then) {
        history.restore(then);
        loop.revive();
        failed = false;
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
        Checkpoint from = history.before(place.count());
        restore(from);
        if (from.count < place.count() - 1 && !runTo(place.count() - 1)) {
            return false;
        }
        return walkTo(place);
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

    private void goTo(long count) {
        if (count >= latest || history == null && count >= loop.executed()) {
            forwardTo(count);
            return;
        }
        if (!past()) {
            return;
        }
        if (count <= history.earliest()) {
            restore(history.before(0));
            stand(atBegin());
            return;
        }
        Checkpoint from = history.before(count);
        if (loop.executed() >= count || from.count > loop.executed()) {
            restore(from);
        }
        if (runTo(count)) {
            stand(new Stop(Stop.Kind.STEPPED, turnOf(), null, 0, ""));
        }
    }

    private void forwardTo(long count) {
        watch.quiet();
        while (loop.executed() < count && loop.ending() == null && !safepoints.wanted()) {
            turn(Math.min(count, limit()));
            turned(swaps);
        }
        if (loop.executed() >= count) {
            stand(new Stop(Stop.Kind.STEPPED, turnOf(), null, 0, ""));
        }
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

    private boolean past() {
        if (history == null) {
            stand(new Stop(Stop.Kind.BEGIN, turnOf(), null, 0, "this run keeps no history: give --history SIZE"));
            return false;
        }
        return true;
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

    private void backStep(int pe) {
        if (!past()) {
            return;
        }
        Place now = here();
        for (long window = NEAR; ; window *= 16) {
            long start = Math.max(now.count() - window, history.earliest());
            restore(history.before(Math.max(start, 1)));
            if (!runTo(start)) {
                return;
            }
            history.add();
            LastOperation wanted = new LastOperation(pe);
            if (!collect(now, wanted)) {
                return;
            }
            if (wanted.found != null) {
                if (go(wanted.found)) {
                    stand(new Stop(Stop.Kind.STEPPED, pe, null, 0, ""));
                }
                return;
            }
            if (start <= history.earliest()) {
                restore(history.before(0));
                stand(atBegin());
                return;
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

    private void backContinue() {
        if (!past()) {
            return;
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
                return;
            }
            if (last.stop != null) {
                if (go(last.place)) {
                    stand(last.stop);
                }
                return;
            }
            end = start;
            Checkpoint earlier = history.before(from);
            from = earlier != null && !watch.fast() ? pieces(earlier, end.count()) : earlier;
        }
        restore(history.before(0));
        stand(atBegin());
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

    @Override
    public void add(Condition condition) {
        standing("conditions are set");
        watch.add(condition);
    }

    @Override
    public void remove(Condition condition) {
        standing("conditions are taken away");
        watch.remove(condition);
    }

    @Override
    public List<Condition> conditions() {
        return watch.conditions();
    }

    @Override
    public void go(Order to) {
        standing("it is moved");
        if (over) {
            throw new IllegalStateException("the run is over");
        }
        if (to.alone()) {
            requirePresent();
        }
        synchronized (lock) {
            order = to;
            stop = null;
        }
        safepoints.resume();
    }

    @Override
    public void halt() {
        safepoints.pause();
        synchronized (lock) {
            if (stop == null && !over) {
                stop = new Stop(Stop.Kind.PAUSED, turnOf(), null, 0, "");
                watch.quiet();
                lock.notifyAll();
            }
        }
    }

    @Override
    public Stop await(long milliseconds) throws InterruptedException {
        long end = System.nanoTime() + milliseconds * 1_000_000;
        synchronized (lock) {
            while (stop == null) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return null;
                }
                lock.wait(left);
            }
        }
        if (!over) {
            safepoints.pause();
        }
        return stop;
    }

    @Override
    public boolean standing() {
        return over || safepoints.stands();
    }

    private void standing(String what) {
        if (!over && !safepoints.stands()) {
            throw new IllegalStateException("the machine runs: it must stand while " + what);
        }
    }

    @Override
    public long place() {
        return loop.executed();
    }

    @Override
    public long earliest() {
        return history == null ? -1 : history.earliest();
    }

    @Override
    public long latest() {
        return Math.max(latest, loop.executed());
    }

    @Override
    public long historyBytes() {
        return history == null ? 0 : history.bytes();
    }

    private PeContext context(int pe) {
        if (pe < 0 || pe >= board.pes.length) {
            throw new IllegalArgumentException(
                    "no PE " + pe + "; the machine has " + board.pes.length + ", counted from 0");
        }
        return board.pes[pe];
    }

    @Override
    public List<String> registers(int pe) {
        return registers.names(context(pe));
    }

    @Override
    public long register(int pe, String name) {
        return registers.value(context(pe), name);
    }

    @Override
    public void register(int pe, String name, long value) {
        PeContext context = context(pe);
        change(() -> registers.set(context, name, value));
    }

    @Override
    public String decoded(int pe, String name) {
        return registers.decoded(context(pe), name);
    }

    @Override
    public int read(int pe, Space space, long address, byte[] to) {
        standing("its memory is read");
        return memory.read(context(pe), space, address, to);
    }

    @Override
    public int write(int pe, Space space, long address, byte[] from) {
        int[] done = new int[1];
        change(() -> done[0] = memory.write(context(pe), space, address, from));
        return done[0];
    }

    @Override
    public void change(Runnable change) {
        standing("something of it is changed");
        requirePresent();
        change.run();
        for (PeContext context : board.pes) {
            context.translator.contextChanged();
            context.pe.changed |= PeState.CHANGED_PROFILING | PeState.CHANGED_INTERRUPTS | PeState.CHANGED_TIMERS;
            context.core.invalidate();
            if (context.sampler != null) {
                context.sampler.invalidate();
            }
        }
        if (history != null && !over) {
            history.begin();
        }
    }

    private GuestSymbols symbolTable() {
        if (symbols == null) {
            symbols = new GuestSymbols(image);
        }
        return symbols;
    }

    @Override
    public String symbol(long address) {
        return symbolTable().at(address);
    }

    @Override
    public long address(String symbol) {
        return symbolTable().address(symbol);
    }

    @Override
    public List<String> symbols() {
        return symbolTable().names();
    }

    @Override
    public List<Long> memoryMap() {
        return List.of(board.state.memory.base, (long) board.state.memory.ram.length);
    }

    @Override
    public String guest() {
        return image.file.toAbsolutePath().toString();
    }
}
