// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.cli.debian.Cache;
import jakarta.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed process, a full disk and a host that stands still leave behind: a row of docs/reliability.md each. */
class CrashTest {
    /** Moments of SIGKILL; the system property spelunk.crashes says more. */
    private static final int CRASHES = Integer.getInteger("spelunk.crashes", 4);

    /** Those of record, each of which takes longer. */
    private static final int RECORD_CRASHES = Math.max(4, CRASHES / 2);

    private static final int STOPS = Math.max(3, CRASHES / 4);
    private static final long SEED = Long.getLong("spelunk.crash.seed", 1);
    /** Sampling intervals of two runs whose files differ. */
    private static final int OLDER = 512;

    private static final int NEWER = 256;

    @TempDir
    private Path folder;

    private Path tmp;
    private Path output;
    private Path snapshot;

    @BeforeEach
    void folders() throws IOException {
        tmp = Files.createDirectory(folder.resolve("tmp"));
        output = folder.resolve("out");
        snapshot = folder.resolve("state.snapshot");
    }

    /** A run that records, saves its state and exchanges parts on the way. */
    private Spelunk run(int interval) {
        return Spelunk.with(
                        "run",
                        "-o",
                        output.toString(),
                        "--append",
                        "scale=4 spe.interval=" + interval,
                        "--save-at",
                        "3000000=" + snapshot,
                        "--swap",
                        "at=1000000,part=timing",
                        "--swap",
                        "at=5000000,part=pe",
                        "--swap",
                        "at=7000000,part=spu")
                .noInput()
                .javaOptions("-Djava.io.tmpdir=" + tmp);
    }

    private void whole(int interval) throws IOException, InterruptedException {
        Spelunk spelunk = run(interval);
        Process process = spelunk.start(folder);
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        Spelunk.Outcome outcome = spelunk.outcome(process, folder);
        assertThat(outcome.code()).as(outcome.err()).isZero();
    }

