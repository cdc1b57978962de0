// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import dev.spelunk.api.records.DecodeOptions.Outcome;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.records.packet.PacketPrinter;
import dev.spelunk.records.packet.PacketType;
import dev.spelunk.records.packet.RecordReader;
import dev.spelunk.records.packet.RecordScanner;
import dev.spelunk.records.packet.SampleRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/** Goes through streams of records and prints them. */
final class RecordDecoder {
    private RecordDecoder() {}

    /** Prints every packet of a stream of whole records; what is good before a bad one is printed. */
    static Outcome printStrictly(InputStream records, Appendable out, long midr)
            throws IOException, MalformedRecordException {
        RecordReader reader = new RecordReader(records);
        PacketPrinter printer = new PacketPrinter(out, midr);
        SampleRecord record = new SampleRecord();
        long count = 0;
        while (reader.next(record, printer)) {
            count++;
        }
        if (reader.offset() == 0) {
            throw empty();
        }
        return new Outcome(count, 0, 0);
    }

    /** Prints every packet of the records in a stream, and a line for each stretch that is no record. */
    static Outcome print(InputStream records, Appendable out, long midr) throws IOException, MalformedRecordException {
        StringBuilder packets = new StringBuilder();
        PacketPrinter printer = new PacketPrinter(packets, midr);
        long[] damaged = new long[1];
        RecordReader reader = new RecordReader(records);
        RecordScanner scanner = new RecordScanner(reader, (from, to, why) -> {
            packets.setLength(0);
            damaged[0]++;
            out.append(String.format(
                    Locale.ROOT, ".  %08x:  DAMAGED, %d bytes skipped: %s%n", from, to - from, why.reason()));
        });
        RecordReader.Visitor visitor = (type, index, payload, bytes, position, length, offset) -> {
            printer.packet(type, index, payload, bytes, position, length, offset);
            if (type == PacketType.PADDING && packets.indexOf("\n") == packets.length() - 1) {
                // Between records, it is of none.
                out.append(packets);
                packets.setLength(0);
            }
        };
        SampleRecord record = new SampleRecord();
        long count = 0;
        while (scanner.next(record, visitor)) {
            out.append(packets);
            packets.setLength(0);
            count++;
        }
        if (reader.offset() == 0) {
            throw empty();
        }
        if (count == 0 && scanner.malformed() != null) {
            throw scanner.malformed();
        }
        return new Outcome(count, damaged[0], scanner.skippedBytes());
    }

    private static MalformedRecordException empty() {
        return new MalformedRecordException("it is empty", 0);
    }

    static long count(InputStream records) throws IOException, MalformedRecordException {
        RecordReader reader = new RecordReader(records);
        SampleRecord record = new SampleRecord();
        long count = 0;
        while (reader.next(record, null)) {
            count++;
        }
        return count;
    }
}
