// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import dev.spelunk.api.records.MalformedRecordException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads sample records from a stream, whatever the alignment they were written with (DDI 0487,
 * D18.1). Strict about framing: exactly one Events packet, one End or Timestamp packet that comes
 * last, no packet twice. Padding may be anywhere between packets, as SPUs of real cores write it also within a record.
 * Unknown packets are skipped by their size.
 */
public final class RecordReader {
    /** PMSIDR_EL1.MaxSize is 11 at most. */
    public static final int MAX_RECORD_BYTES = 2048;
    /** Padding bytes that one visit covers at most. */
    private static final int PADDING_RUN = 16;

    private static final int WINDOW = 1 << 16;

    /** Sees each packet as it is read, the padding in runs. */
    public interface Visitor {
        /**
         * @param index the header's index, the class of an Operation Type packet, else 0
         * @param payload zero extended
         * @param bytes holds the packet from position for length bytes
         * @param offset of the packet in the stream
         */
        void packet(PacketType type, int index, long payload, byte[] bytes, int position, int length, long offset)
                throws IOException;
    }

    private final InputStream in;
    private final byte[] window;
    /** Offset in the stream of window[0]. */
    private long base;

    private int position;
    private int limit;
    private boolean ended;

    /** Reads from a stream, which stays open. */
    public RecordReader(InputStream in) {
        this.in = in;
        this.window = new byte[WINDOW];
    }

    /** Reads from an array, beginning at an offset that stays what offsets count from the start of the array. */
    public RecordReader(byte[] records, int from) {
        this(records, from, records.length, 0);
    }

    /** As {@link #RecordReader(byte[], int)}, up to an index of the array, whose first byte has that offset. */
    RecordReader(byte[] records, int from, int to, long base) {
        this.in = null;
        this.base = base;
        this.window = records;
        this.position = from;
        this.limit = to;
        this.ended = true;
    }

    /** Offset in the stream of the next byte. */
    public long offset() {
        return base + position;
    }

    /**
     * Reads the next record, and the padding before it.
     *
     * @param record takes the record
     * @param visitor sees each packet, or null
     * @return false at the end of the stream
     * @throws MalformedRecordException at bytes that are no record
     */
    public boolean next(SampleRecord record, Visitor visitor) throws IOException, MalformedRecordException {
        skipPadding(visitor);
        if (position == limit) {
            return false;
        }
        fill(MAX_RECORD_BYTES + PacketType.MAX_BYTES);
        int start = position;
        record.clear(offset());
        while (true) {
            if (position == limit) {
                throw bad(record.offset, "the record that begins here is not closed by an End or Timestamp packet");
            }
            int header = window[position] & 0xff;
            if (header == PacketType.PADDING.header()) {
                padding(visitor);
                checkSize(record, start);
                continue;
            }
            int headers = 1;
            int index = 0;
            if (header >= PacketType.FIRST_EXTENDED && header < PacketType.FIRST_WITH_SIZE) {
                if (position + 1 == limit) {
                    throw truncated();
                }
                headers = 2;
                if ((header & PacketType.EXTENDED_HEADER_MASK) == PacketType.EXTENDED_HEADER) {
                    index = (header & 3) << 3;
                }
            }
            int sizing = window[position + headers - 1] & 0xff;
            PacketType type = headers == 1 ? PacketType.of(sizing) : extended(header, sizing);
            index |= type.index(sizing);
            int bytes = PacketType.payloadBytes(sizing);
            int length = headers + bytes;
            if (length > limit - position) {
                throw truncated();
            }
            long payload = payload(position + headers, bytes);
            if (visitor != null) {
                visitor.packet(type, index, payload, window, position, length, offset());
            }
            if (!record.accept(type, index, payload, bytes)) {
                throw bad(offset(), "a second " + type + " packet of the same kind in one record");
            }
            position += length;
            checkSize(record, start);
            if (type == PacketType.END || type == PacketType.TIMESTAMP) {
                record.length = position - start;
                if (!record.has(PacketType.EVENTS)) {
                    throw bad(record.offset, "a record without an Events packet");
                }
                return true;
            }
        }
    }

    private static PacketType extended(int header, int second) {
        PacketType type = PacketType.of(second);
        boolean allocated = (header & PacketType.EXTENDED_HEADER_MASK) == PacketType.EXTENDED_HEADER;
        return allocated && (type == PacketType.ADDRESS || type == PacketType.COUNTER) ? type : PacketType.UNKNOWN;
    }

    private long payload(int at, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | window[at + i] & 0xff;
        }
        return value;
    }

    private void checkSize(SampleRecord record, int start) throws MalformedRecordException {
        if (position - start > MAX_RECORD_BYTES) {
            throw bad(record.offset, "no End or Timestamp packet within " + MAX_RECORD_BYTES + " bytes");
        }
    }

    private void skipPadding(Visitor visitor) throws IOException {
        while (fill(PADDING_RUN) > 0 && window[position] == 0) {
            padding(visitor);
        }
    }

    /** Passes a run of padding. */
    private void padding(Visitor visitor) throws IOException {
        int end = position + 1;
        while (end < limit && end - position < PADDING_RUN && window[end] == 0) {
            end++;
        }
        if (visitor != null) {
            visitor.packet(PacketType.PADDING, 0, 0, window, position, end - position, offset());
        }
        position = end;
    }

    /** Goes to an offset, not before the beginning of the record that was read last, and not beyond what was read. */
    void continueAt(long offset) {
        position = (int) (offset - base);
    }

    /** Whether there is nothing more. */
    boolean atEnd() throws IOException {
        return fill(1) == 0;
    }

    /** Whether the next byte begins a packet that is known and no padding. */
    boolean beginsPacket() throws IOException {
        if (fill(1) == 0) {
            return false;
        }
        int header = window[position] & 0xff;
        PacketType type = PacketType.of(header);
        return type != PacketType.PADDING && type != PacketType.UNKNOWN
                || (header & PacketType.EXTENDED_HEADER_MASK) == PacketType.EXTENDED_HEADER;
    }

    /** Makes at least that many bytes available, fewer only at the end; returns how many there are. */
    private int fill(int wanted) throws IOException {
        if (ended || limit - position >= wanted) {
            return limit - position;
        }
        System.arraycopy(window, position, window, 0, limit - position);
        base += position;
        limit -= position;
        position = 0;
        while (limit < window.length) {
            int n = in.read(window, limit, window.length - limit);
            if (n < 0) {
                ended = true;
                break;
            }
            limit += n;
        }
        return limit;
    }

    private MalformedRecordException truncated() {
        return bad(offset(), "the stream ends inside a packet");
    }

    private static MalformedRecordException bad(long offset, String what) {
        return new MalformedRecordException(what, offset);
    }
}
