// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions of a program with a symbol table made here. */
class FunctionTableTest {
    private static final int SECTIONS = 128;
    private static final int SYMBOLS = 512;
    private static final int STRINGS = 896;

    @TempDir
    private Path folder;

    private int symbols;
    private int strings = STRINGS + 1;
    private final ByteBuffer elf = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);

    private void symbol(String name, int type, long address, long size) {
        int at = SYMBOLS + 24 * symbols++;
        elf.putInt(at, strings - STRINGS)
                .put(at + 4, (byte) (1 << 4 | type))
                .putLong(at + 8, address)
                .putLong(at + 16, size);
        elf.position(strings);
        elf.put((name + "\0").getBytes(StandardCharsets.US_ASCII));
        strings = elf.position();
    }

    private FunctionTable read(int type) throws IOException {
        elf.putInt(0, 0x464c457f)
                .put(4, (byte) 2)
                .put(5, (byte) 1)
                .putShort(16, (short) type)
                .putShort(18, (short) 183);
        elf.putLong(24, 0x400104).putLong(40, SECTIONS).putShort(60, (short) 3);
        elf.putInt(SECTIONS + 64 + 4, 2)
                .putLong(SECTIONS + 64 + 24, SYMBOLS)
                .putLong(SECTIONS + 64 + 32, 24L * symbols);
        elf.putInt(SECTIONS + 64 + 40, 2);
        elf.putInt(SECTIONS + 128 + 4, 3).putLong(SECTIONS + 128 + 24, STRINGS).putLong(SECTIONS + 128 + 32, 128);
        return FunctionTable.read(Files.write(folder.resolve("program"), elf.array()));
    }

    @Test
    void findsTheFunctionOfAnAddress() throws IOException {
        symbol("second", 2, 0x400200, 0x20);
        symbol("data", 1, 0x400204, 4);
        symbol("first", 2, 0x400100, 0x10);
        symbol("unsized", 2, 0x400220, 0);
        symbol("alias", 2, 0x400200, 0x20);
        symbol("last", 2, 0x400300, 8);
        FunctionTable table = read(2);
        assertThat(table.entry()).isEqualTo(0x400104);
        assertThat(table.size()).isEqualTo(4);
        assertThat(table.name(table.find(0x400100))).isEqualTo("first");
        assertThat(table.name(table.find(0x40010f))).isEqualTo("first");
        assertThat(table.find(0x400110)).isEqualTo(4);
        assertThat(table.name(table.find(0x400204))).isEqualTo("second");
        assertThat(table.name(table.find(0x4002ff))).isEqualTo("unsized");
        assertThat(table.find(0x400308)).isEqualTo(4);
        assertThat(table.find(0)).isEqualTo(4);
        assertThat(table.holds(table.find(0x400304), 0x400304)).isTrue();
        assertThat(table.holds(0, 0x400304)).isFalse();
        assertThat(table.holds(4, 0x400304)).isFalse();
    }

    @Test
    void wantsFixedAddressesAndNames() {
        assertThatThrownBy(() -> read(3)).isInstanceOf(UserError.class).hasMessageContaining("-static -no-pie");
        assertThatThrownBy(() -> read(2)).isInstanceOf(UserError.class).hasMessageContaining("no symbols");
    }
}
