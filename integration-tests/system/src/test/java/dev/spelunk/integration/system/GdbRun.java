// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A machine that a debugger is connected to, both as programs of their own; what they print goes to files of a folder. */
final class GdbRun {
    private static final Pattern PLACE = Pattern.compile("target remote (\\S+)");
    private static final long SECONDS = 240;
    private static byte[] plainRecords;

    private final Path folder;

    GdbRun(Path folder) {
        this.folder = folder;
    }

    static void requireGdb() {
        Tools.require("GDB on a machine", "gdb-multiarch", "gdb-multiarch");
    }

    /** The records of the bundled guest, of a run without a debugger. */
    static synchronized byte[] plainRecords(Path folder) throws IOException {
        if (plainRecords == null) {
            Path plain = folder.resolve("plain");
            assertThat(Spelunk.run("run", "-o", plain.toString()).code()).isZero();
            plainRecords = Files.readAllBytes(plain.resolve("records.bin"));
        }
        return plainRecords;
    }

    /** GDB's command line in batch mode; its first commands are those that no answer is asked for. */
    static List<String> gdb(List<String> commands) {
        List<String> command = new ArrayList<>(List.of("gdb-multiarch", "-nx", "-batch"));
        List<String> all = new ArrayList<>(
                List.of("set pagination off", "set confirm off", "set width 0", "set tcp connect-timeout 60"));
        all.addAll(commands);
        all.forEach(each -> command.addAll(List.of("-ex", each)));
        return command;
    }

    /** Runs GDB's commands on a machine; returns what GDB says. */
    String debug(Spelunk run, Path symbols, String... commands) throws IOException, InterruptedException {
        return connected(run, place -> {
            List<String> all = new ArrayList<>(List.of(
                    symbols == null ? "set architecture aarch64" : "file " + symbols, "target remote " + place));
            all.addAll(List.of(commands));
            return gdb(all);
        });
    }

    /** Starts a machine, and the debugger that gets the place where to connect; returns what the debugger says. */
    String connected(Spelunk run, Function<String, List<String>> debugger) throws IOException, InterruptedException {
        Process machine = run.noInput().start(folder);
        try {
            String said = finish(start(debugger.apply(place(machine))));
            assertThat(machine.waitFor(SECONDS, TimeUnit.SECONDS)).as(said).isTrue();
            return said;
        } finally {
            Spelunk.kill(machine);
        }
    }

    /** Where a debugger may connect to a machine that has been started. */
    String place(Process machine) throws IOException, InterruptedException {
        return await(machine, "stderr", PLACE).group(1);
    }

    /** Waits until a machine has printed something. */
    Matcher await(Process process, String file, Pattern pattern) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            boolean alive = process.isAlive();
            Matcher matcher = pattern.matcher(text(file));
            if (matcher.find()) {
                return matcher;
            }
            assertThat(alive).as("%s, in %s: %s", pattern, file, text(file)).isTrue();
            Thread.sleep(50);
        }
        throw new AssertionError(pattern + " is not in " + file + ": " + text(file));
    }

    /** Starts a debugger. */
    Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("debugger").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    /** Waits for the end of a debugger; returns what it has said. */
    String finish(Process debugger) throws IOException, InterruptedException {
        try {
            assertThat(debugger.waitFor(SECONDS, TimeUnit.SECONDS))
                    .as("%s", text("debugger"))
                    .isTrue();
            return text("debugger");
        } finally {
            debugger.destroyForcibly();
        }
    }

    private String text(String file) throws IOException {
        return Files.readString(folder.resolve(file), StandardCharsets.ISO_8859_1);
    }

    /** GDB's commands in a part of docs/debugging.md. */
    static List<String> commands(String heading, String next) throws IOException {
        String page = Files.readString(Spelunk.ROOT.resolve("docs/debugging.md"));
        return page.substring(page.indexOf("## " + heading), page.indexOf("## " + next))
                .lines()
                .filter(line -> line.startsWith("    (gdb) "))
                .map(line -> line.substring(10).replaceFirst(" +#.*", ""))
                .toList();
    }

    /** What comes after the start of the only, or first, line that begins so. */
    static String line(String text, String start) {
        return text.lines()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing begins with " + start + " in:\n" + text));
    }
}
