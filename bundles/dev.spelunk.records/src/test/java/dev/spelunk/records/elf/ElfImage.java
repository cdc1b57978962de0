// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A small ELF file made by hand: .text at offset 0x100 with some symbols. */
public final class ElfImage {
    public static final long TEXT = 0xffff_ff80_4008_0000L;
    private static final int TEXT_SIZE = 0x100;
    private static final String NAMES = "\0.text\0.symtab\0.strtab\0";
    private static final String SYMBOL_NAMES = "\0alpha\0beta\0gamma\0$x\0local\0data\0";

    private ElfImage() {}

    /** alpha 0x00 to 0x20, beta from 0x20 without a size, gamma 0x80 to 0xc0; a label "local" at 0x80 too. */
    public static byte[] bytes() {
        ByteBuffer b = ByteBuffer.allocate(0x500).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1);
        b.putShort(16, (short) 2)
                .putShort(18, (short) 183)
                .putInt(20, 1)
                .putLong(24, TEXT)
                .putLong(32, 64)
                .putLong(40, 0x300);
        b.putShort(52, (short) 64).putShort(54, (short) 56).putShort(56, (short) 1);
        b.putShort(58, (short) 64).putShort(60, (short) 4).putShort(62, (short) 3);
        b.putInt(64, 1)
                .putInt(68, 5)
                .putLong(72, 0x100)
                .putLong(80, TEXT)
                .putLong(88, TEXT)
                .putLong(96, TEXT_SIZE)
                .putLong(104, TEXT_SIZE);
        section(b, 1, 1, 1, 6, TEXT, 0x100, TEXT_SIZE, 0);
        section(b, 2, 7, 2, 0, 0, 0x200, 7 * 24, 3);
        section(b, 3, 15, 3, 0, 0, 0x400, 0x80, 0);
        b.position(0x400).put(NAMES.getBytes(StandardCharsets.US_ASCII));
        int names = NAMES.length();
        b.put(SYMBOL_NAMES.getBytes(StandardCharsets.US_ASCII));
        symbol(b, 1, names + 1, 0x12, 1, TEXT, 0x20);
        symbol(b, 2, names + 7, 0x12, 1, TEXT + 0x20, 0);
        symbol(b, 3, names + 12, 0x12, 1, TEXT + 0x80, 0x40);
        symbol(b, 4, names + 18, 0x00, 1, TEXT + 0x20, 0);
        symbol(b, 5, names + 21, 0x00, 1, TEXT + 0x80, 0);
        symbol(b, 6, names + 27, 0x11, 1, TEXT + 0xf0, 8);
        return b.array();
    }

    private static void section(
            ByteBuffer b, int index, int name, int type, long flags, long address, long offset, long size, int link) {
        int at = 0x300 + index * 64;
        b.putInt(at, name)
                .putInt(at + 4, type)
                .putLong(at + 8, flags)
                .putLong(at + 16, address)
                .putLong(at + 24, offset)
                .putLong(at + 32, size)
                .putInt(at + 40, link);
    }

    private static void symbol(ByteBuffer b, int index, int name, int info, int section, long address, long size) {
        int at = 0x200 + index * 24;
        b.putInt(at, name)
                .put(at + 4, (byte) info)
                .putShort(at + 6, (short) section)
                .putLong(at + 8, address)
                .putLong(at + 16, size);
    }
}
