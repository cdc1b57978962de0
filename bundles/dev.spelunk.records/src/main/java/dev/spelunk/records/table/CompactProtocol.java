// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.table;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes structures as Apache Thrift's compact protocol does (thrift-compact-protocol.md), in which Parquet has its headers. */
final class CompactProtocol {
    private static final int TRUE = 1;
    private static final int FALSE = 2;
    private static final int BYTE = 3;
    private static final int I32 = 5;
    private static final int I64 = 6;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int STRUCT = 12;
    /** Structures in structures. */
    private static final int DEPTH = 8;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final int[] lastField = new int[DEPTH];
    private int depth;

    private CompactProtocol field(int id, int type) {
        out.write(id - lastField[depth] << 4 | type);
        lastField[depth] = id;
        return this;
    }

    CompactProtocol i32(int id, int value) {
        return field(id, I32).varint(zigzag(value));
    }

    CompactProtocol i64(int id, long value) {
        return field(id, I64).varint(zigzag(value));
    }

    CompactProtocol i8(int id, int value) {
        field(id, BYTE);
        out.write(value);
        return this;
    }

    CompactProtocol bool(int id, boolean value) {
        return field(id, value ? TRUE : FALSE);
    }

    CompactProtocol string(int id, String value) {
        return field(id, BINARY).text(value);
    }

    /** Begins a structure that is a field. */
    CompactProtocol struct(int id) {
        return field(id, STRUCT).begin();
    }

    /** Begins a structure that is an element of a list. */
    CompactProtocol begin() {
        depth++;
        lastField[depth] = 0;
        return this;
    }

    /** Ends the structure that was begun last; the outermost one too. */
    CompactProtocol end() {
        out.write(0);
        depth = Math.max(0, depth - 1);
        return this;
    }

    CompactProtocol structs(int id, int size) {
        return field(id, LIST).list(size, STRUCT);
    }

    CompactProtocol i32s(int id, int... values) {
        field(id, LIST).list(values.length, I32);
        for (int value : values) {
            varint(zigzag(value));
        }
        return this;
    }

    CompactProtocol strings(int id, String... values) {
        field(id, LIST).list(values.length, BINARY);
        for (String value : values) {
            text(value);
        }
        return this;
    }

    private CompactProtocol list(int size, int type) {
        out.write(Math.min(size, 15) << 4 | type);
        return size < 15 ? this : varint(size);
    }

    private CompactProtocol text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        varint(bytes.length);
        return raw(bytes);
    }

    /** Elements that were written elsewhere. */
    CompactProtocol raw(byte[] bytes) {
        out.write(bytes, 0, bytes.length);
        return this;
    }

    private CompactProtocol varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    private static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
