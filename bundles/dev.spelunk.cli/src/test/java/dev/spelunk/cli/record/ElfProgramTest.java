// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs need, read from files made here. */
class ElfProgramTest {
    private static final int STRINGS = 512;
    private static final int DYNAMIC = 256;
    private static final long LINKED = 0x400000;

    @TempDir
    private Path folder;

    private static void header(ByteBuffer elf, int index, int type, int offset, int size) {
        int at = 64 + 56 * index;
        elf.putInt(at, type).putLong(at + 8, offset).putLong(at + 16, LINKED + offset).putLong(at + 32, size);
    }

    /** A dynamic program that needs libm.so.6 and libc.so.6. */
    private static ByteBuffer dynamic() {
        ByteBuffer elf = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1).putShort(16, (short) 3).putShort(18, (short) 183);
        elf.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 3);
        byte[] strings = "\0/lib/ld-linux-aarch64.so.1\0libm.so.6\0libc.so.6\0".getBytes(StandardCharsets.US_ASCII);
        elf.position(STRINGS);
        elf.put(strings);
        header(elf, 0, 3, STRINGS + 1, 27);
        header(elf, 1, 1, 0, 1024);
        header(elf, 2, 2, DYNAMIC, 64);
        elf.putLong(DYNAMIC, 1).putLong(DYNAMIC + 8, 28);
        elf.putLong(DYNAMIC + 16, 1).putLong(DYNAMIC + 24, 38);
        elf.putLong(DYNAMIC + 32, 5).putLong(DYNAMIC + 40, LINKED + STRINGS);
        return elf;
    }

    private ElfProgram read(byte[] content) throws IOException {
        return ElfProgram.read(Files.write(folder.resolve("program"), content));
    }

    @Test
    void namesTheLoaderAndTheLibraries() throws IOException {
        ElfProgram program = read(dynamic().array());
        assertThat(program.interpreter()).isEqualTo("/lib/ld-linux-aarch64.so.1");
        assertThat(program.libraries()).containsExactly("libm.so.6", "libc.so.6");
    }

    @Test
    void aStaticProgramNeedsNothing() throws IOException {
        assertThat(read(dynamic().putShort(56, (short) 0).array())).isEqualTo(new ElfProgram(null, List.of()));
    }

    @Test
    void refusesOtherFiles() throws IOException {
        for (byte[] other : new byte[][] {new byte[0], "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII),
            dynamic().putShort(18, (short) 62).array(), dynamic().put(4, (byte) 1).array()}) {
            assertThatThrownBy(() -> read(other)).isInstanceOf(UserError.class).hasMessageContaining("no AArch64 program");
        }
    }

    @Test
    void damageEndsInOneMessage() {
        Random random = new Random(3);
        for (int i = 0; i < 3000; i++) {
            byte[] content = dynamic().array();
            for (int n = 0; n < 6; n++) {
                content[6 + random.nextInt(content.length - 6)] = (byte) random.nextInt();
            }
            try {
                read(content);
            } catch (UserError e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
