// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What scripts and documents tell people to type. */
class ScriptsTest {
    /** A command, over lines that end with a backslash. */
    private static final Pattern QEMU = Pattern.compile("qemu-system-aarch64 -M(?:[^\\n]*\\\\\\n)*[^\\n]*");

    @Test
    @DisplayName("QEMU is started without a network, whose ROM a minimal installation of it does not have")
    void noNetwork() throws IOException {
        Path root = Path.of(System.getProperty("spelunk.root"));
        List<String> commands;
        try (Stream<Path> files = Files.walk(root.resolve("integration-tests"))) {
            commands = files.filter(file -> file.toString().matches(".*\\.(sh|md)"))
                    .filter(file -> !root.relativize(file).toString().contains("target/"))
                    .flatMap(file -> QEMU.matcher(read(file)).results().map(found -> file + ": " + found.group()))
                    .toList();
        }
        assertThat(commands).hasSizeGreaterThanOrEqualTo(4).allMatch(command -> command.contains(" -nic none"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
