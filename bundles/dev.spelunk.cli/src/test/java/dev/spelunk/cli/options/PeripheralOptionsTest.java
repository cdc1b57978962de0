// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("--drive, --port, --terminal")
class PeripheralOptionsTest {
    @TempDir
    private Path folder;

    private static PeripheralOptions options(String... arguments) {
        PeripheralOptions options = new PeripheralOptions();
        CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();
        spec.addMixin("peripherals", CommandLine.Model.CommandSpec.forAnnotatedObject(options));
        new CommandLine(spec).parseArgs(arguments);
        return options;
    }

    @Test
    @DisplayName("without options there is a source of entropy, and nothing else")
    void nothing() {
        try (PeripheralOptions.Connected connected = options().connect(Long.MAX_VALUE, new NamedFiles())) {
            assertThat(connected.peripherals()).isEqualTo(new Peripherals(List.of(), false, List.of(), true));
        }
    }

    @Test
    @DisplayName("drives come in the order of the options, each writable or not")
    void drives() throws IOException {
        Path one = Files.write(folder.resolve("one"), new byte[512]);
        Path two = Files.write(folder.resolve("two"), new byte[1024]);
        try (PeripheralOptions.Connected connected = options(
                        "--drive",
                        two + ",readonly",
                        "--drive",
                        one.toString(),
                        "--terminal",
                        "virtio",
                        "--port",
                        "log=" + folder.resolve("log"))
                .connect(Long.MAX_VALUE, new NamedFiles())) {
            Peripherals peripherals = connected.peripherals();
            assertThat(peripherals.drives()).extracting("size").containsExactly(1024L, 512L);
            assertThat(peripherals.drives()).extracting("readOnly").containsExactly(true, false);
            assertThat(peripherals.console()).isTrue();
            assertThat(peripherals.ports()).singleElement().extracting("name").isEqualTo("log");
        }
        assertThat(folder.resolve("log")).isEmptyFile();
    }

    @Test
    @DisplayName("a port needs a name and a file; what was opened before is closed")
    void badPort() throws IOException {
        Path disk = Files.write(folder.resolve("disk"), new byte[512]);
        for (String bad : new String[] {"name", "=file", "a b=file", "x".repeat(65) + "=file", "name="}) {
            assertThatThrownBy(() -> options("--drive", disk.toString(), "--port", bad)
                            .connect(Long.MAX_VALUE, new NamedFiles()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("--port " + bad);
        }
        options("--drive", disk.toString())
                .connect(Long.MAX_VALUE, new NamedFiles())
                .close();
    }

    @Test
    @DisplayName("a port is not written over the guest, a drive, or another port; what was there stays")
    void portOverAnotherFile() throws IOException {
        Path disk = Files.writeString(folder.resolve("disk"), "what the disk holds");
        Path guest = Files.writeString(folder.resolve("guest"), "a guest");
        Path link = Files.createSymbolicLink(folder.resolve("link"), disk);
        String[][] cases = {
            {"port log would be written over a drive, " + disk, "--drive", disk.toString(), "--port", "log=" + link},
            {"port log would be written over the guest, " + guest, "--port", "log=" + guest},
            {
                "port a would be written over port b, ",
                "--port",
                "a=" + folder + "/new",
                "--port",
                "b=" + folder + "/sub/../new"
            },
            {"there is a port of that name already", "--port", "a=" + folder + "/1", "--port", "a=" + folder + "/2"}
        };
        for (String[] one : cases) {
            assertThatThrownBy(() -> options(Arrays.copyOfRange(one, 1, one.length))
                            .connect(Long.MAX_VALUE, new NamedFiles().reads("the guest", guest)))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining(one[0]);
        }
        assertThat(disk).hasContent("what the disk holds");
        assertThat(guest).hasContent("a guest");
        options("--port", "a=/dev/null", "--drive", disk.toString())
                .connect(Long.MAX_VALUE, new NamedFiles())
                .close();
    }
}
