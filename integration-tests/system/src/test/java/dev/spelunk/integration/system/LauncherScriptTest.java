// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** A Java whose JVM is this line of shell. */
    private void java(String line) throws IOException {
        age("pom.xml", Duration.ofHours(1));
        Path java = home.resolve("jdk/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"17.0.1\"\n");
        Files.writeString(java, "#!/bin/sh\n" + line + "\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "env", "--default-signal=INT,HUP", home.resolve("spelunk").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        return builder.start();
    }

    private static void send(String to, String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, "--", to).start().waitFor())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"INT, run, 130", "TERM, run, 143", "HUP, run, 129", "INT, record, 125", "TERM, --version, 143"})
    @DisplayName("A signal before Main listens is said, with its exit code, also when the whole group gets it")
    void signalBeforeMain(String name, String command, int code) throws Exception {
        for (boolean group : new boolean[] {false, true}) {
            // What the JVM does before it has its handlers: each signal ends it.
            java("echo started; exec sleep 600");
            Process process = group ? startInGroup(command) : start(command);
            BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
            assertThat(said.readLine()).isEqualTo("started");
            send((group ? "-" : "") + process.pid(), name);
            // A shell whose child was ended by the signal too may say that first.
            assertThat(said.lines()).hasSizeBetween(1, group ? 2 : 1).endsWith("spelunk: interrupted");
            assertThat(process.waitFor()).isEqualTo(code);
        }
    }

    private Process startInGroup(String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "setsid",
                        "env",
                        "--default-signal=INT,HUP",
                        home.resolve("spelunk").toString(),
                        command)
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
        return builder.start();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 127, 130, 143, 255})
    @DisplayName("The exit code and standard input are the JVM's")
    void exitCodes(int code) throws Exception {
        java("read -r line; echo \"$line\"; exit " + code);
        Process process = start("run");
        try (OutputStream in = process.getOutputStream()) {
            in.write("typed\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("typed\n");
        assertThat(process.waitFor()).isEqualTo(code);
    }

    @Test
    @DisplayName("A signal while Main listens: Main says it, and the exit code is the signal's")
    void signalThatMainHears() throws Exception {
        java("trap 'echo said; exit 130' USR1; echo started; while :; do sleep 0.01; done");
        Process process = start("run");
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        assertThat(said.readLine()).isEqualTo("started");
        send(Long.toString(process.pid()), "TERM");
        assertThat(said.lines()).containsExactly("said");
        assertThat(process.waitFor()).isEqualTo(143);
    }
}
