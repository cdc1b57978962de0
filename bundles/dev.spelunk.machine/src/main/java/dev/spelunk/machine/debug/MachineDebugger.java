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
import java.util.List;

/**
 * The debugger of a machine. It stands where {@link Safepoints} let it stand, so that whoever else pauses a machine finds it as
 * ever. Orders are carried out by the machine's own thread. How one goes back is the matter of {@link Past}.
 */
public final class MachineDebugger implements Debugger {
    private final Board board;
    private final RunLoop loop;
    private final Safepoints safepoints;
    private final RegisterView registers;
    private final MemoryView memory;
    private final GuestImage image;
    private final Watch watch;
    private final Past past;
    private final Object lock = new Object();
    private GuestSymbols symbols;
    private Runnable onRewind = () -> {};
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
        past = new Past(board, loop, safepoints, watch, this::rewound);
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
        past.keep(bytes);
    }

    /** The run begins, on this thread. */
    public void begin() {
        watch.begin();
        past.begin();
    }

    /** The count of operations at which the run loop is to come back. */
    public long limit() {
        return past.limit();
    }

    /** The run loop has come back. */
    public void turned(int swapped) {
        past.turned(swapped);
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
        if (now.alone()) {
            past.anew();
        }
        try {
            if (now.kind() == Order.Kind.CONTINUE || now.kind() == Order.Kind.STEP) {
                watch.follow(now);
                return;
            }
            Stop there =
                    switch (now.kind()) {
                        case GO_TO -> past.goTo(now.count());
                        case BACK_STEP -> past.backStep(now.pe());
                        default -> past.backContinue();
                    };
            if (there != null) {
                stand(there);
            }
        } catch (IllegalStateException e) {
            stand(new Stop(Stop.Kind.PAUSED, past.turnOf(), null, 0, e.getMessage()));
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
        stand(new Stop(Stop.Kind.FAILED, past.turnOf(), null, 0, message));
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

    private void rewound() {
        failed = false;
        onRewind.run();
    }

    private void stand(Stop why) {
        past.stands();
        watch.quiet();
        loop.alone(-1);
        synchronized (lock) {
            stop = why;
            lock.notifyAll();
        }
        safepoints.hold();
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
            past.requirePresent();
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
                stop = new Stop(Stop.Kind.PAUSED, past.turnOf(), null, 0, "");
                past.stands();
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
        return past.earliest();
    }

    @Override
    public long latest() {
        return past.latest();
    }

    @Override
    public long historyBytes() {
        return past.bytes();
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
        past.requirePresent();
        change.run();
        for (PeContext context : board.pes) {
            context.translator.contextChanged();
            context.pe.changed |= PeState.CHANGED_PROFILING | PeState.CHANGED_INTERRUPTS | PeState.CHANGED_TIMERS;
            context.core.invalidate();
            if (context.sampler != null) {
                context.sampler.invalidate();
            }
        }
        if (!over) {
            past.anew();
        }
    }

    private GuestSymbols symbolTable() {
        if (symbols == null) {
            symbols = new GuestSymbols(image, board.options.symbols());
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
