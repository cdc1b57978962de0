// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import sun.misc.Signal;

/**
 * Requests from outside to stop the program: SIGINT (Ctrl-C), SIGTERM and SIGHUP, and SIGUSR1, as which the launcher
 * script passes on what it gets. One thread serves them, and one
 * place decides how the program ends, so that an interrupted command always says so, once, and has its exit code.
 *
 * <ul>
 *   <li>While an {@link Activity} lasts, the request stops it; what it has is written, for as long as that takes.
 *   <li>Else the main thread ends at its next {@link #check}, through everything that must be closed.
 *   <li>Where there is nothing to close or to keep, {@link #endingAtOnce}, the program ends where it is.
 *   <li>A second request ends the program at once, whatever it does.
 * </ul>
 *
 * A signal that the program's parent has ignored stays ignored, as under {@code nohup}.
 */
public final class StopRequests {
    private static final Map<String, Integer> SIGNALS =
            Map.of("INT", ExitCode.INTERRUPTED, "TERM", ExitCode.TERMINATED, "HUP", ExitCode.HUNG_UP);
    private static final StopRequests PROCESS = new StopRequests(
            System::exit, Runtime.getRuntime()::halt, 10_000, 20_000, Long.getLong("spelunk.launcher"));
    /** How long the hooks at the end of the JVM may take when the user does not wait any more. */
    private static final long HOOK_MILLISECONDS = 1_000;

    private static final long POLL_MILLISECONDS = 50;
    private static final long LAUNCHER_MILLISECONDS = 200;

    /** How a request comes: what is sent to a group of processes comes both ways, and is one request. */
    private enum Way {
        DIRECTLY,
        THROUGH_LAUNCHER
    }

    private record Request(int code, Way way) {}

    private final BlockingQueue<Request> arrived = new LinkedBlockingQueue<>();
    /** The ways on which a request has come. */
    private final Set<Way> ways = EnumSet.noneOf(Way.class);

    private final IntConsumer exit;
    private final IntConsumer halt;
    private final long unwindMilliseconds;
    private final long stopMilliseconds;
    private final Long launcher;
    private Activity activity;
    private Runnable atOnce;
    private String consequence = "";
    private int fixedCode;
    private int requested;
    private boolean said;
    private boolean ended;
    private int endedWith;

    /**
     * Something that stops in good order when it is asked to.
     */
    public final class Activity implements AutoCloseable {
        private final Runnable stop;
        private boolean stopped;
        private long asked;

        private Activity(Runnable stop) {
            this.stop = stop;
        }

        /** On a thread of its own: what it calls may wait for something that never comes. */
        private void ask() {
            asked = System.nanoTime();
            Thread thread = new Thread(stop, "stop");
            thread.setDaemon(true);
            thread.start();
        }

        private boolean overdue() {
            return !stopped
                    && asked != 0
                    && System.nanoTime() - asked > TimeUnit.MILLISECONDS.toNanos(stopMilliseconds);
        }

        /**
         * Whether what could go on for ever has stopped: what follows, such as writing files, takes as long as it takes.
         *
         * @param now at first it has not
         */
        public void stopped(boolean now) {
            synchronized (StopRequests.this) {
                stopped = now;
            }
        }

        /** It is over, and its results are kept. */
        @Override
        public void close() {
            synchronized (StopRequests.this) {
                stopped = true;
                activity = null;
            }
        }
    }

    /**
     * Creates what serves the requests of one program.
     *
     * @param exit ends the program with an exit code, and what must be done at its end
     * @param halt ends it with nothing else
     * @param unwindMilliseconds how long the main thread may take to its next {@link #check}
     * @param stopMilliseconds how long an activity may take to stop
     * @param launcher process id of the launcher script, which is this process's parent; null without one
     */
    StopRequests(IntConsumer exit, IntConsumer halt, long unwindMilliseconds, long stopMilliseconds, Long launcher) {
        this.exit = exit;
        this.halt = halt;
        this.unwindMilliseconds = unwindMilliseconds;
        this.stopMilliseconds = stopMilliseconds;
        this.launcher = launcher;
    }

    /** Those of this process. */
    public static StopRequests ofProcess() {
        return PROCESS;
    }

    /**
     * Begins to listen; the first thing that a program does.
     *
     * @param code the exit code of an interrupted program; 0 for 128 and the signal's number
     */
    public void listen(int code) {
        fixedCode = code;
        SIGNALS.forEach((name, ofSignal) -> listen(name, new Request(ofSignal, Way.DIRECTLY)));
        if (launcher != null) {
            listen("USR1", new Request(ExitCode.INTERRUPTED, Way.THROUGH_LAUNCHER));
        }
        start();
    }

    private void listen(String name, Request request) {
        try {
            Signal.handle(new Signal(name), signal -> arrived.add(request));
        } catch (IllegalArgumentException e) {
            // The JVM was told to leave signals alone (-Xrs): then they end it as they end any program.
            return;
        }
    }

    /** Begins to serve requests. */
    void start() {
        Thread thread = new Thread(this::serve, "stop requests");
        thread.setDaemon(true);
        thread.start();
    }

    /** A request has come, which ends the program with this code. */
    void request(int code) {
        arrived.add(new Request(code, Way.DIRECTLY));
    }

