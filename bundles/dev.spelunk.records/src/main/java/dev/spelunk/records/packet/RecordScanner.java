// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import dev.spelunk.api.records.MalformedRecordException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Finds every whole record in an array, also beyond bytes that are none, such as a record that a
 * buffer management event cut off (PMBSR_ELx.DL): those are skipped and counted.
 */
public final class RecordScanner {
    private final byte[] records;
    private RecordReader reader;
    private long skipped;

    public RecordScanner(byte[] records) {
        this.records = records;
        this.reader = new RecordReader(records, 0);
    }

    /** Finds the next whole record; false when there is none. */
    public boolean next(SampleRecord record) {
        long lostAt = -1;
        try {
            while (true) {
                try {
                    if (!reader.next(record, null)) {
                        skipped += lostAt < 0 ? 0 : records.length - lostAt;
                        return false;
                    }
                    // Past lost bytes, a record of known packets only is likely to be a real one.
                    if (lostAt < 0 || record.unknownPackets == 0) {
                        skipped += lostAt < 0 ? 0 : record.offset - lostAt;
                        return true;
                    }
                } catch (MalformedRecordException e) {
                    lostAt = lostAt < 0 ? record.offset : lostAt;
                }
                reader = new RecordReader(records, (int) record.offset + 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes so far that were neither record nor padding between records. */
    public long skippedBytes() {
        return skipped;
    }
}
