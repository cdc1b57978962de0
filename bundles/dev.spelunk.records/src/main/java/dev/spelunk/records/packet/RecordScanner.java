// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import dev.spelunk.api.records.MalformedRecordException;
import java.io.IOException;

/**
 * Finds every whole record, also beyond bytes that are none, such as a record that a buffer management event cut off
 * (PMBSR_ELx.DL) or a stretch that was damaged on its way: those are skipped and counted.
 */
public final class RecordScanner {
    /** Is told of what is skipped. */
    @FunctionalInterface
    public interface Damage {
        /**
         * @param from offset of the first byte that is no record
         * @param to offset of the next record, or of the end
         * @param why what was wrong
         */
        void skipped(long from, long to, MalformedRecordException why) throws IOException;
    }

    private final RecordReader reader;
    private final Damage damage;
    private long skipped;
    private MalformedRecordException malformed;

    /** Begins where a reader is; what it reads is not to be read by others. */
    public RecordScanner(RecordReader reader, Damage damage) {
        this.reader = reader;
        this.damage = damage;
    }

    /**
     * Begins at the first byte of an array.
     *
     * @param length bytes of the array that count
     * @param base offset in the stream of the first byte, of which offsets are counted
     */
    public RecordScanner(byte[] records, int length, long base) {
        this(new RecordReader(records, 0, length, base), (from, to, why) -> {});
    }

    /** Finds the next whole record; false when there is none. */
    public boolean next(SampleRecord record) throws IOException {
        return next(record, null);
    }

    /**
     * Finds the next whole record.
     *
     * @param visitor sees its packets, and those of what then turns out to be none; may be null
     * @return false when there is none
     */
    public boolean next(SampleRecord record, RecordReader.Visitor visitor) throws IOException {
        while (true) {
            try {
                return reader.next(record, visitor);
            } catch (MalformedRecordException e) {
                malformed = malformed == null ? e : malformed;
                long from = record.offset;
                boolean found = resynchronize(record);
                skipped += reader.offset() - from;
                damage.skipped(from, reader.offset(), e);
                if (!found) {
                    return false;
                }
            }
        }
    }

    /** Goes to the next record beyond lost bytes; to the end when there is none. */
    private boolean resynchronize(SampleRecord record) throws IOException {
        long at = record.offset;
        while (true) {
            at++;
            reader.continueAt(at);
            if (!reader.beginsPacket()) {
                if (reader.atEnd()) {
                    return false;
                }
                continue;
            }
            try {
                if (!reader.next(record, null)) {
                    return false;
                }
                if (likely(record)) {
                    reader.continueAt(record.offset);
                    return true;
                }
            } catch (MalformedRecordException e) {
                malformed = malformed == null ? e : malformed;
            }
            at = record.offset;
        }
    }

    /** Past lost bytes, a record of known packets that says which operation it is of is a real one. */
    private static boolean likely(SampleRecord record) {
        return record.unknownPackets == 0 && (record.has(AddressIndex.PC) || record.has(PacketType.OPERATION_TYPE));
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
