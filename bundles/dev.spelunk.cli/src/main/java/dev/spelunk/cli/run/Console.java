// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The guest's console on standard output, and the progress of a long run on standard error: one line that is
 * rewritten on a terminal, a line every few seconds elsewhere.
 */
public final class Console extends OutputStream {
    private static final long TICK_MILLISECONDS = 100;
    private static final long TERMINAL_NANOSECONDS = 1_000_000_000L;
    private static final long LOG_NANOSECONDS = 10_000_000_000L;
    private static final String ERASE = "\r\033[K";

    private final OutputStream out;
    private final PrintStream err;
    private final boolean terminal;
    private boolean progressShown;
    private boolean broken;
    private boolean closed;

    /**
     * Creates a console.
     *
     * @param out gets what the guest prints
     * @param err gets the progress
     * @param terminal whether err is a terminal
     */
    public Console(OutputStream out, PrintStream err, boolean terminal) {
        this.out = new BufferedOutputStream(out);
        this.err = err;
        this.terminal = terminal;
    }

    /**
     * Starts to show progress.
     *
     * @param instructions says how many instructions have been executed
     */
    public void showProgress(LongSupplier instructions) {
        Thread thread = new Thread(() -> progress(instructions), "progress");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void write(int value) {
        eraseProgress();
        try {
            if (!broken) {
                out.write(value);
            }
        } catch (IOException e) {
            // Nobody reads any more: the guest goes on, as on a machine whose cable is pulled.
            broken = true;
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = 0; i < length; i++) {
            write(bytes[offset + i]);
        }
    }

    @Override
    public synchronized void flush() {
        try {
            if (!broken) {
                out.flush();
            }
        } catch (IOException e) {
            broken = true;
        }
    }

    /** Ends the progress and flushes. The streams stay open. */
    @Override
    public synchronized void close() {
        closed = true;
        eraseProgress();
        flush();
    }

    private void progress(LongSupplier instructions) {
        long start = System.nanoTime();
        long last = start;
        long lastCount = 0;
        while (true) {
            try {
                Thread.sleep(TICK_MILLISECONDS);
            } catch (InterruptedException e) {
                return;
            }
            synchronized (this) {
                if (closed) {
                    return;
                }
                flush();
                long now = System.nanoTime();
                if (now - last >= (terminal ? TERMINAL_NANOSECONDS : LOG_NANOSECONDS)) {
                    long count = instructions.getAsLong();
                    show(count, (count - lastCount) * 1e3 / (now - last), (now - start) / 1e9);
                    last = now;
                    lastCount = count;
                }
            }
        }
    }

    private void show(long count, double mips, double seconds) {
        String line = String.format(Locale.ROOT, "spelunk: %.1f s, %,d million instructions, %.0f million a second",
                seconds, count / 1_000_000, mips);
        if (terminal) {
            err.print(ERASE + line);
            err.flush();
            progressShown = true;
        } else {
            err.println(line);
        }
    }

    private void eraseProgress() {
        if (progressShown) {
            err.print(ERASE);
            err.flush();
            progressShown = false;
        }
    }
}
