// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The guest's console on standard output: what the guest prints becomes visible within a tenth of a second, and the
 * last of it is kept for a message about its end. It can show the progress of a long run on standard error: one line
 * that is rewritten on a terminal, a line every few seconds elsewhere.
 */
public final class Console extends OutputStream {
    private static final long TICK_MILLISECONDS = 100;
    private static final long TERMINAL_NANOSECONDS = 1_000_000_000L;
    private static final long LOG_NANOSECONDS = 10_000_000_000L;
    private static final int KEPT = 8192;
    private static final String ERASE = "\r\033[K";

    private final OutputStream out;
    private final PrintStream err;
    private final boolean terminal;
    private final byte[] kept = new byte[KEPT];
    private long written;
    private boolean dirty;
    private boolean broken;
    private boolean closed;
    private LongSupplier instructions;
    private long start;
    private long shown;
    private long shownInstructions;
    private boolean progressShown;

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
        Thread thread = new Thread(this::tick, "console");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Starts to show progress.
     *
     * @param executed says how many instructions have been executed
     */
    public synchronized void showProgress(LongSupplier executed) {
        instructions = executed;
        start = System.nanoTime();
        shown = start;
    }

    @Override
    public synchronized void write(int value) {
        eraseProgress();
        kept[(int) (written++ % KEPT)] = (byte) value;
        dirty = true;
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
        dirty = false;
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

    /**
     * The last lines that the guest printed, blank ones left out.
     *
     * @param count how many at most
     */
    public synchronized List<String> lastLines(int count) {
        int size = (int) Math.min(written, KEPT);
        byte[] text = new byte[size];
        for (int i = 0; i < size; i++) {
            text[i] = kept[(int) ((written - size + i) % KEPT)];
        }
        List<String> lines = new String(text, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    private void tick() {
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
                if (dirty) {
                    flush();
                }
                if (instructions != null) {
                    progress(System.nanoTime());
                }
            }
        }
    }

    private void progress(long now) {
        if (now - shown < (terminal ? TERMINAL_NANOSECONDS : LOG_NANOSECONDS)) {
            return;
        }
        long count = instructions.getAsLong();
        String line = String.format(
                Locale.ROOT,
                "spelunk: %.1f s, %,d million instructions, %.0f million a second",
                (now - start) / 1e9,
                count / 1_000_000,
                (count - shownInstructions) * 1e3 / (now - shown));
        if (terminal) {
            err.print(ERASE + line);
            err.flush();
            progressShown = true;
        } else {
            err.println(line);
        }
        shown = now;
        shownInstructions = count;
    }

    private void eraseProgress() {
        if (progressShown) {
            err.print(ERASE);
            err.flush();
            progressShown = false;
        }
    }
}
