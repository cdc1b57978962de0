// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        try (PeripheralOptions.Connected connected = options().connect(Long.MAX_VALUE)) {
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
                .connect(Long.MAX_VALUE)) {
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
            assertThatThrownBy(() ->
                            options("--drive", disk.toString(), "--port", bad).connect(Long.MAX_VALUE))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("--port " + bad);
        }
        options("--drive", disk.toString()).connect(Long.MAX_VALUE).close();
    }
}
