// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.machine.ends.LoggedInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The guest's terminal: output is flushed by lines, input is read without waiting. */
public final class Console {
    private static final int LAST_LINES = 4096;

    private final OutputStream out;
    private final InputStream in;
    private final byte[] last = new byte[LAST_LINES];
    private long written;
    private boolean broken;
    private boolean inputEnded;

    public Console(OutputStream out, InputStream in) {
        this.out = out;
        this.in = in;
    }

    public void write(int value) {
        last[(int) (written++ % LAST_LINES)] = (byte) value;
        if (broken) {
            return;
        }
        try {
            out.write(value);
            if (value == '\n') {
                out.flush();
            }
        } catch (IOException e) {
            // A closed terminal must not end the guest; its profile is still wanted.
            broken = true;
        }
    }

    /** The next byte, or -1 when there is none now. */
    public int read() {
        try {
            return in != null && in.available() > 0 ? in.read() : -1;
        } catch (IOException e) {
            inputEnded = true;
            return -1;
        }
    }

    /** Whether input may still come: not where there is none, and not after its end. */
    public boolean hasInput() {
        if (in == null || inputEnded) {
            return false;
        }
        try {
            in.available();
        } catch (IOException e) {
            inputEnded = true;
        }
        return !inputEnded;
    }

    /** Whether {@link #read} has a byte now. */
    public boolean inputReady() {
        try {
            return in != null && !inputEnded && in.available() > 0;
        } catch (IOException e) {
            inputEnded = true;
            return false;
        }
    }

    /** Whether input comes again that has come before: nobody waits for a person. */
    public boolean replays() {
        return in instanceof LoggedInput logged && logged.replays();
    }

    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            broken = true;
        }
    }

    /** The last characters that the guest wrote. */
    String tail() {
        int n = (int) Math.min(written, LAST_LINES);
        byte[] tail = new byte[n];
        for (int i = 0; i < n; i++) {
            tail[i] = last[(int) ((written - n + i) % LAST_LINES)];
        }
        return new String(tail, StandardCharsets.UTF_8);
    }
}
