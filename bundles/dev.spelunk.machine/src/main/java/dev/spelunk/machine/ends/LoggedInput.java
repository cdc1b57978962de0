// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.ends;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Input of a guest. It counts what the guest has read; and where the machine keeps its history it remembers what each look
 * at the input found, so that a guest that goes back finds the same again at the same looks.
 */
public final class LoggedInput extends FilterInputStream implements Rewindable {
    /** What a look found: the input had ended. */
    private static final int ENDED = -1;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    public final String name;
    /** Bytes that the guest has read. */
    public long count;

    /** A hash of these bytes (FNV-1a): input that is given again must be the same. */
    public long content = FNV_OFFSET;

    public boolean ended;
    private Runnable atFirst = () -> {};
    private boolean logs;
    /** Looks and reads so far, and those that are in the log. */
    private long calls;

    private long logged;
    /** In turn: the call from which on calls found something else than before, how much there was, and the byte read. */
    private long[] log = new long[64];

    private int used;
    /** Index in {@link #log} of what holds for the present call. */
    private int at = -1;

    public LoggedInput(String name, InputStream in) {
        super(in);
        this.name = name;
    }

    /** Sets what happens when the guest reads the first byte, each time it comes there. */
    public void atFirst(Runnable action) {
        atFirst = action;
    }

    public void keepLog() {
        logs = true;
    }

    @Override
    public int available() throws IOException {
        if (again()) {
            return told(value());
        }
        if (ended) {
            return told(found(ENDED));
        }
        try {
            return (int) found(in.available());
        } catch (IOException e) {
            ended = true;
            found(ENDED);
            throw e;
        }
    }

    @Override
    public int read() throws IOException {
        int value = again() ? (int) value() : (int) found(in.read());
        if (value >= 0 && count == 0) {
            atFirst.run();
        }
        if (value >= 0) {
            passed(value);
        }
        return value;
    }

    private void passed(int value) {
        count++;
        content = (content ^ value & 0xff) * FNV_PRIME;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (!logs) {
            int n = in.read(bytes, offset, length);
            if (n > 0 && count == 0) {
                atFirst.run();
            }
            for (int i = 0; i < n; i++) {
                passed(bytes[offset + i]);
            }
            return n;
        }
        // By single bytes, each a call of its own, as far as there are some without waiting.
        int n = 0;
        while (n < length && (n == 0 || more())) {
            int value = read();
            if (value < 0) {
                break;
            }
            bytes[offset + n++] = (byte) value;
        }
        return n == 0 && length != 0 ? -1 : n;
    }

    private boolean more() {
        try {
            return available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static int told(long found) throws IOException {
        if (found == ENDED) {
            throw new EOFException("the input has ended");
        }
        return (int) found;
    }

    /** Whether the call that begins is one that the machine has made before. */
    private boolean again() {
        if (!logs) {
            return false;
        }
        return calls++ < logged;
    }

    private long value() {
        while (at + 1 < used && log[2 * (at + 1)] < calls) {
            at++;
        }
        return log[2 * at + 1];
    }

    private long found(long value) {
        if (!logs) {
            return value;
        }
        logged = calls;
        if (used == 0 || log[2 * used - 1] != value) {
            if (2 * used == log.length) {
                log = Arrays.copyOf(log, 4 * used);
            }
            log[2 * used] = calls - 1;
            log[2 * used + 1] = value;
            used++;
        }
        at = used - 1;
        return value;
    }

    /** Whether what comes now has come before. */
    public boolean replays() {
        return calls < logged;
    }

    @Override
    public long position() {
        return calls;
    }

    @Override
    public void rewind(long position) {
        calls = position;
        at = -1;
    }

    /** The number of bytes read, for itself. */
    public Rewindable bytes() {
        return new Rewindable() {
            @Override
            public long position() {
                return count;
            }

            @Override
            public void rewind(long position) {
                count = position;
            }
        };
    }

    /** The hash of the bytes read, for itself. */
    public Rewindable hash() {
        return new Rewindable() {
            @Override
            public long position() {
                return content;
            }

            @Override
            public void rewind(long position) {
                content = position;
            }
        };
    }
}
