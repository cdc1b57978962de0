// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.records.RecordSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Keeps every record of a run in order, and passes each on to the whiteboard's sinks. What does not fit into
 * one buffer is in a temporary file, so that a run of any length allocates nothing for its records.
 */
public final class RecordLog implements RecordSink, AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    /** Null as long as the buffer is enough. */
    private FileChannel file;

    private long inFile;
    private volatile List<RecordSink> sinks = List.of();

    public void sinks(List<RecordSink> others) {
        sinks = others;
    }

    @Override
    public synchronized void record(int pe, long cycles, byte[] record, int offset, int size) {
        if (size > buffer.remaining()) {
            spill();
        }
        buffer.put(record, offset, size);
        if (!sinks.isEmpty()) {
            for (RecordSink sink : sinks) {
                sink.record(pe, cycles, record, offset, size);
            }
        }
    }

    /** Begins with the records of an earlier part of the run. */
    public synchronized void begin(byte[] records) {
        for (int at = 0; at < records.length; at += BUFFER) {
            if (buffer.position() != 0) {
                spill();
            }
            buffer.put(records, at, Math.min(BUFFER, records.length - at));
        }
    }

    private void spill() {
        try {
            if (file == null) {
                Path path = Files.createTempFile("spelunk-records-", null);
                file = FileChannel.open(
                        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                inFile += file.write(buffer, inFile);
            }
            buffer.clear();
        } catch (IOException e) {
            throw temporaryFile(e);
        }
    }

    public synchronized byte[] bytes() {
        if (inFile + buffer.position() > Integer.MAX_VALUE - 8) {
            throw new BadInputException("the sample records are more than 2 GiB: run fewer instructions "
                    + "(--max-instructions) or take fewer samples");
        }
        ByteBuffer all = ByteBuffer.allocate((int) inFile + buffer.position());
        try {
            while (all.position() < inFile) {
                all.limit((int) inFile);
                if (file.read(all, all.position()) < 0) {
                    throw new IOException("it has been truncated");
                }
            }
        } catch (IOException e) {
            throw temporaryFile(e);
        }
        all.limit(all.capacity());
        all.put(buffer.duplicate().flip());
        return all.array();
    }

    private static BadInputException temporaryFile(IOException e) {
        return new BadInputException(
                "the temporary file for sample records in " + System.getProperty("java.io.tmpdir") + " cannot be used: "
                        + e.getMessage(),
                e);
    }

    @Override
    public synchronized void close() {
        try {
            if (file != null) {
                file.close();
                file = null;
            }
        } catch (IOException e) {
            throw temporaryFile(e);
        }
    }
}
