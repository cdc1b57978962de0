// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.MalformedPerfDataException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a perf.data file, of any perf and of this project, as far as SPE's records need it (perf's
 * {@code perf.data-file-format.txt}): the AUX data, and who and what was where.
 */
public final class PerfDataReader implements AutoCloseable {
    private static final long MAGIC = 0x32454c4946524550L;
    private static final long MAGIC_OTHER_ORDER = 0x50455246494c4532L;
    private static final int HEADER_BYTES = 104;
    private static final int PIPE_HEADER_BYTES = 16;
    private static final int EVENT_BYTES = 1 << 16;
    private static final int FEATURES_AT = 72;
    private static final int CPUID = 9;
    private static final int MOST_TEXT = 4096;

    private static final int TYPE_AUXTRACE_INFO = 70;
    private static final int TYPE_AUXTRACE = 71;
    private static final int TYPE_TIME_CONVERSION = 79;
    private static final int TYPE_COMPRESSED = 81;
    private static final int TYPE_COMPRESSED_2 = 83;
    private static final int ARM_SPE = 4;
    private static final long NANOSECONDS = 1_000_000_000L;

    /**
     * AUX data in a row.
     *
     * @param at where in the file it is
     * @param size in bytes
     * @param position of its first byte in all that was recorded into its buffer
     * @param cpu whose buffer it is; -1 for a thread's
     * @param thread whose buffer it is; -1 for a CPU's
     */
    public record Aux(long at, long size, long position, int cpu, int thread) {}

    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer event = ByteBuffer.allocate(EVENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Aux> auxes = new ArrayList<>();
    private final ProcessMaps maps = new ProcessMaps();
    private long midr;
    private long frequency;
    private boolean spe;

    /**
     * Reads all of a file but its AUX data.
     *
     * @throws MalformedPerfDataException when it is no perf.data file with SPE's records, or damaged
     * @throws IOException when it cannot be read
     */
    public PerfDataReader(Path path) throws IOException {
        this.path = path;
        channel = FileChannel.open(path);
        try {
            read();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Whether a file begins as a perf.data file does, which this reads or says why not. */
    public static boolean isPerfData(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path)) {
            ByteBuffer magic = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            int read = 0;
            while (magic.hasRemaining() && read >= 0) {
                read = file.read(magic);
            }
            return !magic.hasRemaining() && (magic.getLong(0) == MAGIC || magic.getLong(0) == MAGIC_OTHER_ORDER);
        }
    }

    private void read() throws IOException {
        ByteBuffer header = bytes(0, HEADER_BYTES);
        if (header.getLong(0) == MAGIC_OTHER_ORDER) {
            throw malformed("it is of a big-endian machine");
        }
        if (header.getLong(0) != MAGIC) {
            throw malformed("it is no perf.data file");
        }
        if (header.getLong(8) == PIPE_HEADER_BYTES) {
            throw malformed("it was written to a pipe: let perf record write a file");
        }
        sampleType(header);
        long begin = header.getLong(40);
        long end = begin + header.getLong(48);
        if (begin == end) {
            throw malformed("its data section is empty, as perf leaves it when it is killed");
        }
        if (begin < HEADER_BYTES || end < begin || end > channel.size()) {
            throw malformed("its data section lies outside the file");
        }
        cpuid(header, end);
        events(begin, end);
        if (!spe) {
            throw malformed("it has no records of SPE; perf record -e arm_spe_0// makes them");
        }
    }

    private void sampleType(ByteBuffer header) throws IOException {
        long at = header.getLong(24);
        if (header.getLong(32) >= 48) {
            maps.sampleType(bytes(at, 48).getLong(24));
        }
    }

    /** The core: the feature CPUID says its MIDR_EL1. */
    private void cpuid(ByteBuffer header, long end) throws IOException {
        long features = header.getLong(FEATURES_AT);
        if ((features & 1L << CPUID) == 0) {
            return;
        }
        long entry = end + 16L * Long.bitCount(features & (1L << CPUID) - 1);
        ByteBuffer place = bytes(entry, 16);
        long size = place.getLong(8);
        if (size < 4 || size > MOST_TEXT) {
            return;
        }
        ByteBuffer text = bytes(place.getLong(0), (int) size);
        text.position(4);
        String cpuid = ProcessMaps.string(text);
        try {
            midr = Long.decode(cpuid.split(",")[0].strip());
        } catch (NumberFormatException e) {
            // Of another architecture, or unknown.
            midr = 0;
        }
    }

    private void events(long begin, long end) throws IOException {
        long at = begin;
        while (at < end) {
            long size = event(at, end);
            int type = event.getInt(0);
            event.position(8);
            at += size;
            switch (type) {
                case TYPE_AUXTRACE_INFO -> auxtraceInfo();
                case TYPE_AUXTRACE -> at += auxtrace(at, end);
                case TYPE_TIME_CONVERSION -> timeConversion();
                case TYPE_COMPRESSED, TYPE_COMPRESSED_2 ->
                    throw malformed("it is compressed (perf record -z): record without -z");
                default -> maps.event(type, event);
            }
        }
    }

    /** Reads an event; returns its size. */
    private long event(long at, long end) throws IOException {
        event.clear().limit((int) Math.min(EVENT_BYTES, end - at));
        fill(event, at);
        int size = event.limit() < 8 ? 0 : event.getShort(6) & 0xffff;
        if (size < 8 || size > event.limit()) {
            throw malformed("the event at byte " + at + " has no size that an event can have");
        }
        event.position(0).limit(size);
        return size;
    }

    private void auxtraceInfo() {
        if (event.remaining() >= 8) {
            spe |= event.getInt(8) == ARM_SPE;
        }
        // Version 2 of the metadata: head of four words, then for each CPU a magic number, its number, a size,
        // MIDR_EL1.
        int words = (event.remaining() - 8) / 8;
        if (spe && words > 7 && event.getLong(16) >= 2) {
            int first = 16 + 8 * (int) Math.min(Math.max(event.getLong(24), 0), words - 4);
            midr = event.getLong(first + 24);
        }
    }

    private void timeConversion() {
        if (event.remaining() >= 16) {
            long shift = event.getLong(8);
            long multiplier = event.getLong(16);
            if (multiplier > 0 && shift >= 0 && shift < 32) {
                frequency = Math.round(NANOSECONDS * (double) (1L << shift) / multiplier);
            }
        }
    }

    private long auxtrace(long at, long end) throws IOException {
        if (event.remaining() < 36) {
            throw malformed("the AUXTRACE event before byte " + at + " is too short");
        }
        long size = event.getLong(8);
        if (size < 0 || size > end - at) {
            throw malformed("the AUX data at byte " + at + " is cut off");
        }
        if (spe && size != 0) {
            auxes.add(new Aux(at, size, event.getLong(16), event.getInt(40), event.getInt(36)));
        }
        return size;
    }

    /** The AUX data in the order of the file. */
    public List<Aux> auxes() {
        return auxes;
    }

    /** What was mapped where, by process. */
    public ProcessMaps maps() {
        return maps;
    }

    /** MIDR_EL1 of the core; 0 when the file does not say it. */
    public long midr() {
        return midr;
    }

    /** Frequency of the system counter in Hz; 0 when the file does not say it. */
    public long frequency() {
        return frequency;
    }

    /** The bytes of AUX data. */
    public InputStream open(Aux aux) throws IOException {
        channel.position(aux.at());
        return new Limited(Channels.newInputStream(channel), aux.size());
    }

    /** The first bytes of a stream. */
    private static final class Limited extends InputStream {
        private final InputStream in;
        private long left;

        Limited(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = left == 0 ? -1 : in.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }
    }

    private ByteBuffer bytes(long at, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        fill(bytes, at);
        return bytes;
    }

    private void fill(ByteBuffer bytes, long at) throws IOException {
        if (at < 0) {
            throw malformed("it is damaged");
        }
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, at + bytes.position()) < 0) {
                    throw new EOFException();
                }
            }
        } catch (EOFException e) {
            throw malformed("it ends too early");
        }
        bytes.flip();
    }

    private MalformedPerfDataException malformed(String what) {
        return new MalformedPerfDataException(path + ": " + what);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
