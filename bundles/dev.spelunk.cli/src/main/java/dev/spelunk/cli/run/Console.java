// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

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
 *
 * <p>A thread of its own writes. The guest waits for a reader that is slower than it, but nobody who wants the machine to
 * stop does: see {@link #waitNoMore}.
 */
public final class Console extends OutputStream {
    private static final long TICK_MILLISECONDS = 100;
    private static final long TERMINAL_NANOSECONDS = 1_000_000_000L;
    private static final long LOG_NANOSECONDS = 10_000_000_000L;
    /** How long a reader has for what is left when nobody waits any more. */
    private static final long LAST_MILLISECONDS = 200;

    private static final int KEPT = 8192;
    /** What may be on its way to the reader; a chunk of it is written at a time. */
    private static final int CAPACITY = 1 << 20;

    private static final int CHUNK = 1 << 16;
    private static final String ERASE = "\r\033[K";

    private final OutputStream out;
    private final PrintStream err;
    private final boolean terminal;
    private final byte[] kept = new byte[KEPT];
    private final byte[] buffer = new byte[CAPACITY];
    /** Place in the buffer of the oldest byte that is not written, and how many there are. */
    private int first;

    private int pending;
    private long written;
    private boolean wanted;
    private boolean broken;
    private boolean waitsNoMore;
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
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        Thread thread = new Thread(this::serve, "console");
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
        // A machine that was restored has executed some in another process.
        shownInstructions = executed.getAsLong();
        start = System.nanoTime();
        shown = start;
    }

    @Override
    public synchronized void write(int value) {
        eraseProgress();
        kept[(int) (written++ % KEPT)] = (byte) value;
        while (pending == CAPACITY && !broken && !waitsNoMore) {
            await(0);
        }
        if (!broken && pending < CAPACITY) {
            buffer[(first + pending++) % CAPACITY] = (byte) value;
            wanted |= pending >= CHUNK;
            if (pending == CHUNK) {
                notifyAll();
            }
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = 0; i < length; i++) {
            write(bytes[offset + i]);
        }
    }

    /** Lets what is there go out soon; does not wait for it. */
    @Override
    public synchronized void flush() {
        if (pending != 0 && !wanted) {
            wanted = true;
            notifyAll();
        }
    }

    /** Waits until all has gone out, or nobody reads any more. */
    public synchronized void drain() {
        flush();
        long deadline = System.nanoTime() + LAST_MILLISECONDS * 1_000_000;
        while (pending != 0 && !broken && !(waitsNoMore && System.nanoTime() > deadline)) {
            await(TICK_MILLISECONDS);
        }
    }

    /** From now on the guest does not wait for a reader: what does not find room is lost. */
    public synchronized void waitNoMore() {
        waitsNoMore = true;
        notifyAll();
    }

    /** Whether somebody could read and does not. */
    public synchronized boolean stuck() {
        return pending != 0 && !broken;
    }

    /** Ends the progress, and waits as {@link #drain} does. The streams stay open. */
    @Override
    public synchronized void close() {
        eraseProgress();
        drain();
        closed = true;
        notifyAll();
    }

    private void await(long milliseconds) {
        try {
            wait(milliseconds);
        } catch (InterruptedException e) {
            // The thread is to end: it waits for no reader.
            Thread.currentThread().interrupt();
            waitsNoMore = true;
        }
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

    /** Writes what there is, and the progress. */
    private void serve() {
        byte[] chunk = new byte[CHUNK];
        while (true) {
            int length;
            synchronized (this) {
                if (!wanted) {
                    await(TICK_MILLISECONDS);
                }
                if (closed && pending == 0) {
                    return;
                }
                if (instructions != null && !closed) {
                    progress(System.nanoTime());
                }
                length = Math.min(pending, CHUNK);
                if (length == 0) {
                    continue;
                }
                for (int i = 0; i < length; i++) {
                    chunk[i] = buffer[(first + i) % CAPACITY];
                }
            }
            boolean failed = false;
            try {
                // Without the lock: a reader that waits keeps this thread alone.
                out.write(chunk, 0, length);
                out.flush();
            } catch (IOException e) {
                // Nobody reads any more: the guest goes on, as on a machine whose cable is pulled.
                failed = true;
            }
            synchronized (this) {
                broken |= failed;
                first = (first + length) % CAPACITY;
                pending -= length;
                wanted &= pending != 0;
                notifyAll();
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
                // A debugger may have gone back.
                Math.max(0, count - shownInstructions) * 1e3 / (now - shown));
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
