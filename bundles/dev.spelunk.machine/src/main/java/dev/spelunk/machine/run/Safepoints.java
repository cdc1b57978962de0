// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;

/**
 * Where others may touch a machine that runs: between two operations, on the machine's own thread. What is asked for
 * comes at the next safepoint, what is scheduled at its exact count of operations.
 */
public final class Safepoints {
    /** Something to be done at an exact count of operations. */
    public interface Action extends Runnable {
        /** It is the next one: what can be done beforehand may begin, on another thread. */
        default void ahead() {
            // Most need no preparation.
        }
    }

    private record Scheduled(long at, long order, Action action) {}

    private final PriorityQueue<Scheduled> schedule =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private final Deque<Runnable> requests = new ArrayDeque<>();
    private long scheduled;
    private volatile boolean attention;
    private boolean interrupted;
    private boolean pauseWanted;
    private boolean pausedNow;
    /** A part has left, and nothing has taken its place yet. */
    private boolean incomplete;

    private boolean running;
    /** The thread that runs the machine. */
    private Thread runner;

    /** The machine begins to run, on the calling thread. */
    public void begin() {
        synchronized (this) {
            running = true;
            runner = Thread.currentThread();
        }
        prepareNext();
    }

    /** The machine has stopped: what was asked for meanwhile is done. */
    public synchronized void end() {
        running = false;
        drainRequests();
        notifyAll();
    }

    /** Serves pause and requests, if there are any. Returns false when the run has been interrupted. */
    public boolean pass() {
        return !attention || serve();
    }

    /** Whether somebody waits for the next safepoint. */
    public boolean wanted() {
        return attention;
    }

    private synchronized boolean serve() {
        drainRequests();
        while ((pauseWanted || incomplete) && !interrupted) {
            pausedNow = true;
            notifyAll();
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
            drainRequests();
        }
        pausedNow = false;
        attention = interrupted;
        return !interrupted;
    }

    private void drainRequests() {
        for (Runnable r = requests.poll(); r != null; r = requests.poll()) {
            r.run();
        }
    }

    /** Runs what is due when so many operations have been executed. */
    public void runScheduled(long executed) {
        while (true) {
            Scheduled next;
            synchronized (this) {
                next = schedule.peek();
                if (next == null || next.at > executed) {
                    return;
                }
                schedule.poll();
            }
            next.action.run();
            prepareNext();
        }
    }

    private void prepareNext() {
        Scheduled next;
        synchronized (this) {
            next = schedule.peek();
        }
        if (next != null) {
            next.action.ahead();
        }
    }

    /** The count of operations at which the next action is due; {@link Long#MAX_VALUE} for none. */
    public synchronized long nextScheduled() {
        Scheduled next = schedule.peek();
        return next == null ? Long.MAX_VALUE : next.at;
    }

    /** Runs the action when that many operations have been executed, exactly. */
    public synchronized void at(long instructions, Action action) {
        schedule.add(new Scheduled(instructions, scheduled++, action));
    }

    /** Drops what is scheduled up to a count: it had been done when a restored state was saved. */
    public synchronized void passed(long instructions) {
        schedule.removeIf(s -> s.at <= instructions);
    }

    /** Drops all actions of a kind. */
    public synchronized void drop(Class<? extends Action> kind) {
        schedule.removeIf(s -> kind.isInstance(s.action));
    }

    /** How many actions are still to come. */
    public synchronized int scheduled() {
        return schedule.size();
    }

    /** Lets the machine stand still at the next safepoint, or go on; waits a moment for it to stand still. */
    public synchronized void incomplete(boolean value, long milliseconds) {
        incomplete = value;
        attention = true;
        notifyAll();
        long end = System.nanoTime() + milliseconds * 1_000_000;
        while (incomplete && running && !pausedNow && System.nanoTime() < end) {
            try {
                wait(milliseconds);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Runs the action at the next safepoint, on the running thread, and waits for it; at once when nothing runs. */
    public void request(Runnable action) {
        CountDownLatch done = new CountDownLatch(1);
        RuntimeException[] failure = new RuntimeException[1];
        synchronized (this) {
            requests.add(() -> {
                try {
                    action.run();
                } catch (RuntimeException e) {
                    failure[0] = e;
                } finally {
                    done.countDown();
                }
            });
            if (!running) {
                drainRequests();
            }
            attention = true;
            notifyAll();
        }
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    /** Ends the run at the next safepoint. */
    public synchronized void interrupt() {
        interrupted = true;
        attention = true;
        notifyAll();
    }

    /** Lets the machine stand still, and waits until it does. */
    public synchronized void pause() {
        pauseWanted = true;
        attention = true;
        awaitStanding();
    }

    private void awaitStanding() {
        while (running && !pausedNow && pauseWanted) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Lets the machine stand still at the next safepoint, without waiting for it: for its own thread. */
    public synchronized void hold() {
        pauseWanted = true;
        attention = true;
    }

    /**
     * Whether the machine stands still, or does not run. One that is to stand has a moment to come to its safepoint, as
     * when it was told to before it began to run.
     */
    public synchronized boolean stands() {
        if (Thread.currentThread() != runner) {
            awaitStanding();
        }
        return !running || pauseWanted && pausedNow;
    }

    /** Lets the machine go on. */
    public synchronized void resume() {
        pauseWanted = false;
        notifyAll();
    }

    /** Whether somebody has paused the machine. */
    public synchronized boolean paused() {
        return pauseWanted;
    }

    /** Waits until the machine does not run. Returns false when the waiting thread is interrupted. */
    public synchronized boolean awaitEnd() {
        while (running) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
