// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The real program, started by the launcher script in the top folder. */
final class Spelunk {
    /** Top folder of the source tree. */
    static final Path ROOT =
            Path.of(System.getProperty("spelunk.root")).toAbsolutePath().normalize();

    private static final long TIMEOUT_SECONDS = 600;
    private static final Pattern PROGRESS = Pattern.compile("spelunk: [0-9.]+ s, [0-9,]+ million instructions, .*");

    private final List<String> prefix = new ArrayList<>();
    private final List<String> arguments;
    private final Map<String, String> environment = new TreeMap<>();
    private Path outputFile;
    private boolean unread;
    private boolean noInput;
    private String input = "";

    private Spelunk(String... arguments) {
        this.arguments = List.of(arguments);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
    }

    /** What a process did. */
    record Outcome(int code, String out, String err) {
        /** The only line on standard error. */
        String onlyError() {
            assertThat(err.lines()).as("standard error").hasSize(1);
            return err.strip();
        }
    }

    static Outcome run(String... arguments) {
        return new Spelunk(arguments).run();
    }

    static Spelunk with(String... arguments) {
        return new Spelunk(arguments);
    }

    Spelunk javaHome(Path folder) {
        environment.put("JAVA_HOME", folder.toString());
        return this;
    }

    /** Options of the Java virtual machine. */
    Spelunk javaOptions(String options) {
        environment.put("JAVA_OPTS", options);
        return this;
    }

    /** A variable of its environment. */
    Spelunk environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Text for standard input. */
    Spelunk input(String text) {
        input = text;
        return this;
    }

    /** Sends standard output to a file. */
    Spelunk output(Path file) {
        outputFile = file;
        return this;
    }

    /** Leaves standard output a pipe that nobody reads. */
    Spelunk unread() {
        unread = true;
        return this;
    }

    /** Lets standard input be at its end from the first moment on. */
    Spelunk noInput() {
        noInput = true;
        return this;
    }

    /** SIGINT is heard: a parent that runs tests in the background may ignore it, and children inherit that. */
    Spelunk interruptible() throws IOException, InterruptedException {
        String[] reset = {"env", "--default-signal=INT,HUP"};
        if (new ProcessBuilder(reset[0], reset[1], "true").start().waitFor() == 0) {
            by(reset);
        }
        return this;
    }

    /** A command that the program is started by. */
    Spelunk by(String... command) {
        prefix.addAll(List.of(command));
        return this;
    }

    /** Starts the program; standard output and error go to the files of these names in the folder. */
    Process start(Path folder) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(ROOT.resolve("spelunk").toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput((outputFile == null ? folder.resolve("stdout") : outputFile).toFile())
                .redirectError(folder.resolve("stderr").toFile());
        if (unread) {
            builder.redirectOutput(ProcessBuilder.Redirect.PIPE);
        }
        if (noInput) {
            builder.redirectInput(new File("/dev/null"));
        }
        builder.environment().remove("JAVA_OPTS");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** The JVM of a program that was started, a child of the launcher script; null before there is one. */
    static ProcessHandle jvm(Process process) {
        return process.children()
                .filter(child -> child.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElse(null);
    }

    /** Kills the program, launcher and JVM, and waits until both are gone. */
    static void kill(Process process) throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.waitFor();
        for (ProcessHandle child : children) {
            while (child.isAlive()) {
                Thread.sleep(1);
            }
        }
    }

    /** Starts the program and waits for its end. */
    Outcome run() {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("spelunk-test-");
            Process process = start(folder);
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The program has ended without reading it.
                assertThat(e).hasMessageContaining("pipe");
            }
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                kill(process);
                throw new AssertionError("spelunk " + String.join(" ", arguments) + " does not end");
            }
            return outcome(process, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            if (folder != null) {
                delete(folder.resolve("stdout"));
                delete(folder.resolve("stderr"));
                delete(folder);
            }
        }
    }

    Outcome outcome(Process process, Path folder) throws IOException {
        String out = outputFile == null ? Files.readString(folder.resolve("stdout"), StandardCharsets.ISO_8859_1) : "";
        // That it builds, where sources are newer than what is built, and progress, where the host is slow, are no
        // errors.
        String err = Files.readString(folder.resolve("stderr"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("spelunk: building (")
                        && !PROGRESS.matcher(line).matches())
                .reduce("", (a, b) -> a + b + "\n");
        return new Outcome(process.exitValue(), out, err);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