    /** The launcher script has passed a request on. */
    void requestThroughLauncher() {
        arrived.add(new Request(ExitCode.INTERRUPTED, Way.THROUGH_LAUNCHER));
    }

    /**
     * Begins an activity; there is one at a time.
     *
     * @param stop stops it, from another thread; done at once when a request was there before
     */
    public synchronized Activity begin(Runnable stop) {
        if (activity != null) {
            throw new IllegalStateException("another activity lasts");
        }
        activity = new Activity(stop);
        if (requested != 0) {
            activity.ask();
        }
        return activity;
    }

    /** From now on the main thread keeps nothing that must be closed: a request ends the program where it is. */
    public void endingAtOnce() {
        endingAtOnce(() -> {});
    }

    /**
     * As {@link #endingAtOnce()}, with something to be done first, for a moment.
     *
     * @param first done on the thread that serves requests
     */
    public synchronized void endingAtOnce(Runnable first) {
        atOnce = first;
        if (requested != 0) {
            throw new Stopped();
        }
    }

    /** What an interrupt means for the command, to be said after "interrupted". */
    public synchronized void consequence(String text) {
        consequence = text;
    }

    /** Sets the exit code of an interrupted program; 0 for 128 and the signal's number. */
    public synchronized void code(int code) {
        fixedCode = code;
    }

    /** Whether a request has come. */
    public synchronized boolean requested() {
        return requested != 0;
    }

    /**
     * Ends the command here when a request has come.
     *
     * @throws Stopped when one has
     */
    public void check() {
        if (requested()) {
            throw new Stopped();
        }
    }

    /**
     * The command has ended: nothing that comes later changes how. Says that it was interrupted when it was.
     *
     * @param code the exit code of the command
     * @return the exit code of the program
     */
    public int end(int code) {
        synchronized (this) {
            ended = true;
            endedWith = code;
            if (requested == 0) {
                return code;
            }
        }
        say("interrupted" + consequence);
        return code();
    }

    private synchronized int code() {
        return fixedCode == 0 ? requested : fixedCode;
    }

    private void say(String text) {
        synchronized (this) {
            if (said) {
                return;
            }
            said = true;
        }
        System.err.println("spelunk: " + text);
        System.err.flush();
    }

    private void serve() {
        try {
            Request request = first();
            ways.add(request.way());
            boolean nothingToClose;
            synchronized (this) {
                if (ended) {
                    // Whatever the end of the JVM waits for: a request is a second one now.
                    halt.accept(endedWith);
                    return;
                }
                requested = request.code();
                nothingToClose = atOnce != null && activity == null;
                if (activity != null) {
                    activity.ask();
                }
            }
            if (nothingToClose) {
                Thread first = new Thread(atOnce, "first");
                first.setDaemon(true);
                first.start();
                first.join(HOOK_MILLISECONDS);
            }
            if (nothingToClose) {
                endNow("interrupted" + consequence, unwindMilliseconds);
            } else {
                await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a request; the death of the launcher script is one. */
    private Request first() throws InterruptedException {
        if (launcher == null) {
            return arrived.take();
        }
        Request request = null;
        while (request == null) {
            request = arrived.poll(LAUNCHER_MILLISECONDS, TimeUnit.MILLISECONDS);
            if (request == null
                    && ProcessHandle.current()
                            .parent()
                            .map(ProcessHandle::pid)
                            .filter(launcher::equals)
                            .isEmpty()) {
                return new Request(ExitCode.TERMINATED, Way.THROUGH_LAUNCHER);
            }
        }
        return request.way() == Way.DIRECTLY ? sentToBoth(request) : request;
    }

    /** The launcher knows by the exit code that an interrupt which it has passed on was heard here. */
    private Request sentToBoth(Request request) throws InterruptedException {
        Request other = arrived.poll(LAUNCHER_MILLISECONDS, TimeUnit.MILLISECONDS);
        if (other == null) {
            return request;
        }
        if (other.way() == Way.DIRECTLY) {
            arrived.add(other);
            return request;
        }
        ways.add(request.way());
        return other;
    }

    /** Waits until the program must be ended from here, and ends it. */
    private void await() throws InterruptedException {
        long start = System.nanoTime();
        boolean main = true;
        while (true) {
            Request again = arrived.poll(POLL_MILLISECONDS, TimeUnit.MILLISECONDS);
            if (again != null && !ways.add(again.way())) {
                endNow("interrupted again; what was not written by now is lost", HOOK_MILLISECONDS);
                return;
            }
            boolean overdue;
            boolean late;
            synchronized (this) {
                main &= activity == null;
                overdue = activity != null && activity.overdue();
                // What an activity has done is closed and said in as long as it takes.
                late = main && !ended && System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(unwindMilliseconds);
            }
            if (overdue) {
                endNow("interrupted; the machine did not stop, its files are not written", unwindMilliseconds);
                return;
            }
            if (late) {
                endNow("interrupted" + consequence, unwindMilliseconds);
                return;
            }
        }
    }

    /**
     * @param text what is said
     * @param hooks milliseconds that the hooks at the end of the JVM may take
     */
    private void endNow(String text, long hooks) {
        say(text);
        Thread last = new Thread(
                () -> {
                    try {
                        Thread.sleep(hooks);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    halt.accept(code());
                },
                "end");
        last.setDaemon(true);
        last.start();
        exit.accept(code());
    }
}
