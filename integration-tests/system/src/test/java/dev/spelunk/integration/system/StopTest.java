// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request to stop is heard at any moment, whatever the guest does, and nothing stays behind. */
class StopTest {
    private static final Map<String, Integer> CODES = Map.of("INT", 130, "TERM", 143, "HUP", 129);
    /** Moments of the stress; the system property spelunk.stops says more. */
    private static final int STOPS = Integer.getInteger("spelunk.stops", 8);

    private static final int BUSY = 4;
    private static final int LONGEST_MILLISECONDS = 8000;
    private static final long BUFFER = 0x4200_0000L;
    private static final int SYS_WRITE0 = 4;

    @TempDir
    private Path folder;

    private final List<Thread> load = new ArrayList<>();
    private volatile boolean done;

    @AfterEach
    void stopLoad() {
        done = true;
    }

    private Spelunk spelunk(String... arguments) throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("tmp"));
        return Spelunk.with(arguments)
                .noInput()
                .interruptible()
                .javaOptions("-Djava.io.tmpdir=" + folder.resolve("tmp"));
    }

    private static void signal(Process process, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    private List<String> left(Path in) throws IOException {
        if (!Files.exists(in)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(in)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("hsperfdata"))
                    .toList();
        }
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("stderr"));
    }

    private void awaitError(Process process, String text) throws IOException, InterruptedException {
        for (int i = 0; i < 3000 && !errors().contains(text); i++) {
            assertThat(process.isAlive()).as(errors()).isTrue();
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Starts a guest that runs for ever, and waits until it does. */
    private Process running(Path output, String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("run", "-o", output.toString(), "--append", "scale=100000"));
        arguments.addAll(List.of(options));
        Process process = spelunk(arguments.toArray(String[]::new)).start(folder);
        for (int i = 0; i < 3000 && !Files.readString(folder.resolve("stdout")).contains("spe: FEAT_SPE"); i++) {
            assertThat(process.isAlive()).as(errors()).isTrue();
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return process;
    }

    @Test
    @DisplayName("an interrupt at any moment, on a busy machine: said, with its exit code, and nothing stays behind")
    void atAnyMoment() throws IOException, InterruptedException {
        for (int i = 0; i < BUSY; i++) {
            Thread busy = new Thread(() -> {
                while (!done) {
                    Thread.onSpinWait();
                }
            });
            busy.setDaemon(true);
            busy.start();
            load.add(busy);
        }
        Random random = new Random(1);
        List<String> names = List.of("INT", "TERM", "HUP");
        for (int i = 0; i < STOPS; i++) {
            String name = names.get(random.nextInt(names.size()));
            Path output = folder.resolve("out" + i);
            Process process = spelunk("run", "-o", output.toString(), "--append", "scale=100000")
                    .start(folder);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_MILLISECONDS));
            signal(process, name);
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            String told = "stop " + i + " by " + name + ": " + errors();
            assertThat(process.exitValue()).as(told).isEqualTo(CODES.get(name));
            assertThat(errors().lines().filter(line -> line.equals("spelunk: interrupted")))
                    .as(told)
                    .hasSize(1);
            assertThat(left(folder.resolve("tmp"))).as(told).isEmpty();
            assertThat(left(output)).as(told).noneMatch(file -> file.startsWith("."));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "a guest that floods its console is stopped, and its files are written, also when nobody reads the console")
    void flood(boolean unread) throws IOException, InterruptedException {
        FlatImage guest = new FlatImage()
                .load(0, BUFFER)
                .load(2, 0x4141_4141_4141_4141L)
                .load(3, BUFFER + (2 << 20))
                .word(0xF8008402) // str x2, [x0], #8
                .word(0xEB03001F) // cmp x0, x3
                .word(0x54FFFFC3) // b.lo to the str
                .load(1, BUFFER);
        Path image = guest.load(0, SYS_WRITE0)
                .word(FlatImage.HLT_SEMIHOSTING)
                .word(0x17FFFFFF - 1) // b to the first word of the load
                .write(folder.resolve("flood"));
        Path output = folder.resolve("out");
        Spelunk spelunk = spelunk("run", image.toString(), "-o", output.toString());
        Process process = (unread ? spelunk.unread() : spelunk.output(Path.of("/dev/null"))).start(folder);
        // The guest runs when its profile is begun.
        for (int i = 0; i < 3000 && left(output).stream().noneMatch(name -> name.contains("perf.data")); i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        TimeUnit.SECONDS.sleep(3);
        assertThat(process.isAlive()).as(errors()).isTrue();
        long before = System.nanoTime();
        signal(process, "INT");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before)).isLessThan(15);
        assertThat(errors().lines()).endsWith("spelunk: interrupted");
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(left(output)).containsExactlyInAnyOrder("perf.data", "records.bin", "report.html", "summary.json");
    }

    @Test
    @DisplayName("--max-output: what a guest writes beyond it is lost, and said once")
    void outputLimit() throws IOException, InterruptedException {
        Process process = spelunk(
                        "run",
                        "-o",
                        folder.resolve("out").toString(),
                        "--max-output",
                        "100",
                        "--append",
                        "workload=scan")
                .start(folder);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(errors()).isZero();
        assertThat(errors())
                .containsOnlyOnce("the guest has written 100 bytes to its console; the rest is lost (--max-output)");
        String out = Files.readString(folder.resolve("stdout"));
        assertThat(out.indexOf("\nSpelunk ran ")).isEqualTo(100);
    }

    @Test
    @DisplayName("a second run in the same output folder is refused while the first lasts")
    void secondRun() throws IOException, InterruptedException {
        Path output = folder.resolve("out");
        Process first = running(output);
        try {
            Spelunk.Outcome second = Spelunk.run("run", "-o", output.toString());
            assertThat(second.code()).isEqualTo(2);
            assertThat(second.onlyError()).contains("another run writes to the output folder " + output);
        } finally {
            signal(first, "TERM");
            assertThat(first.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(first.exitValue()).isEqualTo(143);
        assertThat(left(output))
                .containsExactlyInAnyOrder(
                        "guest.elf.symbols", "perf.data", "records.bin", "report.html", "summary.json");
    }

    @Test
    @DisplayName("what a killed run leaves is removed by the next")
    void killed() throws IOException, InterruptedException {
        Path output = folder.resolve("out");
        Process process = running(output);
        for (int i = 0; i < 3000 && !Files.exists(output.resolve("records.bin.partial")); i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        Spelunk.kill(process);
        assertThat(left(folder.resolve("tmp"))).isNotEmpty();
        byte[] recorded = Files.readAllBytes(output.resolve("records.bin.partial"));
        Spelunk.Outcome none =
                Spelunk.run("decode", output.resolve("records.bin").toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.onlyError()).contains("has recorded into " + output.resolve("records.bin.partial"));
        Process next = spelunk("run", "-o", output.toString(), "--append", "workload=scan")
                .start(folder);
        assertThat(next.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(next.exitValue()).as(errors()).isZero();
        assertThat(left(folder.resolve("tmp"))).isEmpty();
        assertThat(left(output))
                .containsExactlyInAnyOrder(
                        "guest.elf.symbols",
                        "killed-records.bin",
                        "perf.data",
                        "records.bin",
                        "report.html",
                        "summary.json");
        assertThat(errors()).contains("what it had recorded is in " + output.resolve("killed-records.bin"));
        assertThat(output.resolve("killed-records.bin")).hasBinaryContent(recorded);
        Spelunk.Outcome decoded = Spelunk.run(
                "decode", "--strict", output.resolve("killed-records.bin").toString());
        assertThat(decoded.code()).as(decoded.err()).isZero();
        assertThat(decoded.out()).contains("PC 0x");
    }

    @Test
    @DisplayName("when the launcher script alone is killed, its JVM ends, and the files are written")
    void killedLauncher() throws IOException, InterruptedException {
        Path output = folder.resolve("out");
        Process process = running(output);
        ProcessHandle jvm = Spelunk.jvm(process);
        process.destroyForcibly().waitFor();
        for (int i = 0; i < 600 && jvm.isAlive(); i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        assertThat(jvm.isAlive()).isFalse();
        assertThat(errors()).endsWith("spelunk: interrupted\n");
        assertThat(left(folder.resolve("tmp"))).isEmpty();
        assertThat(left(output))
                .containsExactlyInAnyOrder(
                        "guest.elf.symbols", "perf.data", "records.bin", "report.html", "summary.json");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    @DisplayName("--trace into a folder that is not there makes it; the output folder that is removed is made anew")
    void missingFolders(boolean remove) throws IOException, InterruptedException {
        Path output = folder.resolve("out");
        Path trace = folder.resolve("deep/er/trace.json");
        Process process = running(output, "--trace", trace.toString());
        if (remove) {
            new ProcessBuilder("rm", "-r", output.toString()).start().waitFor();
        }
        signal(process, "INT");
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(errors()).isEqualTo(130);
        assertThat(left(output))
                .containsExactlyInAnyOrder(
                        "guest.elf.symbols", "perf.data", "records.bin", "report.html", "summary.json");
        assertThat(trace).isNotEmptyFile();
    }

    @Test
    @DisplayName("the shell writes the timeline that it was asked for")
    void shellTrace() throws IOException {
        Path trace = folder.resolve("trace.json");
        Spelunk.Outcome outcome = Spelunk.with("shell", "--trace", trace.toString(), "--max-instructions", "2000000")
                .input("start\nawait\n")
                .run();
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(trace).content().contains("\"traceEvents\":[", "vCPU 0");
    }

    @Test
    @DisplayName("the shell says what became of --save-at and of a swap on the schedule, as run does")
    void shellRemarks() {
        Path never = folder.resolve("never");
        Spelunk.Outcome outcome = Spelunk.with(
                        "shell",
                        "--max-instructions",
                        "2000000",
                        "--save-at",
                        "1000000=" + folder.resolve("saved"),
                        "--save-at",
                        "3000000=" + never,
                        "--swap",
                        "at=1500000,part=features,name=FEAT_SPEv1p1,with=FEAT_SPEv1p2")
                .input("start\nawait\n")
                .run();
        assertThat(outcome.err()).contains("the run ended before --save-at 3000000: that snapshot is not written");
        assertThat(folder.resolve("saved")).isNotEmptyFile();
        assertThat(never).doesNotExist();
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.err()).contains("the swap of features FEAT_SPEv1p1 with FEAT_SPEv1p2 at 1500000 is refused");
    }

    @Test
    @DisplayName("pause says the count at which the machine stands")
    void shellPause() {
        Spelunk.Outcome outcome = Spelunk.with("shell", "--append", "scale=100000")
                .input("start\npause\nstatus\nresume\npause\ndump\nstatus\n")
                .run();
        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<String> paused = outcome.out()
                .lines()
                .filter(line -> line.startsWith("paused, "))
                .toList();
        assertThat(paused).hasSize(4);
        assertThat(paused.get(0)).isEqualTo(paused.get(1));
        assertThat(paused.get(2)).isEqualTo(paused.get(3));
        String count = paused.get(3).replaceAll("[^0-9]", "");
        assertThat(outcome.out()).contains("after " + count + " instructions");
    }
}
