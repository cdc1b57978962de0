// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.debian;

import dev.spelunk.cli.process.UserError;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs apt and dpkg of the host. */
public class HostTools {
    /**
     * What a tool said.
     *
     * @param code its exit code
     * @param lines standard output
     * @param errors standard error
     */
    public record Output(int code, List<String> lines, List<String> errors) {
        /** The first error that the tool names, or else the first on standard error, or its last words. */
        String problem() {
            List<String> said = new ArrayList<>(errors);
            said.addAll(0, lines);
            for (String line : said) {
                if (line.startsWith("E: ")) {
                    return line.substring(3);
                }
            }
            for (String line : errors) {
                if (!line.isBlank() && !line.startsWith("W: ")) {
                    return line.trim();
                }
            }
            for (int i = lines.size() - 1; i >= 0; i--) {
                if (!lines.get(i).isBlank()) {
                    return lines.get(i).trim();
                }
            }
            return "exit code " + code;
        }
    }

    /**
     * Runs a tool to its end.
     *
     * @param folder its working folder, or null
     * @param progress gets each line of standard output at once
     * @param command the tool and its arguments
     * @throws UserError when the host has no such tool
     */
    public Output run(Path folder, Consumer<String> progress, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C.UTF-8");
        if (folder != null) {
            builder.directory(folder.toFile());
        }
        Process process;
        try {
            process = builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
        } catch (IOException e) {
            throw new UserError(
                    command.get(0) + " cannot be started: fetch on a Debian host, and bring the packages here "
                            + "for --from; unpacking needs dpkg");
        }
        Thread hook = new Thread(process::destroy, "end of " + command.get(0));
        Runtime.getRuntime().addShutdownHook(hook);
        List<String> errors = new ArrayList<>();
        Thread reader = new Thread(() -> read(process.getErrorStream(), errors::add), "errors of " + command.get(0));
        reader.start();
        List<String> lines = new ArrayList<>();
        read(process.getInputStream(), line -> {
            lines.add(line);
            progress.accept(line);
        });
        try {
            int code = process.waitFor();
            reader.join();
            removeHook(hook);
            return new Output(code, lines, errors);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down: the tool ends with it.
            return;
        }
    }

    private static void read(InputStream stream, Consumer<String> lines) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.accept(line);
            }
        } catch (IOException e) {
            lines.accept("E: its output cannot be read: " + e.getMessage());
        }
    }
}
