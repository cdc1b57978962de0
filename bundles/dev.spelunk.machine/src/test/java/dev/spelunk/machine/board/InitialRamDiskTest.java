// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RAM disks that Linux can unpack, and files that are none. */
class InitialRamDiskTest {
    @TempDir
    private Path folder;

    private Path file(String hex) throws IOException {
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return Files.write(folder.resolve("initrd"), bytes);
    }

    private static void refused(Path file, long limit, String because) {
        assertThatThrownBy(() -> InitialRamDisk.read(file, limit))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(because)
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"303730373031", "303730373032", "1f8b08", "fd377a585a00", "28b52ffd", "02214c18", "425a68"})
    void readsArchives(String begin) throws IOException {
        Path file = file(begin + "0011223344");
        assertThat(InitialRamDisk.read(file, 100)).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void refusesWhatIsNone() throws IOException {
        refused(file(""), 100, "not an initramfs");
        refused(file("3037"), 100, "not an initramfs");
        refused(Files.write(folder.resolve("text"), "hello".getBytes(StandardCharsets.UTF_8)), 100, "not an initramfs");
        refused(file("303730373031"), 5, "larger than");
        refused(folder, 100, "not a regular file");
        refused(folder.resolve("absent"), 100, "no such file");
    }
}
