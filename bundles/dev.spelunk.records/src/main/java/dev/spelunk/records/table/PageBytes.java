// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.table;

import java.util.Arrays;

/** Bytes of a page, in Parquet's encodings (Encodings.md): plain values, and the hybrid of run lengths and packed bits. */
final class PageBytes {
    /** Values that are packed together, and the shortest run that is written as one. */
    private static final int GROUP = 8;

    private byte[] bytes = new byte[1 << 12];
    private int size;

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
        }
    }

    void u8(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    void u32(int value) {
        little(value, 4);
    }

    /** The lowest bytes of a value, the lowest first. */
    void little(long value, int count) {
        ensure(count);
        for (int i = 0; i < count; i++) {
            bytes[size++] = (byte) (value >>> 8 * i);
        }
    }

    void put(byte[] from, int length) {
        ensure(length);
        System.arraycopy(from, 0, bytes, size, length);
        size += length;
    }

    /** Replaces four bytes that were written. */
    void patch(int at, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
    }

    private void varint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            u8(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        u8(rest);
    }

    /**
     * Numbers as runs of equal ones and, between them, packed.
     *
     * @param width bits of each, 0 to 32
     */
    void hybrid(int[] values, int count, int width) {
        int i = 0;
        while (i < count) {
            int run = run(values, i, count, count);
            if (run >= GROUP) {
                varint(run << 1);
                little(values[i], (width + 7) / 8);
                i += run;
            } else {
                int end = i;
                do {
                    end = Math.min(end + GROUP, count);
                } while (end < count && run(values, end, count, GROUP) < GROUP);
                packed(values, i, end, width);
                i = end;
            }
        }
    }

    /** Equal values from a place on, counted up to a number. */
    private static int run(int[] values, int from, int count, int most) {
        int end = Math.min(count, most < count - from ? from + most : count);
        int i = from + 1;
        while (i < end && values[i] == values[from]) {
            i++;
        }
        return i - from;
    }

    private void packed(int[] values, int from, int to, int width) {
        int groups = (to - from + GROUP - 1) / GROUP;
        varint(groups << 1 | 1);
        long bits = 0;
        int held = 0;
        ensure(groups * width);
        for (int i = from; i < from + groups * GROUP; i++) {
            bits |= (i < to ? values[i] & 0xffff_ffffL : 0) << held;
            held += width;
            while (held >= 8) {
                bytes[size++] = (byte) bits;
                bits >>>= 8;
                held -= 8;
            }
        }
    }

    /** Truth values, one bit each. */
    void bits(long[] values, int count) {
        ensure((count + 7) / 8);
        for (int i = 0; i < count; i += 8) {
            int octet = 0;
            for (int b = 0; b < 8 && i + b < count; b++) {
                octet |= (int) values[i + b] << b;
            }
            bytes[size++] = (byte) octet;
        }
    }
}
