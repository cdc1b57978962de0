// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.process.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A file as a disk of the guest")
class FileDriveTest {
    @TempDir
    private Path folder;

    private Path file(int size) throws IOException {
        byte[] content = new byte[size];
        Arrays.fill(content, (byte) 7);
        return Files.write(folder.resolve("disk.img"), content);
    }

    /** What is printed on standard error. */
    private static String told(Runnable action) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("reads and writes at offsets, and reads zero behind the end")
    void transfers() throws IOException {
        Path file = file(1000);
        try (FileDrive drive = new FileDrive(file, false)) {
            assertThat(drive.size()).isEqualTo(1000);
            drive.write(512, new byte[] {1, 2, 3, 4}, 1, 2);
            drive.flush();
            byte[] sector = new byte[514];
            Arrays.fill(sector, (byte) 9);
            drive.read(512, sector, 1, 512);
            assertThat(Arrays.copyOf(sector, 5)).containsExactly(9, 2, 3, 7, 7);
            assertThat(sector[488]).isEqualTo((byte) 7);
            assertThat(Arrays.copyOfRange(sector, 489, 513)).containsOnly(0);
            assertThat(sector[513]).isEqualTo((byte) 9);
        }
        assertThat(Files.size(file)).isEqualTo(1000);
        assertThat(Files.readAllBytes(file)[513]).isEqualTo((byte) 3);
    }

    @Test
    @DisplayName("a file that is missing, empty or a folder is refused")
    void refused() throws IOException {
        Path missing = folder.resolve("missing.img");
        assertThatThrownBy(() -> new FileDrive(missing, false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no such file: " + missing);
        assertThatThrownBy(() -> new FileDrive(folder, true))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not a file");
        Path empty = file(0);
        assertThatThrownBy(() -> new FileDrive(empty, false))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("empty");
    }

    @Test
    @DisplayName("one file cannot be two disks, unless both only read it")
    void lock() throws IOException {
        Path file = file(512);
        try (FileDrive first = new FileDrive(file, false)) {
            assertThatThrownBy(() -> new FileDrive(file, true))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("given twice");
            assertThat(first.readOnly()).isFalse();
        }
        new FileDrive(file, true).close();
    }

    @Test
    @DisplayName("what the host cannot do is an IOException for the device, and is told at the end")
    void failure() throws IOException {
        FileDrive drive = new FileDrive(file(512), false);
        assertThat(told(drive::close)).isEmpty();
        assertThatThrownBy(() -> drive.write(0, new byte[1], 0, 1)).isInstanceOf(IOException.class);
        assertThatThrownBy(drive::flush).isInstanceOf(IOException.class);
        assertThat(told(drive::close))
                .contains("disk.img could not be written")
                .contains("(2 failures)")
                .contains("the guest got I/O errors");
    }

    @Test
    @DisplayName("a port's file holds what was written, and a full disk is told at the end")
    void port() throws IOException {
        Path file = folder.resolve("port");
        try (PortFile port = new PortFile(file)) {
            port.write("hello".getBytes(StandardCharsets.UTF_8));
            port.write('!');
        }
        assertThat(file).hasContent("hello!");
        PortFile full = new PortFile(Path.of("/dev/full"));
        full.write(1);
        assertThat(told(full::close))
                .contains("/dev/full does not hold all that the guest wrote to its port: No space left on device");
    }
}
