// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.records.data.Accumulator;
import dev.spelunk.records.data.Site;
import dev.spelunk.records.data.Symbols;
import dev.spelunk.records.packet.PacketType;
import dev.spelunk.records.packet.RecordScanner;
import dev.spelunk.records.packet.SampleRecord;
import dev.spelunk.records.perf.AuxContents;
import dev.spelunk.records.perf.AuxPiece;
import dev.spelunk.records.summary.Summary;
import dev.spelunk.records.table.RecordTable;
import java.io.IOException;

/** Decodes the records of a profile, once, for its summary and for what perf must be told. */
final class RecordDigest {
    private final Accumulator data;
    private final Summary summary;
    private final AuxContents contents;
    private final SampleRecord record = new SampleRecord();
    /** For each CPU, the bytes that have been decoded. */
    private final long[] offsets;

    private MalformedRecordException malformed;

    private final RecordTable table;
    private final RecordTable.Row row = new RecordTable.Row();
    private IOException tableFailure;

    /** @param table gets the records too; null for none */
    RecordDigest(ProfileDescription description, Symbols symbols, RecordTable table) {
        this.table = table;
        row.record = record;
        data = new Accumulator(description, symbols);
        summary = new Summary(description, data);
        contents = new AuxContents(description.segments());
        offsets = new long[description.cpus()];
    }

    /** Decodes a piece, and decides what of it is to be written: all of it, but for what is no whole record. */
    void add(AuxPiece piece) throws IOException {
        long base = offsets[piece.cpu];
        RecordScanner scanner = new RecordScanner(piece.data, piece.length, base);
        int start = -1;
        int end = 0;
        long tick = 0;
        long skipped = 0;
        while (scanner.next(record)) {
            int at = (int) (record.offset - base);
            if (scanner.skippedBytes() != skipped) {
                skipped = scanner.skippedBytes();
                if (start >= 0) {
                    piece.part(start, end - start, tick, true);
                }
                start = at;
                tick = 0;
            }
            start = start < 0 ? at : start;
            end = at + record.length;
            Site site = data.add(record, piece.cpu, 0);
            summary.add(record, piece.cpu);
            contents.add(record);
            if (table != null) {
                tell(piece, at, site);
            }
            tick = record.has(PacketType.TIMESTAMP) ? Math.max(tick, record.timestamp) : tick;
        }
        boolean lost = scanner.skippedBytes() != skipped;
        if (start >= 0) {
            piece.part(start, (lost ? end : piece.length) - start, tick, lost);
        }
        summary.bytes(piece.length, scanner.skippedBytes());
        malformed = malformed == null ? scanner.malformed() : malformed;
        offsets[piece.cpu] += piece.length;
    }

    private void tell(AuxPiece piece, int at, Site site) {
        int origin = piece.originAt(at);
        row.vcpu = piece.cpu;
        row.cpu = origin < 0 ? -1 : piece.pe(origin);
        row.inBuffer = origin >= 0;
        row.bufferAddress = origin < 0 ? 0 : piece.address(origin);
        row.position = record.offset;
        row.function = site == null ? null : data.function(site);
        add(row);
    }

    private void add(RecordTable.Row what) {
        if (tableFailure == null) {
            try {
                table.add(what);
            } catch (IOException e) {
                tableFailure = e;
            }
        }
    }

    /** Completes the table, if there is one. */
    void finishTable() {
        if (table != null && tableFailure == null) {
            try {
                table.finish();
            } catch (IOException e) {
                tableFailure = e;
            }
        }
    }

    /** Why the table is not whole; null when it is. */
    IOException tableFailure() {
        return tableFailure;
    }

    AuxContents contents() {
        return contents;
    }

    String summary() {
        return summary.text();
    }

    ProfileData data() {
        return data.result();
    }

    MalformedRecordException malformed() {
        return malformed;
    }
}
