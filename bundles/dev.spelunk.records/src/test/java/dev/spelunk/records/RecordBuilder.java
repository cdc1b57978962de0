// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import java.io.ByteArrayOutputStream;

/** Builds sample records packet by packet, with the header bytes of DDI 0487, D18.2, written out. */
public final class RecordBuilder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public RecordBuilder raw(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    private RecordBuilder little(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >>> 8 * i));
        }
        return this;
    }

    /** A packet whose index may need an extended header. */
    private RecordBuilder indexed(int header, int index, long payload, int bytes) {
        if (index >= 8) {
            raw(0x20 | index >>> 3);
        }
        return raw(header | index & 7).little(payload, bytes);
    }

    public RecordBuilder address(int index, long payload) {
        return indexed(0xb0, index, payload, 8);
    }

    public RecordBuilder counter(int index, int value) {
        return indexed(0x98, index, value, 2);
    }

    public RecordBuilder pc(long address, int el) {
        return address(0, instruction(address, el));
    }

    public RecordBuilder target(long address, int el) {
        return address(1, instruction(address, el));
    }

    /** A Non-secure instruction address at an Exception level. */
    public static long instruction(long address, int el) {
        return address & 0x00ff_ffff_ffff_ffffL | 1L << 63 | (long) el << 61;
    }

    public RecordBuilder va(long address) {
        return address(2, address);
    }

    public RecordBuilder pa(long payload) {
        return address(3, payload);
    }

    public RecordBuilder events(long events, int bytes) {
        return raw(0x42 | Integer.numberOfTrailingZeros(bytes) << 4).little(events, bytes);
    }

    public RecordBuilder dataSource(int source, int bytes) {
        return raw(bytes == 1 ? 0x43 : 0x53).little(source, bytes);
    }

    public RecordBuilder operation(int operationClass, int payload) {
        return raw(0x48 | operationClass, payload);
    }

    /** CONTEXTIDR_EL1 or CONTEXTIDR_EL2. */
    public RecordBuilder context(int el, int value) {
        return raw(0x64 | el - 1).little(value, 4);
    }

    public RecordBuilder timestamp(long value) {
        return raw(0x71).little(value, 8);
    }

    public RecordBuilder end() {
        return raw(0x01);
    }

    /** Padding up to a multiple of two to that power. */
    public RecordBuilder align(int log2) {
        while ((out.size() & (1 << log2) - 1) != 0) {
            out.write(0);
        }
        return this;
    }

    public int size() {
        return out.size();
    }

    public byte[] bytes() {
        return out.toByteArray();
    }
}
