// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.records.packet.PacketPrinter;
import dev.spelunk.records.packet.RecordReader;
import dev.spelunk.records.packet.SampleRecord;
import java.io.IOException;
import java.io.InputStream;

/** Goes through streams that have to be whole records from end to end. */
final class RecordDecoder {
    private RecordDecoder() {}

    /** Prints every packet; what is good before a bad one is printed. */
    static void print(InputStream records, Appendable out) throws IOException, MalformedRecordException {
        RecordReader reader = new RecordReader(records);
        PacketPrinter printer = new PacketPrinter(out);
        SampleRecord record = new SampleRecord();
        while (reader.next(record, printer)) {
            // The printer has seen it.
        }
        if (reader.offset() == 0) {
            throw new MalformedRecordException("not a stream of sample records: it is empty", 0);
        }
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
