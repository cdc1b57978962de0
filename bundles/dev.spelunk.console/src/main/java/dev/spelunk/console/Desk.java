// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Order;
import dev.spelunk.api.debug.Stop;
import dev.spelunk.api.machine.ConsoleHost;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.SwapService;
import java.util.function.Supplier;

/** A machine and its host as the pages need them: orders of several browsers come one after the other. */
final class Desk {
    private static final int STEP_MILLISECONDS = 5_000;
    private static final int MOST_STEPS = 100_000;

    private final ConsoleHost host;
    private final SwapService swaps;

    Desk(ConsoleHost host, SwapService swaps) {
        this.host = host;
        this.swaps = swaps;
    }

    ConsoleHost host() {
        return host;
    }

    SwapService swaps() {
        return swaps;
    }

    Machine machine() {
        return host.machine();
    }

    /** What the machine does, in one word. */
    State state() {
        if (host.result() != null || !host.failure().isEmpty()) {
            return State.ENDED;
        }
        if (!started) {
            return State.NEW;
        }
        return machine().paused() ? State.PAUSED : State.RUNNING;
    }

    /** What a machine can do. */
    enum State {
        /** Composed, and not begun. */
        NEW,
        RUNNING,
        PAUSED,
        ENDED
    }

    private volatile boolean started;

    synchronized void start() {
        require(state() == State.NEW, "the machine has begun already");
        host.start();
        started = true;
    }

    synchronized void pause() {
        requireMoving();
        machine().pause();
    }

    synchronized void resume() {
        require(state() == State.PAUSED, "the machine is not paused");
        machine().resume();
    }

    /** Stops a run for good; its files are written. */
    synchronized void end() {
        requireMoving();
        machine().interrupt();
    }

    synchronized void step(int pe, int count) {
        require(state() == State.PAUSED, "pause the machine, then step it");
        require(pe >= 0 && pe < machine().pes().size(), "there is no PE " + pe);
        require(count > 0 && count <= MOST_STEPS, "steps are from 1 to " + MOST_STEPS + ", not " + count);
        Debugger debugger = machine().debugger();
        try {
            for (int i = 0; i < count; i++) {
                debugger.go(Order.step(pe));
                Stop stop = debugger.await(STEP_MILLISECONDS);
                if (stop == null) {
                    debugger.halt();
                    throw new IllegalStateException("PE " + pe + " executes nothing: it waits");
                }
                if (stop.kind() != Stop.Kind.STEPPED) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void anew(String snapshot) {
        require(state() == State.NEW || state() == State.ENDED, "the machine runs; end its run first");
        host.anew(snapshot);
        started = false;
    }

    synchronized String save(String name) {
        require(state() != State.ENDED, "the run is over");
        return host.save(name);
    }

    /** Looks at a machine between two operations, and lets it go on when it ran. */
    synchronized <T> T standing(Supplier<T> look) {
        boolean ran = state() == State.RUNNING;
        if (ran) {
            machine().pause();
        }
        try {
            return look.get();
        } finally {
            if (ran) {
                machine().resume();
            }
        }
    }

    private void requireMoving() {
        State now = state();
        require(now != State.NEW, "the machine has not begun");
        require(now != State.ENDED, "the run is over");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
