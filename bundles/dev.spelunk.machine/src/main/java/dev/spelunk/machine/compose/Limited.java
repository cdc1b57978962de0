// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.problems.BadInputException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A step that code of a part does on a thread of its own, and that is given up when it lasts too long: such code may
 * never return, and nothing can make it.
 */
public final class Limited implements Runnable {
    /** Longer than what a swap's preparation may last: a composition is more. */
    private static final int LIMIT_SECONDS = 10;
    /** A host that is so busy that the step got no processor for that time is no part's fault; it has this much. */
    private static final int BUSY_SECONDS = 120;

    private final Runnable work;
    private Throwable failure;
    private boolean done;
    private boolean givenUp;

    /** What a step can do. */
    public interface Step {
        /** Puts something in place, unless the step has been given up: what comes too late stays without effect. */
        void put(Runnable inPlace);
    }

    private Limited(Consumer<Step> step) {
        work = () -> step.accept(this::put);
    }

    /**
     * Does a step.
     *
     * @param what it is, for the message: "making …"
     * @throws BadInputException when it does not end within 10 s in which it could run
     */
    public static void run(String what, Consumer<Step> step) {
        Limited limited = new Limited(step);
        Thread thread = new Thread(limited, what);
        thread.setDaemon(true);
        // A part's code must not find, and keep, the class loader of whoever composes.
        thread.setContextClassLoader(null);
        thread.start();
        limited.await(what, thread);
    }

    /**
     * As {@link #run}, of a step that finds something out.
     *
     * @return what it has found
     */
    public static <T> T get(String what, Supplier<T> asked) {
        AtomicReference<T> answer = new AtomicReference<>();
        run(what, step -> answer.set(asked.get()));
        return answer.get();
    }

    @Override
    public void run() {
        Throwable why = null;
        try {
            work.run();
        } catch (Throwable e) {
            // Whatever a part throws, errors of linkage too, is whoever waits to tell.
            why = e;
        }
        synchronized (this) {
            done = true;
            failure = why;
            notifyAll();
        }
    }

    private synchronized void put(Runnable inPlace) {
        if (givenUp) {
            throw new IllegalStateException("given up");
        }
        inPlace.run();
    }

    private synchronized void await(String what, Thread thread) {
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        boolean interrupted = false;
        while (!done) {
            long left = end - System.nanoTime();
            if (left <= 0 && starves(thread) && end - start < TimeUnit.SECONDS.toNanos(BUSY_SECONDS)) {
                end += TimeUnit.SECONDS.toNanos(1);
                continue;
            }
            if (left <= 0) {
                givenUp = true;
                thread.interrupt();
                throw new BadInputException(what + " does not end within " + LIMIT_SECONDS + " s: it is given up");
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left + 1_000_000);
            } catch (InterruptedException e) {
                // The step is short, and half a step is none: whoever interrupts is served after it.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        if (failure != null) {
            throw new UndeclaredThrowableException(failure);
        }
    }

    /** Whether a thread wants to run, and has not been let for as long as it may last. */
    private static boolean starves(Thread thread) {
        return thread.getState() == Thread.State.RUNNABLE
                && ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId())
                        < TimeUnit.SECONDS.toNanos(LIMIT_SECONDS) / 2;
    }
}
