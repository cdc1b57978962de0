// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Growing little-endian bytes. */
final class Bytes {
    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(buffer.capacity() * 2, buffer.position() + bytes))
                    .order(ByteOrder.LITTLE_ENDIAN);
            larger.put(buffer.flip());
            buffer = larger;
        }
        return buffer;
    }

    int size() {
        return buffer.position();
    }

    Bytes u8(int v) {
        room(1).put((byte) v);
        return this;
    }

    Bytes u16(int v) {
        room(2).putShort((short) v);
        return this;
    }

    Bytes u32(int v) {
        room(4).putInt(v);
        return this;
    }

    Bytes u64(long v) {
        room(8).putLong(v);
        return this;
    }

    Bytes put(byte[] b) {
        room(b.length).put(b);
        return this;
    }

    Bytes put(byte[] b, int offset, int length) {
        room(length).put(b, offset, length);
        return this;
    }

    /** A string with its zero, then zeros up to a multiple of that many bytes. */
    Bytes string(String s, int multiple) {
        byte[] b = s.getBytes(StandardCharsets.UTF_8);
        put(b);
        return zeros(multiple - b.length % multiple);
    }

    Bytes zeros(int count) {
        return put(new byte[count]);
    }

    /** Zeros up to that size. */
    Bytes zerosTo(int size) {
        return zeros(size - size());
    }

    /** The bytes, and more behind {@link #size} of them; valid until the next one is added. */
    byte[] array() {
        return buffer.array();
    }

    byte[] toArray() {
        byte[] b = new byte[buffer.position()];
        buffer.get(0, b);
        return b;
    }
}
