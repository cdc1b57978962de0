// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.platform.Drive;
import java.io.IOException;
import java.util.Arrays;

/** A drive in memory that can be made to fail. */
final class MemoryDrive implements Drive {
    final byte[] content;
    private final boolean readOnly;
    boolean broken;
    int flushes;

    MemoryDrive(int size, boolean readOnly) {
        content = new byte[size];
        this.readOnly = readOnly;
    }

    @Override
    public long size() {
        return content.length;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    private void check() throws IOException {
        if (broken) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public void read(long offset, byte[] to, int at, int length) throws IOException {
        check();
        int n = (int) Math.max(0, Math.min(length, content.length - offset));
        System.arraycopy(content, (int) Math.min(offset, content.length), to, at, n);
        Arrays.fill(to, at + n, at + length, (byte) 0);
    }

    @Override
    public void write(long offset, byte[] from, int at, int length) throws IOException {
        check();
        if (readOnly) {
            throw new AssertionError("a write to a drive that is read-only");
        }
        System.arraycopy(from, at, content, (int) offset, (int) Math.min(length, content.length - offset));
    }

    @Override
    public void flush() throws IOException {
        check();
        flushes++;
    }
}
