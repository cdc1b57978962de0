// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** What a test needs from the host. Where it is missing the test says so in a list that the build prints last. */
final class Tools {
    private Tools() {}

    static boolean has(String program) {
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    /** Ends the test when the program is not on the path. */
    static void require(String test, String program, String debianPackage) {
        if (!has(program)) {
            didNotRun(test + ": needs " + program + " (apt-get install " + debianPackage + ")", true);
        }
    }

    /**
     * Ends the test as not run.
     *
     * @param what which test, why, and how to get it
     * @param failsInCi whether it counts as a failure where the environment says CI=true
     */
    static void didNotRun(String what, boolean failsInCi) {
        if (failsInCi && "true".equals(System.getenv("CI"))) {
            Assertions.fail(what);
        }
        Path list = Spelunk.ROOT.resolve("target").resolve("did-not-run.txt");
        try {
            Files.createDirectories(list.getParent());
            Files.writeString(
                    list, what + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Assumptions.abort(what);
    }

    /** What a program printed. */
    record Printed(String out, String err) {}

    /**
     * Runs a program of the host that gets no input and is to succeed.
     *
     * @param folder for what it prints
     */
    static Printed run(Path folder, String... command) throws IOException, InterruptedException {
        Path out = folder.resolve("host.out");
        Path err = folder.resolve("host.err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        process.getOutputStream().close();
        Assertions.assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + text(err));
        return new Printed(Files.readString(out), text(err));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code perf} prints on standard output. */
    static String perf(Path folder, String... arguments) throws IOException, InterruptedException {
        return run(folder, command(arguments, "perf")).out();
    }

    /** A command line of a program and further arguments. */
    static String[] command(String[] arguments, String... program) {
        String[] command = Arrays.copyOf(program, program.length + arguments.length);
        System.arraycopy(arguments, 0, command, program.length, arguments.length);
        return command;
    }
}
