// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The guests of integration-tests/guests. */
final class Guests {
    static final Path BUNDLED = Spelunk.ROOT.resolve("integration-tests/guests/prebuilt/guest.elf");
    private static Path built;

    private Guests() {}

    /** A test guest by its file name, built when the cross compiler is there; ends the test when it is not. */
    static synchronized Path built(String test, String name) throws IOException, InterruptedException {
        if (built == null) {
            Tools.require(test, "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
            // Each JVM of the tests has its own: they run side by side.
            Path folder = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target").toAbsolutePath()), "guests-");
            Path log = folder.resolve("build.log");
            Process process = new ProcessBuilder(
                            Spelunk.ROOT
                                    .resolve("integration-tests/guests/build.sh")
                                    .toString(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertThat(process.waitFor())
                    .as("build.sh: %s", Files.readString(log))
                    .isZero();
            built = folder;
        }
        Path guest = built.resolve(name);
        assertThat(guest).exists();
        return guest;
    }
}
