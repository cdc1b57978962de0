// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The build id of an ELF file, the note NT_GNU_BUILD_ID (gABI, chapter 5)")
class BuildIdTest {
    private static final int SHT_NOTE = 7;
    private static final byte[] ID = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};

    @TempDir
    private Path folder;

    private byte[] read(int type, byte[]... notes) throws IOException {
        ElfBuilder elf = new ElfBuilder();
        int offset = 0x1000;
        for (byte[] note : notes) {
            elf.add(".note", type, 2, 0, offset, note);
            offset += 0x100;
        }
        return ElfFile.read(Files.write(folder.resolve("guest.elf"), elf.bytes()))
                .buildId();
    }

    private static byte[] join(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @Test
    @DisplayName("It is found alone, behind other notes of any length, and in a second section")
    void found() throws IOException {
        byte[] note = ElfBuilder.note("GNU", 3, ID);
        assertThat(read(SHT_NOTE, note)).isEqualTo(ID);
        for (int length = 0; length < 9; length++) {
            assertThat(read(SHT_NOTE, join(ElfBuilder.note("GNU", 1, new byte[length]), note)))
                    .as("behind a note of %d bytes", length)
                    .isEqualTo(ID);
            assertThat(read(SHT_NOTE, join(ElfBuilder.note("x".repeat(length), 3, new byte[5]), note)))
                    .as("behind one with a name of %d", length)
                    .isEqualTo(ID);
        }
        assertThat(read(SHT_NOTE, ElfBuilder.note("GNU", 1, new byte[16]), note))
                .isEqualTo(ID);
        assertThat(read(SHT_NOTE, ElfBuilder.note("GNU", 3, new byte[] {7})))
                .as("a short one")
                .containsExactly(7);
    }

    @Test
    @DisplayName("Notes of another type, another name or another section are none, nor is one that is cut off")
    void others() throws IOException {
        assertThat(read(SHT_NOTE, ElfBuilder.note("GNU", 4, ID))).isEmpty();
        assertThat(read(SHT_NOTE, ElfBuilder.note("Go", 3, ID))).isEmpty();
        assertThat(read(SHT_NOTE, ElfBuilder.note("GNV", 3, ID))).isEmpty();
        assertThat(read(1, ElfBuilder.note("GNU", 3, ID))).isEmpty();
        assertThat(read(SHT_NOTE, Arrays.copyOf(ElfBuilder.note("GNU", 3, ID), 35)))
                .isEmpty();
        assertThat(read(SHT_NOTE, new byte[12])).isEmpty();
    }

    @Test
    @DisplayName("A note section that lies outside the file is left out")
    void outside() throws IOException {
        byte[] elf;
        ElfBuilder builder = new ElfBuilder();
        int index = builder.add(".note", SHT_NOTE, 2, 0, 0x1000, ElfBuilder.note("GNU", 3, ID));
        elf = builder.bytes();
        int header = 0xC000 + 64 * index;
        for (long[] place :
                new long[][] {{-1, 36}, {0x1000, -1}, {elf.length, 36}, {0x1000, elf.length}, {elf.length - 35, 36}}) {
            byte[] damaged = elf.clone();
            java.nio.ByteBuffer.wrap(damaged)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .putLong(header + 24, place[0])
                    .putLong(header + 32, place[1]);
            assertThat(ElfFile.read(Files.write(folder.resolve("guest.elf"), damaged))
                            .buildId())
                    .as("%d %d", place[0], place[1])
                    .isEmpty();
        }
    }
}
