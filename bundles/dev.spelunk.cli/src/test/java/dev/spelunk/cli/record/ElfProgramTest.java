// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs need, read from files made here. */
class ElfProgramTest {
    @TempDir
    private Path folder;

    private static ElfFile program() {
        return new ElfFile("/lib/ld-linux-aarch64.so.1", "$ORIGIN/../lib:/opt/lib", "libm.so.6", "libc.so.6");
    }

    private ElfProgram read(byte[] content) throws IOException {
        return ElfProgram.read(Files.write(folder.resolve("program"), content));
    }

    @Test
    void namesTheLoaderAndTheLibraries() throws IOException {
        ElfProgram program = read(program().elf().array());
        assertThat(program.interpreter()).isEqualTo("/lib/ld-linux-aarch64.so.1");
        assertThat(program.libraries()).containsExactly("libm.so.6", "libc.so.6");
        assertThat(program.searched()).containsExactly("$ORIGIN/../lib", "/opt/lib");
    }

    @Test
    void aStaticProgramNeedsNothing() throws IOException {
        assertThat(read(program().elf().putShort(56, (short) 0).array()))
                .isEqualTo(new ElfProgram(null, List.of(), List.of()));
    }

    @Test
    void refusesOtherFiles() throws IOException {
        for (byte[] other : new byte[][] {
            new byte[0],
            "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII),
            program().elf().putShort(18, (short) 62).array(),
            program().elf().put(4, (byte) 1).array()
        }) {
            assertThatThrownBy(() -> read(other))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("no AArch64 program");
        }
    }

    @Test
    void damageEndsInOneMessage() {
        Random random = new Random(3);
        for (int i = 0; i < 3000; i++) {
            byte[] content = program().elf().array();
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
