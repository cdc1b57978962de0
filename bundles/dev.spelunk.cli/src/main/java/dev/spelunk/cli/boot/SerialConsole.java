// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.boot;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The guest's serial line on standard output. What the guest has printed becomes visible within a tenth of a
 * second, and the last of it is kept for the message about its end.
 */
public final class SerialConsole extends OutputStream {
    private static final long TICK_MILLISECONDS = 100;
    private static final int KEPT = 8192;

    private final OutputStream out;
    private final byte[] kept = new byte[KEPT];
    private long written;
    private boolean dirty;
    private boolean broken;

    /**
     * Creates a console.
     *
     * @param out gets what the guest prints
     */
    public SerialConsole(OutputStream out) {
        this.out = new BufferedOutputStream(out);
        Thread thread = new Thread(this::flushOften, "serial console");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void write(int value) {
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

    /**
     * The last lines that the guest printed.
     *
     * @param count how many at most
     */
    public synchronized List<String> lastLines(int count) {
        int size = (int) Math.min(written, KEPT);
        byte[] text = new byte[size];
        for (int i = 0; i < size; i++) {
            text[i] = kept[(int) ((written - size + i) % KEPT)];
        }
        List<String> lines = new String(text, StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    private void flushOften() {
        while (true) {
            try {
                Thread.sleep(TICK_MILLISECONDS);
            } catch (InterruptedException e) {
                return;
            }
            synchronized (this) {
                if (dirty) {
                    flush();
                }
            }
        }
    }
}
