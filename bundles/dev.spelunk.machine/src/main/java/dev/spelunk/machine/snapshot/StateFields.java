// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.snapshot;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Writes and reads the public fields of a state object: numbers, arrays of numbers, and state objects in them.
 * What is added to the state is part of every snapshot without being listed here. References to
 * contracts (holders of code) are wiring, not state.
 */
final class StateFields {
    /** Words for which room is made before they have been read. */
    private static final int CHUNK = 1 << 13;

    private final Object state;
    private final String skipped;

    /** @param skipped name of a field that the caller keeps itself; may be empty */
    StateFields(Object state, String skipped) {
        this.state = state;
        this.skipped = skipped;
    }

    void write(DataOutputStream out) throws IOException {
        for (Field field : fields()) {
            Object value = get(field);
            out.writeUTF(field.getName());
            if (value instanceof Long number) {
                out.writeLong(number);
            } else if (value instanceof Integer number) {
                out.writeInt(number);
            } else if (value instanceof Boolean bit) {
                out.writeBoolean(bit);
            } else if (value instanceof long[] words) {
                writeWords(out, words);
            } else if (value instanceof byte[] bytes) {
                writeBytes(out, bytes);
            } else {
                new StateFields(value, "").write(out);
            }
        }
        out.writeUTF("");
    }

    /**
     * Reads a name, or what a machine is like. A message may quote it.
     *
     * @throws IOException when no machine wrote it: it has more than one line, or what cannot be printed
     */
    static String readText(DataInputStream in) throws IOException {
        String text = in.readUTF();
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IOException("holds a state that no machine has");
        }
        return text;
    }

    /** Reads what {@link #write} wrote of an object of the same class. */
    void read(DataInputStream in) throws IOException {
        for (Field field : fields()) {
            String name = readText(in);
            if (!name.equals(field.getName())) {
                throw new IOException("has " + name + " where " + field.getName() + " is expected");
            }
            Object value = get(field);
            if (value instanceof Long) {
                set(field, in.readLong());
            } else if (value instanceof Integer) {
                set(field, in.readInt());
            } else if (value instanceof Boolean) {
                set(field, in.readBoolean());
            } else if (value instanceof long[] words) {
                System.arraycopy(readWords(in, words.length), 0, words, 0, words.length);
            } else if (value instanceof byte[] bytes) {
                System.arraycopy(readBytes(in, bytes.length), 0, bytes, 0, bytes.length);
            } else {
                new StateFields(value, "").read(in);
            }
        }
        if (!in.readUTF().isEmpty()) {
            throw new IOException("has a state that is not known here");
        }
    }

    static void writeWords(DataOutputStream out, long[] words) throws IOException {
        out.writeInt(words.length);
        for (long word : words) {
            out.writeLong(word);
        }
    }

    /** @param length that it must have; -1 for any */
    static long[] readWords(DataInputStream in, int length) throws IOException {
        int count = length(in, length);
        // A length that lies costs no more memory than the file has bytes.
        long[] words = new long[Math.min(count, CHUNK)];
        for (int i = 0; i < count; i++) {
            if (i == words.length) {
                words = Arrays.copyOf(words, (int) Math.min(count, 2L * i));
            }
            words[i] = in.readLong();
        }
        return words;
    }

    static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** See {@link #readWords}. */
    static byte[] readBytes(DataInputStream in, int length) throws IOException {
        int count = length(in, length);
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    /** A number of things that follow. */
    static int count(DataInputStream in) throws IOException {
        return length(in, -1);
    }

    private static int length(DataInputStream in, int expected) throws IOException {
        int length = in.readInt();
        if (length < 0 || expected >= 0 && length != expected) {
            throw new IOException("has a state of another size");
        }
        return length;
    }

    private Field[] fields() {
        return Arrays.stream(state.getClass().getFields())
                .filter(f -> !Modifier.isStatic(f.getModifiers())
                        && !f.getType().isInterface()
                        && !f.getName().equals(skipped))
                .sorted(Comparator.comparing(Field::getName))
                .toArray(Field[]::new);
    }

    private Object get(Field field) {
        try {
            return field.get(state);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private void set(Field field, Object value) {
        if (Modifier.isFinal(field.getModifiers())) {
            // What an object was made with: the composition is the same.
            return;
        }
        try {
            field.set(state, value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
