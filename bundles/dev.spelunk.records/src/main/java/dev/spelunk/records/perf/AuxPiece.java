// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import dev.spelunk.api.records.RecordOrigin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Records of one CPU in a row, as its AUX buffer hands them over at once. */
public final class AuxPiece {
    /** Bytes of a piece at most. perf reads the data of one event at once. */
    public static final int BYTES = 1 << 18;

    private static final int FIRST_ORIGINS = 1 << 10;

    /**
     * Whole records with the padding between them.
     *
     * @param lastTick the last timestamp in it, 0 without one
     * @param truncated whether bytes that are no whole record were left out behind it
     */
    record Part(int offset, int length, long lastTick, boolean truncated) {
        /** perf keeps the data of an event at a multiple of 8 bytes. */
        int padding() {
            return -length & 7;
        }
    }

    /** The records; valid up to {@link #length}. */
    public final byte[] data;

    public int length;
    /** Index of the CPU. */
    public int cpu;
    /** What happened while the records were made, as {@code PERF_AUX_FLAG_*}. */
    public long flags;
    /** The counter when the last record was written. */
    public long tick;
    /** Where records begin in it, and for each the PE that made it and its address in the profiling buffer. */
    private int[] origins = {};

    private int originCount;
    private long[] addresses = {};
    /** What of it is to be written still. */
    private final List<Part> parts = new ArrayList<>();

    /** @param size bytes at most */
    public AuxPiece(int size) {
        data = new byte[size];
    }

    /** Begins anew. */
    public void begin(int of) {
        cpu = of;
        length = 0;
        tick = 0;
        flags = 0;
        originCount = 0;
        parts.clear();
    }

    /** Bytes that fit still. */
    public int room() {
        return data.length - length;
    }

    /** Adds a record. */
    public void add(byte[] from, int offset, int size) {
        System.arraycopy(from, offset, data, length, size);
        length += size;
    }

    /** Keeps where the record comes from that is added next. */
    public void origin(RecordOrigin origin) {
        if (originCount == addresses.length) {
            addresses = Arrays.copyOf(addresses, Math.max(FIRST_ORIGINS, 2 * originCount));
            origins = Arrays.copyOf(origins, 2 * addresses.length);
        }
        origins[2 * originCount] = length;
        origins[2 * originCount + 1] = origin.pe;
        addresses[originCount++] = origin.address;
    }

    /** Where the record at a place comes from, as an index; -1 when that is not known. */
    public int originAt(int place) {
        int low = 0;
        int high = originCount - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (origins[2 * middle] == place) {
                return middle;
            }
            if (origins[2 * middle] < place) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /** The PE of an origin. */
    public int pe(int origin) {
        return origins[2 * origin + 1];
    }

    /** The address in the profiling buffer of an origin. */
    public long address(int origin) {
        return addresses[origin];
    }

    /** Decides that some of it is to be written. */
    public void part(int offset, int size, long lastTick, boolean truncated) {
        parts.add(new Part(offset, size, lastTick, truncated));
    }

    List<Part> parts() {
        return parts;
    }
}
