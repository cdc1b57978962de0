// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.ends;

import dev.spelunk.api.platform.Drive;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * A drive of which a guest that goes back finds what it held then. Where the machine keeps its history, it remembers what each
 * write replaced. Each write reaches the drive once.
 */
public final class UndoneDrive implements Drive, Rewindable {
    /** What a write replaced. */
    private record Replaced(long number, long offset, byte[] bytes) {}

    private final Drive drive;
    private boolean logs;
    /** Writes that the guest has made, and those that have reached the drive. */
    private long writes;

    private long done;
    /** The newest first. */
    private final Deque<Replaced> replaced = new ArrayDeque<>();

    public UndoneDrive(Drive drive) {
        this.drive = drive;
    }

    public void keepLog() {
        logs = true;
    }

    @Override
    public long size() {
        return drive.size();
    }

    @Override
    public boolean readOnly() {
        return drive.readOnly();
    }

    @Override
    public void read(long offset, byte[] to, int at, int length) throws IOException {
        drive.read(offset, to, at, length);
        if (writes == done) {
            return;
        }
        for (Replaced old : replaced) {
            if (old.number < writes) {
                return;
            }
            long from = Math.max(offset, old.offset);
            long end = Math.min(offset + length, old.offset + old.bytes.length);
            if (from < end) {
                System.arraycopy(
                        old.bytes, (int) (from - old.offset), to, at + (int) (from - offset), (int) (end - from));
            }
        }
    }

    @Override
    public void write(long offset, byte[] from, int at, int length) throws IOException {
        if (writes < done) {
            writes++;
            return;
        }
        if (logs) {
            byte[] old = new byte[length];
            drive.read(offset, old, 0, length);
            replaced.addFirst(new Replaced(writes, offset, old));
        }
        writes++;
        done = writes;
        drive.write(offset, from, at, length);
    }

    @Override
    public void flush() throws IOException {
        if (writes == done) {
            drive.flush();
        }
    }

    @Override
    public long position() {
        return writes;
    }

    @Override
    public void rewind(long position) {
        writes = position;
    }

    @Override
    public void forget(long position) {
        for (Iterator<Replaced> oldest = replaced.descendingIterator(); oldest.hasNext(); ) {
            if (oldest.next().number >= position) {
                return;
            }
            oldest.remove();
        }
    }

    /** Bytes that are remembered. */
    public long bytes() {
        return replaced.stream().mapToLong(r -> r.bytes.length).sum();
    }
}
