// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.RecordOrigin;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A perf.data file (perf's {@code perf.data-file-format.txt}) as {@code perf record -a -e arm_spe_0//} would have written
 * it in the guest: an SPE event and a dummy event for what is mapped, both on each CPU, and the records as AUX data of
 * their CPU. It is written from front to back: AUX data as it comes, then what perf must be told of it, last the header.
 */
public final class PerfDataFile {
    private static final int HEADER_BYTES = 104;
    private static final int ATTRIBUTES = 2;
    private static final int FILE_ATTRIBUTE_BYTES = PerfEvents.ATTRIBUTE_BYTES + 16;

    private final Path path;
    private final ProfileDescription description;
    private final RandomAccessFile file;
    private final TimeConversion time;
    private final PerfEvents events;
    private final long dataAt;
    /** Where what comes next is to be written: before it, everything is whole. */
    private long at;
    /** For each CPU, bytes of AUX data. */
    private final long[] auxBytes;
    /** File offsets of the AUXTRACE events. */
    private long[] auxtraceEvents = new long[64];

    private int auxtraceCount;

    /**
     * Begins the file.
     *
     * @param path is made or overwritten; files that perf needs for symbols go beside it
     * @throws IOException when it cannot be written
     */
    public PerfDataFile(Path path, ProfileDescription description) throws IOException {
        this(path, description, new RandomAccessFile(path.toFile(), "rw"));
    }

    PerfDataFile(Path path, ProfileDescription description, RandomAccessFile file) throws IOException {
        this.path = path.toAbsolutePath().normalize();
        this.description = description;
        time = TimeConversion.ofFrequency(description.counterFrequency());
        events = new PerfEvents(description.cpus());
        auxBytes = new long[description.cpus()];
        dataAt = HEADER_BYTES + (long) ATTRIBUTES * (description.cpus() * 8 + FILE_ATTRIBUTE_BYTES);
        this.file = file;
        try {
            file.setLength(0);
            file.write(new byte[(int) dataAt]);
            at = dataAt;
            append(new Bytes().put(PerfEvents.timeConversion(time)).put(PerfEvents.auxtraceInfo(description)));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** What Linux's driver says of AUX data when that has happened since the record before. */
    public static long auxFlags(RecordOrigin origin) {
        return (origin.collided ? PerfEvents.AUX_COLLISION : 0)
                | (origin.lost ? PerfEvents.AUX_TRUNCATED : 0)
                | (origin.torn ? PerfEvents.AUX_TRUNCATED | PerfEvents.AUX_PARTIAL : 0);
    }

    /**
     * Writes what of a piece is to be written. After a failure the file is as long as it was, and the piece has what
     * could not be written.
     *
     * @param contents of the records up to this piece
     */
    public void write(AuxPiece piece, AuxContents contents) throws IOException {
        while (!piece.parts().isEmpty()) {
            write(piece, piece.parts().get(0), contents.firstPid());
            piece.parts().remove(0);
        }
    }

    private void write(AuxPiece piece, AuxPiece.Part part, int pid) throws IOException {
        int size = part.length() + part.padding();
        long tick = part.lastTick() != 0 ? part.lastTick() : piece.tick;
        long flags = piece.flags | (part.truncated() ? PerfEvents.AUX_TRUNCATED : 0);
        long event = at;
        append(new Bytes()
                .put(PerfEvents.auxtrace(size, auxBytes[piece.cpu], auxtraceCount + 1, pid, piece.cpu))
                .put(piece.data, part.offset(), part.length())
                .zeros(part.padding())
                .put(events.aux(auxBytes[piece.cpu], size, flags, pid, piece.cpu, time.nanoseconds(tick))));
        auxBytes[piece.cpu] += size;
        if (auxtraceCount == auxtraceEvents.length) {
            auxtraceEvents = Arrays.copyOf(auxtraceEvents, 2 * auxtraceCount);
        }
        auxtraceEvents[auxtraceCount++] = event;
    }

    /** Appends all of that or nothing. */
    private void append(Bytes bytes) throws IOException {
        try {
            file.seek(at);
            file.write(bytes.array(), 0, bytes.size());
        } catch (IOException e) {
            file.setLength(at);
            throw e;
        }
        at += bytes.size();
    }

    /**
     * Writes what belongs behind the AUX data, and the header. perf sorts events by their times, so that mappings,
     * which have none, come before the samples wherever they are.
     *
     * @param contents of all records
     */
    public void finish(AuxContents contents) throws IOException {
        Sideband sideband = new Sideband(description, events, contents);
        append(sideband.events(path.getParent()));
        long dataEnd = at;
        Map<Integer, byte[]> features =
                new HeaderFeatures(description, events).all(contents, time, index(), sideband.buildIds());
        Bytes table = new Bytes();
        long feature = dataEnd + features.size() * 16L;
        for (byte[] content : features.values()) {
            table.u64(feature).u64(content.length);
            feature += content.length;
        }
        features.values().forEach(table::put);
        append(table);
        Bytes head = header(dataEnd, features);
        file.seek(0);
        file.write(head.array(), 0, head.size());
    }

    /** Number of the AUXTRACE events, then for each its offset in the file and its size without the data. */
    private Bytes index() {
        Bytes index = new Bytes().u64(auxtraceCount);
        for (int i = 0; i < auxtraceCount; i++) {
            index.u64(auxtraceEvents[i]).u64(PerfEvents.AUXTRACE_BYTES);
        }
        return index;
    }

    private Bytes header(long dataEnd, Map<Integer, byte[]> features) {
        int idBytes = description.cpus() * 8;
        long bits = 0;
        for (int feature : features.keySet()) {
            bits |= 1L << feature;
        }
        Bytes head = new Bytes()
                .put("PERFILE2".getBytes(StandardCharsets.US_ASCII))
                .u64(HEADER_BYTES)
                .u64(FILE_ATTRIBUTE_BYTES)
                .u64(HEADER_BYTES + (long) ATTRIBUTES * idBytes)
                .u64((long) ATTRIBUTES * FILE_ATTRIBUTE_BYTES)
                .u64(dataAt)
                .u64(dataEnd - dataAt)
                .u64(0)
                .u64(0)
                .u64(bits)
                .u64(0)
                .u64(0)
                .u64(0);
        for (int cpu = 0; cpu < description.cpus(); cpu++) {
            head.u64(events.speId(cpu));
        }
        for (int cpu = 0; cpu < description.cpus(); cpu++) {
            head.u64(events.dummyId(cpu));
        }
        return head.put(PerfEvents.speAttribute())
                .u64(HEADER_BYTES)
                .u64(idBytes)
                .put(PerfEvents.dummyAttribute())
                .u64(HEADER_BYTES + idBytes)
                .u64(idBytes);
    }

    /** Closes the file, which is whole only after {@link #finish}. */
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
