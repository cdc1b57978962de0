// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.console;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Passes on what a guest prints, and keeps the last of it. */
final class KeptOutput extends OutputStream {
    private static final int KEPT = 16 << 10;

    private final OutputStream out;
    private final byte[] kept = new byte[KEPT];
    private long written;

    KeptOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        synchronized (this) {
            kept[(int) (written++ % KEPT)] = (byte) value;
        }
        out.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        synchronized (this) {
            for (int i = offset; i < offset + length; i++) {
                kept[(int) (written++ % KEPT)] = bytes[i];
            }
        }
        out.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    /** The last of it, from the begin of a line where there is one. */
    synchronized String text() {
        int size = (int) Math.min(written, KEPT);
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = kept[(int) ((written - size + i) % KEPT)];
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        int line = text.indexOf('\n');
        return written > KEPT && line >= 0 ? text.substring(line + 1) : text;
    }
}
