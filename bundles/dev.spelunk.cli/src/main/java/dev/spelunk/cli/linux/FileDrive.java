// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import dev.spelunk.api.platform.Drive;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A file as a disk of the guest. A transfer that the host cannot do becomes an I/O error of the guest, and is told
 * to the user when the drive is closed.
 */
public final class FileDrive implements Drive, AutoCloseable {
    private final Path file;
    private final boolean readOnly;
    private final FileChannel channel;
    private final long size;
    private long failures;
    private String firstFailure;

    /**
     * Opens the file, and locks it against another writer.
     *
     * @throws UserError when it cannot serve as a disk
     */
    public FileDrive(Path file, boolean readOnly) {
        this.file = file;
        this.readOnly = readOnly;
        if (!Files.isRegularFile(file)) {
            throw new UserError(
                    Files.exists(file) ? "--drive " + file + ": not a file" : "--drive: no such file: " + file);
        }
        if (!readOnly && !Files.isWritable(file)) {
            throw new UserError("--drive " + file + ": the file cannot be written: give --drive " + file + ",readonly");
        }
        try {
            channel = readOnly
                    ? FileChannel.open(file)
                    : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            size = channel.size();
            if (size == 0) {
                throw new UserError("--drive " + file + ": the file is empty, so that the disk has no sector");
            }
            if (channel.tryLock(0, Long.MAX_VALUE, readOnly) == null) {
                throw new UserError("--drive " + file + ": another program uses the file");
            }
        } catch (OverlappingFileLockException e) {
            throw new UserError("--drive " + file + ": given twice");
        } catch (IOException e) {
            throw new UserError("--drive " + file + ": cannot be opened: " + e.getMessage());
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public void read(long offset, byte[] to, int at, int length) throws IOException {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(to, at, length);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, offset + buffer.position() - at) < 0) {
                    Arrays.fill(to, buffer.position(), at + length, (byte) 0);
                    return;
                }
            }
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    @Override
    public void write(long offset, byte[] from, int at, int length) throws IOException {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(from, at, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer, offset + buffer.position() - at);
            }
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw failed("flushed", e);
        }
    }

    private IOException failed(String done, IOException e) {
        if (failures++ == 0) {
            firstFailure = done + ": " + e.getMessage();
        }
        return e;
    }

    /** Closes the file. What went wrong is told on standard error. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            failed("closed", e);
        }
        if (failures != 0) {
            System.err.println("spelunk: drive " + file + " could not be " + firstFailure
                    + (failures == 1 ? "" : " (" + failures + " failures)") + "; the guest got I/O errors");
        }
    }
}
