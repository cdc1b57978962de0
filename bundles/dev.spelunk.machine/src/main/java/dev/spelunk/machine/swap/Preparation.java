// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.swap;

import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.machine.compose.PartFailure;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The preparation of a swap on a thread of its own, which is given up when it lasts too long: code of a part may
 * never return, and nothing can make it.
 */
final class Preparation implements Runnable {
    private static final long LIMIT = TimeUnit.MILLISECONDS.toNanos(SwapService.LIMIT_MILLISECONDS);

    private final Supplier<Swap> work;
    private final long deadline = System.nanoTime() + LIMIT;
    private final Thread thread;
    private Swap swap;
    private Throwable failure;
    private boolean done;
    private boolean givenUp;

    Preparation(Supplier<Swap> work) {
        this.work = work;
        thread = new Thread(this, "swap");
        thread.setDaemon(true);
        // A part's code must not find, and keep, the class loader of whoever asked for the swap.
        thread.setContextClassLoader(null);
        thread.start();
    }

    @Override
    public void run() {
        Swap made = null;
        Throwable why = null;
        try {
            made = work.get();
        } catch (Throwable e) {
            // Whatever a new part throws, errors of linkage too, must not reach the machine.
            why = e;
        }
        synchronized (this) {
            done = true;
            swap = made;
            failure = why;
            notifyAll();
            if (!givenUp || made == null) {
                return;
            }
        }
        made.abandon();
    }

    /**
     * Waits for the end.
     *
     * @return the swap; null when nothing would change
     * @throws BadInputException when it cannot be done, or has not ended in time
     */
    synchronized Swap await() {
        while (!done) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                givenUp = true;
                thread.interrupt();
                throw new BadInputException("its preparation does not end within "
                        + SwapService.LIMIT_MILLISECONDS / 1000 + " s: it is given up");
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left + 1_000_000);
            } catch (InterruptedException e) {
                givenUp = true;
                Thread.currentThread().interrupt();
                throw new BadInputException("its preparation was interrupted");
            }
        }
        if (failure instanceof BadInputException bad) {
            throw bad;
        }
        if (failure != null) {
            throw new BadInputException("it failed with " + PartFailure.told(failure), failure);
        }
        return swap;
    }
}
