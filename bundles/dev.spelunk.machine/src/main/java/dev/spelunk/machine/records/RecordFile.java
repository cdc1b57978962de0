// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import dev.spelunk.api.records.RecordOptions.Places;
import dev.spelunk.api.records.RecordStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The records of one vCPU: the last ones in a buffer, those before in a file, so that a run of any length needs the same
 * memory. The file holds whole records, whatever happens to the host's disk.
 */
final class RecordFile implements RecordStream, AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final int vcpu;
    /** Null for a temporary file. */
    private final Places places;

    private byte[] buffer = new byte[0];
    private int buffered;
    /** Null as long as the buffer is enough. */
    private RandomAccessFile file;
    /** A temporary file that the host does not let go while it is open; else null. */
    private Path temporary;

    private long inFile;
    private long records;

    RecordFile(int vcpu, Places places) {
        this.vcpu = vcpu;
        this.places = places;
    }

    /**
     * Keeps a record.
     *
     * @throws IOException when there is no room for it; it is not kept then
     */
    synchronized void add(byte[] data, int offset, int length) throws IOException {
        if (length > buffer.length - buffered) {
            makeRoom();
        }
        System.arraycopy(data, offset, buffer, buffered, length);
        buffered += length;
        records++;
    }

    private void makeRoom() throws IOException {
        if (buffer.length == 0) {
            buffer = new byte[BUFFER];
        } else {
            flush();
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        if (file == null) {
            open(places == null ? Files.createTempFile("spelunk-records-", null) : places.file(vcpu));
        }
        try {
            file.seek(inFile);
            file.write(buffer, 0, buffered);
        } catch (IOException e) {
            // What a full disk took of it may end within a record.
            file.setLength(inFile);
            throw e;
        }
        inFile += buffered;
        buffered = 0;
    }

    private void open(Path path) throws IOException {
        file = new RandomAccessFile(path.toFile(), "rw");
        file.setLength(0);
        if (places == null) {
            try {
                Files.delete(path);
            } catch (IOException e) {
                temporary = path;
            }
        }
    }

    @Override
    public int vcpu() {
        return vcpu;
    }

    @Override
    public synchronized long records() {
        return records;
    }

    @Override
    public synchronized long bytes() {
        return inFile + buffered;
    }

    @Override
    public InputStream open() {
        return new Reader();
    }

    /** Reads what is there at an offset; fewer bytes than wanted, or -1 at the end. */
    private synchronized int read(long at, byte[] into, int offset, int length) throws IOException {
        if (at >= inFile) {
            int from = (int) Math.min(at - inFile, buffered);
            int n = Math.min(length, buffered - from);
            System.arraycopy(buffer, from, into, offset, n);
            return n == 0 && length > 0 ? -1 : n;
        }
        file.seek(at);
        int n = file.read(into, offset, (int) Math.min(length, inFile - at));
        if (n < 0) {
            throw new IOException("the file of the sample records has been truncated");
        }
        return n;
    }

    /** For a snapshot: how many there are, and all of them. */
    synchronized void write(DataOutputStream out) throws IOException {
        out.writeLong(records);
        out.writeLong(bytes());
        open().transferTo(out);
    }

    /**
     * Begins with the records that were written so.
     *
     * @param kept whether they are to be kept
     */
    synchronized void read(DataInputStream in, boolean kept) throws IOException {
        long count = in.readLong();
        long left = in.readLong();
        if (count < 0 || left < 0) {
            throw new IOException("has a state of another size");
        }
        if (!kept) {
            in.skipNBytes(left);
            return;
        }
        buffer = new byte[BUFFER];
        while (left > 0) {
            if (buffered == BUFFER) {
                flush();
            }
            int n = (int) Math.min(left, BUFFER - buffered);
            in.readFully(buffer, buffered, n);
            buffered += n;
            left -= n;
        }
        records = count;
    }

    @Override
    public synchronized void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
            if (temporary != null) {
                Files.delete(temporary);
            }
        }
        buffer = Arrays.copyOf(buffer, 0);
        buffered = 0;
        inFile = 0;
    }

    private final class Reader extends InputStream {
        private long at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int n = RecordFile.this.read(at, into, offset, length);
            at += Math.max(n, 0);
            return n;
        }
    }
}