    private static List<String> names(Path in) throws IOException {
        try (Stream<Path> files = Files.list(in)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("hsperfdata"))
                    .sorted()
                    .toList();
        }
    }

    private static void prefix(Path file, byte[] of, String told) throws IOException {
        if (Files.exists(file)) {
            byte[] content = Files.readAllBytes(file);
            assertThat(Arrays.equals(content, 0, content.length, of, 0, Math.min(content.length, of.length)))
                    .as("%s: %s begins as the records of the whole run", told, file)
                    .isTrue();
        }
    }

    @Test
    @DisplayName(
            "SIGKILL at random moments of run, save and swap: what was there stays whole, and nothing stays for ever")
    void killed() throws IOException, InterruptedException {
        long start = System.nanoTime();
        whole(NEWER);
        long lasts = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        byte[] newer = Files.readAllBytes(output.resolve("records.bin"));
        byte[] newerState = Files.readAllBytes(snapshot);
        whole(OLDER);
        byte[] older = Files.readAllBytes(output.resolve("records.bin"));
        byte[] olderState = Files.readAllBytes(snapshot);
        assertThat(older).isNotEqualTo(newer);
        Random random = new Random(SEED);
        int inside = 0;
        for (int i = 0; i < CRASHES; i++) {
            long moment = (long) (random.nextDouble() * lasts * 1.1);
            String told = "killed after " + moment + " ms";
            Process process = run(NEWER).start(folder);
            TimeUnit.MILLISECONDS.sleep(moment);
            Spelunk.kill(process);
            if (Files.exists(output.resolve("records.bin.partial"))) {
                inside++;
            }
            prefix(output.resolve("records.bin.partial"), newer, told);
            prefix(output.resolve("killed-records.bin"), newer, told);
            byte[] records = Files.readAllBytes(output.resolve("records.bin"));
            assertThat(Arrays.equals(records, older) || Arrays.equals(records, newer))
                    .as("%s: records.bin is that of a whole run", told)
                    .isTrue();
            byte[] state = Files.readAllBytes(snapshot);
            assertThat(Arrays.equals(state, olderState) || Arrays.equals(state, newerState))
                    .as("%s: the snapshot is whole", told)
                    .isTrue();
            try (var reader = Json.createReader(new StringReader(Files.readString(output.resolve("summary.json"))))) {
                assertThat(reader.readObject().getBoolean("complete")).as(told).isTrue();
            }
            assertThat(output.resolve("perf.data")).as(told).isNotEmptyFile();
        }
        System.out.println("killed while it recorded: " + inside + " of " + CRASHES);
        whole(NEWER);
        assertThat(Files.readAllBytes(output.resolve("records.bin"))).isEqualTo(newer);
        assertThat(names(tmp)).isEmpty();
        assertThat(names(output))
                .allMatch(name -> !name.startsWith(".") && !name.endsWith(".partial"))
                .contains("perf.data", "records.bin", "summary.json");
        assertThat(names(folder)).noneMatch(name -> name.endsWith(".tmp"));
    }

    /** A recording by the fetched Debian, whose cache of booted guests is the test's own. */
    private Spelunk recording(Path cache, Path program, int period, boolean fresh) {
        List<String> arguments = new ArrayList<>(List.of(
                "record",
                "--cache",
                cache.toString(),
                "-o",
                output.toString(),
                "--period",
                Integer.toString(period),
                "--records",
                "parquet"));
        if (fresh) {
            arguments.add("--fresh");
        }
        arguments.addAll(List.of("--", program.toString(), "one"));
        return Spelunk.with(arguments.toArray(String[]::new)).noInput().javaOptions("-Djava.io.tmpdir=" + tmp);
    }

    private byte[] recorded(Spelunk recording) throws IOException, InterruptedException {
        Process process = recording.start(folder);
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        Spelunk.Outcome outcome = recording.outcome(process, folder);
        // The program's own code.
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(7);
        return Files.readAllBytes(output.resolve("perf.data"));
    }

    @Test
    @Tag("debian")
    @DisplayName("SIGKILL at random moments of record: the profile is a whole one, as is the booted guest for the next")
    void recordKilled() throws IOException, InterruptedException {
        Cache fetched = Debian.cache("CrashTest.recordKilled");
        Path program = Debian.program("CrashTest.recordKilled", folder, "profiled");
        // The packages are those that were fetched; what is booted of them is kept here.
        Path cache = Files.createDirectory(folder.resolve("cache"));
        List<Path> links = new ArrayList<>();
        try (Stream<Path> parts = Files.list(fetched.path())) {
            for (Path part : parts.filter(part -> !part.endsWith("booted")).toList()) {
                links.add(Files.createSymbolicLink(cache.resolve(part.getFileName()), part.toAbsolutePath()));
            }
        }
        long start = System.nanoTime();
        byte[] newer = recorded(recording(cache, program, NEWER, false));
        final long booting = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        start = System.nanoTime();
        assertThat(recorded(recording(cache, program, NEWER, false))).isEqualTo(newer);
        final long goingOn = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        byte[] older = recorded(recording(cache, program, OLDER, false));
        assertThat(older).isNotEqualTo(newer);
        Random random = new Random(SEED);
        boolean isOlder = true;
        int unfinished = 0;
        for (int i = 0; i < RECORD_CRASHES; i++) {
            // One in four boots anew: some with what is booted already set aside, so that it is saved again.
            boolean boots = i % 4 == 0;
            if (boots && i % 8 == 0) {
                delete(cache.resolve("booted"));
            }
            long moment = (long) (random.nextDouble() * (boots ? booting : goingOn) * 1.1);
            String told = "killed after " + moment + " ms, " + (boots ? "booting" : "going on");
            // The other one than is there.
            Process process = recording(cache, program, isOlder ? NEWER : OLDER, boots && i % 8 != 0)
                    .start(folder);
            TimeUnit.MILLISECONDS.sleep(moment);
            Spelunk.kill(process);
            byte[] profile = Files.readAllBytes(output.resolve("perf.data"));
            if (Arrays.equals(profile, isOlder ? older : newer)) {
                unfinished++;
            } else {
                assertThat(Arrays.equals(profile, isOlder ? newer : older))
                        .as("%s: perf.data is that of a whole recording", told)
                        .isTrue();
                isOlder = !isOlder;
            }
            assertThat(output.resolve("records.parquet")).as(told).isNotEmptyFile();
        }
        System.out.println("record killed before its end: " + unfinished + " of " + RECORD_CRASHES);
        assertThat(recorded(recording(cache, program, isOlder ? NEWER : OLDER, false)))
                .isEqualTo(isOlder ? newer : older);
        assertThat(names(tmp)).isEmpty();
        assertThat(names(output)).noneMatch(name -> name.startsWith(".") || name.endsWith(".tmp"));
        assertThat(names(cache.resolve("booted"))).noneMatch(name -> name.startsWith(".") || name.endsWith(".tmp"));
        for (Path link : links) {
            Files.delete(link);
        }
    }

    private static void delete(Path in) throws IOException {
        if (Files.isDirectory(in)) {
            try (Stream<Path> files = Files.list(in)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    @DisplayName("A host that stands still and goes on at random moments changes no byte")
    void suspended() throws IOException, InterruptedException {
        whole(NEWER);
        byte[] undisturbed = Files.readAllBytes(output.resolve("records.bin"));
        Random random = new Random(SEED);
        Spelunk spelunk = run(NEWER);
        Process process = spelunk.start(folder);
        for (int i = 0; i < STOPS && process.isAlive(); i++) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(1500));
            ProcessHandle jvm = Spelunk.jvm(process);
            if (jvm != null && jvm.isAlive()) {
                signal(jvm, "STOP");
                TimeUnit.MILLISECONDS.sleep(1000);
                signal(jvm, "CONT");
            }
        }
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        Spelunk.Outcome outcome = spelunk.outcome(process, folder);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(Files.readAllBytes(output.resolve("records.bin"))).isEqualTo(undisturbed);
    }

    private static void signal(ProcessHandle to, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(to.pid())).start().waitFor();
    }

    @Test
    @DisplayName("A disk that fills at each further write: one message, exit code 2, and what was there stays whole")
    void fullDisk() throws IOException, InterruptedException {
        Tools.require("CrashTest.fullDisk", "unshare", "util-linux");
        if (new ProcessBuilder("unshare", "-rm", "true").start().waitFor() != 0) {
            Tools.didNotRun("CrashTest.fullDisk: needs user namespaces (unshare -rm)", false);
        }
        Path disk = Files.createDirectory(folder.resolve("disk"));
        int failed = 0;
        // Room for nothing, for a page, and so on: each further size fails at a later write, until all has room.
        for (int pages : sizes()) {
            List<String> command = new ArrayList<>(List.of("unshare", "-rm", "sh", "-c"));
            String out = disk + "/out";
            command.add("mount -t tmpfs -o size=32m none '" + disk + "' && mkdir '" + out + "' && echo older >'" + out
                    + "/records.bin' && echo older >'" + out + "/perf.data' && mkdir '" + disk
                    + "/tmp' && head -c " + (32 * 256 - 8 - pages) * 4096L + " /dev/zero >'" + disk
                    + "/filler' && \"$0\" \"$@\"; code=$?; ls -A '" + out + "' '" + disk + "/tmp'; head -c 6 '" + out
                    + "/records.bin' '" + out + "/perf.data' | od -c; exit $code");
            Spelunk.Outcome outcome = Spelunk.with(
                            "run",
                            "-o",
                            out,
                            "--append",
                            "spe.interval=256 scale=1",
                            "--save-at",
                            "1000000=" + disk + "/state",
                            "--trace",
                            disk + "/trace.json")
                    .noInput()
                    .javaOptions("-Djava.io.tmpdir=" + disk + "/tmp")
                    .by(command.toArray(String[]::new))
                    .run();
            String told = pages + " pages: " + outcome.err() + outcome.out();
            assertThat(outcome.out()).as(told).doesNotContain(".tmp\n", ".partial", ".spelunk.lock");
            assertThat(outcome.err()).as(told).doesNotContain("Exception", "\tat ");
            if (outcome.code() == 0) {
                continue;
            }
            failed++;
            assertThat(outcome.code()).as(told).isEqualTo(2);
            assertThat(outcome.err().lines().filter(line -> line.startsWith("spelunk: ")))
                    .as(told)
                    .isNotEmpty();
        }
        assertThat(failed).isGreaterThan(sizes().length / 2);
    }

    private static int[] sizes() {
        return CRASHES < 100
                ? new int[] {0, 1, 40, 600}
                : new int[] {0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 600, 700, 800};
    }
}
