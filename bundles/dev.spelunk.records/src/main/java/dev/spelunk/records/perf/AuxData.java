// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.records.packet.AddressIndex;
import dev.spelunk.records.packet.PacketType;
import dev.spelunk.records.packet.RecordScanner;
import dev.spelunk.records.packet.SampleRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Raw records cut into pieces of whole records, as the AUX buffer of a profiled CPU hands them over. */
final class AuxData {
    /** perf reads the data of one event at once. */
    private static final int PIECE_BYTES = 1 << 20;

    /**
     * A run of whole records with the padding between them.
     *
     * @param lastTick the last timestamp in it, 0 without one
     * @param truncated whether bytes that are no whole record were left out behind it
     */
    record Piece(int offset, int length, long lastTick, boolean truncated) {
        /** perf keeps the data of an event at a multiple of 8 bytes. */
        int padding() {
            return -length & 7;
        }
    }

    private final List<Piece> pieces = new ArrayList<>();
    private final Set<Integer> contexts = new LinkedHashSet<>();
    private final List<Segment> segments;
    /** For each segment, whether it was sampled at EL0 and above EL0. */
    private final boolean[] user;

    private final boolean[] kernel;
    private boolean timestamps;
    private long firstTick;
    private long lastTick;

    AuxData(byte[] records, List<Segment> segments) {
        this.segments = segments;
        this.user = new boolean[segments.size()];
        this.kernel = new boolean[segments.size()];
        RecordScanner scanner = new RecordScanner(records);
        SampleRecord record = new SampleRecord();
        int start = -1;
        int end = 0;
        long tick = 0;
        long skipped = 0;
        while (scanner.next(record)) {
            int at = (int) record.offset;
            boolean lost = scanner.skippedBytes() != skipped;
            skipped = scanner.skippedBytes();
            if (start >= 0 && (lost || at + record.length - start > PIECE_BYTES)) {
                pieces.add(new Piece(start, (lost ? end : at) - start, tick, lost));
                start = at;
                tick = 0;
            }
            start = start < 0 ? at : start;
            end = at + record.length;
            tick = take(record, tick);
        }
        if (start >= 0) {
            boolean lost = scanner.skippedBytes() != skipped;
            pieces.add(new Piece(start, (lost ? end : records.length) - start, tick, lost));
        }
    }

    private long take(SampleRecord record, long tick) {
        if (record.hasContext(1)) {
            contexts.add(record.contextEl1);
        }
        if (record.hasContext(2)) {
            contexts.add(record.contextEl2);
        }
        if (record.has(AddressIndex.PC)) {
            for (int i = 0; i < segments.size(); i++) {
                Segment s = segments.get(i);
                if (Long.compareUnsigned(record.canonicalPc() - s.address(), s.size()) < 0) {
                    (record.el == 0 ? user : kernel)[i] = true;
                }
            }
        }
        if (!record.has(PacketType.TIMESTAMP)) {
            return tick;
        }
        firstTick = timestamps ? Math.min(firstTick, record.timestamp) : record.timestamp;
        lastTick = Math.max(lastTick, record.timestamp);
        timestamps = true;
        return Math.max(tick, record.timestamp);
    }

    List<Piece> pieces() {
        return pieces;
    }

    /** The values of the Context packets, in the order they came up. */
    Set<Integer> contexts() {
        return contexts;
    }

    /** The segments that are said to run at EL0, or were sampled there. */
    List<Segment> userSegments() {
        return chosen(user, true);
    }

    /** The segments that are said to run above EL0, or were sampled there. */
    List<Segment> kernelSegments() {
        return chosen(kernel, false);
    }

    private List<Segment> chosen(boolean[] sampled, boolean atEl0) {
        List<Segment> result = new ArrayList<>();
        for (int i = 0; i < sampled.length; i++) {
            Segment s = segments.get(i);
            if (s.size() > 0 && (sampled[i] || (s.el() == 0) == atEl0)) {
                result.add(s);
            }
        }
        return result;
    }

    boolean hasTimestamps() {
        return timestamps;
    }

    long firstTick() {
        return firstTick;
    }

    long lastTick() {
        return lastTick;
    }
}
