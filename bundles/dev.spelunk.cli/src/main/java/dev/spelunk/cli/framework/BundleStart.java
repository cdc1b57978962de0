// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.framework;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** The start of a bundle on a thread of its own, which is given up when it lasts too long: an activator may never return. */
final class BundleStart implements Runnable {
    /** As a stage of a machine's composition has. */
    private static final int LIMIT_SECONDS = 10;
    /** A host that is so busy that the start got no processor for that time is no bundle's fault; it has this much. */
    private static final int BUSY_SECONDS = 120;

    private final Bundle bundle;
    private final Thread thread;
    private volatile Throwable failure;

    BundleStart(Bundle bundle) {
        this.bundle = bundle;
        thread = new Thread(this, "start of " + bundle.getSymbolicName());
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            bundle.start();
        } catch (Throwable e) {
            // Whatever the bundle's code throws is whoever waits to tell.
            failure = e;
        }
    }

    /** Waits for its end. @throws BundleException when it fails, or does not end in time */
    void await() throws BundleException {
        try {
            long began = System.nanoTime();
            do {
                thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
            } while (starves() && System.nanoTime() - began < TimeUnit.SECONDS.toNanos(BUSY_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BundleException("its start was interrupted", e);
        }
        if (thread.isAlive()) {
            thread.interrupt();
            throw new BundleException("its start does not end within " + LIMIT_SECONDS + " s: it is given up");
        }
        if (failure instanceof BundleException e) {
            throw e;
        }
        if (failure != null) {
            throw new BundleException(failure.toString(), failure);
        }
    }

    /** Whether it wants to run, and has not been let for as long as it may last. */
    private boolean starves() {
        return thread.getState() == Thread.State.RUNNABLE
                && ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId())
                        < TimeUnit.SECONDS.toNanos(LIMIT_SECONDS) / 2;
    }
}
