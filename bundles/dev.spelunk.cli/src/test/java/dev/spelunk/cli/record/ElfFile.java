// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** AArch64 programs and libraries with nothing in them but what they need. */
final class ElfFile {
    private static final int DYNAMIC = 256;
    private static final int STRINGS = 512;
    private static final long LINKED = 0x400000;

    private final ByteBuffer elf = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    private int strings = STRINGS + 1;
    private int tags = DYNAMIC;

    /**
     * Makes a file.
     *
     * @param interpreter path of the loader, or null
     * @param runPath where libraries are looked for, or null
     * @param libraries names of what it needs
     */
    ElfFile(String interpreter, String runPath, String... libraries) {
        elf.putInt(0, 0x464c457f)
                .put(4, (byte) 2)
                .put(5, (byte) 1)
                .putShort(16, (short) 3)
                .putShort(18, (short) 183);
        elf.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 3);
        header(1, 1, 0, 1024);
        if (interpreter != null) {
            header(0, 3, string(interpreter), interpreter.length() + 1);
        }
        for (String library : libraries) {
            tag(1, string(library) - STRINGS);
        }
        if (runPath != null) {
            tag(29, string(runPath) - STRINGS);
        }
        tag(5, LINKED + STRINGS);
        header(2, 2, DYNAMIC, tags + 16 - DYNAMIC);
    }

    ByteBuffer elf() {
        return elf;
    }

    private void header(int index, int type, int offset, int size) {
        int at = 64 + 56 * index;
        elf.putInt(at, type)
                .putLong(at + 8, offset)
                .putLong(at + 16, LINKED + offset)
                .putLong(at + 32, size);
    }

    private void tag(long tag, long value) {
        elf.putLong(tags, tag).putLong(tags + 8, value);
        tags += 16;
    }

    private int string(String text) {
        int at = strings;
        elf.position(at);
        elf.put(text.getBytes(StandardCharsets.US_ASCII));
        strings = elf.position() + 1;
        return at;
    }
}
