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
    private final int length;
    private final long base;
    private RecordReader reader;
    private long skipped;
    private MalformedRecordException malformed;

    /**
     * Begins at the first byte of an array.
     *
     * @param length bytes of the array that count
     * @param base offset in the stream of the first byte, of which offsets are counted
     */
    public RecordScanner(byte[] records, int length, long base) {
        this.records = records;
        this.length = length;
        this.base = base;
        this.reader = new RecordReader(records, 0, length, base);
    }

    /** Finds the next whole record; false when there is none. */
    public boolean next(SampleRecord record) {
        long lostAt = -1;
        try {
            while (true) {
                try {
                    if (!reader.next(record, null)) {
                        skipped += lostAt < 0 ? 0 : base + length - lostAt;
                        return false;
                    }
                    // Past lost bytes, a record of known packets only is likely to be a real one.
                    if (lostAt < 0 || record.unknownPackets == 0) {
                        skipped += lostAt < 0 ? 0 : record.offset - lostAt;
                        return true;
                    }
                } catch (MalformedRecordException e) {
                    lostAt = lostAt < 0 ? record.offset : lostAt;
                    malformed = malformed == null ? e : malformed;
                }
                reader = new RecordReader(records, (int) (record.offset - base) + 1, length, base);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was wrong at the first of the bytes that were no record; null when there were none. */
    public MalformedRecordException malformed() {
        return malformed;
    }

    /** Bytes so far that were neither record nor padding between records. */
    public long skippedBytes() {
        return skipped;
    }
}
