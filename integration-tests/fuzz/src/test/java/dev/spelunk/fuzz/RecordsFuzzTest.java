// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spelunk.api.records.DecodeOptions;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.records.RecordsComponent;
import dev.spelunk.records.packet.RecordScanner;
import dev.spelunk.records.packet.SampleRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Sample records: decoded strictly and not, counted, and looked for among anything else. */
class RecordsFuzzTest {
    private final RecordsComponent component = new RecordsComponent();

    @FuzzTest
    void fuzz(byte[] data) throws IOException {
        if (data.length == 0) {
            // Nothing is no stream of records for those who decode it, and no record for those who count.
            return;
        }
        long counted = -1;
        try {
            counted = component.count(new ByteArrayInputStream(data));
        } catch (MalformedRecordException e) {
            place(e, data);
        }
        try {
            component.decode(new ByteArrayInputStream(data), new StringBuilder(), new DecodeOptions(true, 0x410fd4f0));
        } catch (MalformedRecordException e) {
            place(e, data);
            if (counted >= 0) {
                throw new AssertionError(counted + " records are counted, and not all decoded", e);
            }
        }
        boolean found = true;
        try {
            DecodeOptions.Outcome outcome =
                    component.decode(new ByteArrayInputStream(data), new StringBuilder(), new DecodeOptions(false, 0));
            if (outcome.damagedBytes() < 0 || outcome.damagedBytes() > data.length) {
                throw new AssertionError(outcome);
            }
        } catch (MalformedRecordException e) {
            // There is no record in it.
            place(e, data);
            found = false;
        }
        RecordScanner scanner = new RecordScanner(data, data.length, 0);
        SampleRecord record = new SampleRecord();
        long end = 0;
        while (scanner.next(record)) {
            if (record.offset < end || record.offset + record.length > data.length) {
                throw new AssertionError("a record from " + record.offset + " on, of " + record.length + " bytes");
            }
            end = record.offset + record.length;
        }
        if (end != 0 && !found) {
            throw new AssertionError("there is a record up to " + end + ", and it is refused");
        }
    }

    private static void place(MalformedRecordException e, byte[] data) {
        if (e.offset() < 0 || e.offset() > data.length) {
            throw new AssertionError(e);
        }
    }
}
