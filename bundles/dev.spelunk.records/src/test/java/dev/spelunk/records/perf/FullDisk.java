// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** A file on a disk that takes only so many bytes of it. */
public final class FullDisk extends RandomAccessFile {
    /** Bytes that there is room for. */
    public volatile long room;

    /** Creates an empty file. */
    public FullDisk(Path file, long room) throws IOException {
        super(file.toFile(), "rw");
        this.room = room;
    }

    /** The writer of a perf.data file on this disk. */
    public PerfDataFile perfData(Path path, ProfileDescription description) throws IOException {
        return new PerfDataFile(path, description, this);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int fits = (int) Math.max(0, Math.min(length, room - getFilePointer()));
        super.write(bytes, offset, fits);
        if (fits < length) {
            throw new IOException("No space left on device");
        }
    }
}
