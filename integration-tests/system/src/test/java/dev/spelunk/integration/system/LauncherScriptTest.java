// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in a checkout of its own, which shows the built bundles of this one. */
class LauncherScriptTest {
    private static final Path CLI = Path.of("bundles/dev.spelunk.cli/target");

    @TempDir
    private Path home;

    @BeforeEach
    void checkout() throws IOException {
        Files.copy(Spelunk.ROOT.resolve("spelunk"), home.resolve("spelunk"));
        Path target = home.resolve(CLI);
        Files.createDirectories(target.resolve("assembly"));
        for (String built : new String[] {"dev.spelunk.cli.jar", "assembly/lib", "assembly/repository"}) {
            Files.createSymbolicLink(
                    target.resolve(built), Spelunk.ROOT.resolve(CLI).resolve(built));
        }
        Files.createFile(target.resolve("assembly/assembled"));
        Files.createFile(home.resolve("pom.xml"));
    }

    private void age(String file, Duration age) throws IOException {
        Files.setLastModifiedTime(
                home.resolve(file), FileTime.from(Instant.now().minus(age)));
    }

    private String version(int expectedCode) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(home.resolve("spelunk").toString(), "--version").redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(expectedCode);
        return said;
    }

    @Test
    @DisplayName("What is built and newer than its sources runs, and nothing is said")
    void built() throws Exception {
        age("pom.xml", Duration.ofHours(1));
        assertThat(version(0).lines()).hasSize(2);
    }

    @Test
    @DisplayName("Newer sources in a checkout that cannot be written: what is built runs, and it is said")
    void newerSourcesWhereNothingCanBeWritten() throws Exception {
        age(CLI + "/assembly/assembled", Duration.ofHours(1));
        // Whoever runs this test, root too, cannot redirect into a folder.
        Files.createDirectory(home.resolve(CLI).resolve("build.started"));
        assertThat(version(0).lines())
                .hasSize(3)
                .anyMatch(line -> line.contains("sources are newer than what is built (" + home.resolve("pom.xml"))
                        && line.endsWith("cannot be written: running what is built"));
    }

    @Test
    @DisplayName("Nothing built in a checkout that cannot be written: exit code 2 with the reason")
    void nothingBuiltWhereNothingCanBeWritten() throws Exception {
        Files.delete(home.resolve(CLI).resolve("assembly/assembled"));
        Files.createDirectory(home.resolve(CLI).resolve("build.started"));
        assertThat(version(2)).contains("cannot build: ").contains(" cannot be written");
    }
}
