// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of every length of run and of every CPU are in the files, whatever ends the run. */
class RecordFilesTest {
    private static final int RECORD = 64;

    @TempDir
    private Path folder;

    private OutputFiles files() {
        return new OutputFiles(folder.resolve("out"));
    }

    private static List<JsonObject> parts(OutputFiles files) {
        return files.summary().getJsonArray("recordFiles").getValuesAs(JsonObject.class);
    }

    /** Every file holds whole records, and those that summary.json says; perf.data holds as many. */
    private static long whole(OutputFiles files) throws IOException {
        long records = 0;
        for (JsonObject part : parts(files)) {
            Path file = files.folder().resolve(part.getString("file"));
            long count = part.getJsonNumber("records").longValueExact();
            assertThat(Files.size(file)).isEqualTo(count * RECORD);
            if (count != 0) {
                Spelunk.Outcome decoded = Spelunk.run("decode", file.toString());
                assertThat(decoded.code()).as(decoded.err()).isZero();
                assertThat(decoded.out()
                                .lines()
                                .filter(l -> l.contains(" PC 0x"))
                                .count())
                        .isEqualTo(count);
            }
            records += count;
        }
        assertThat(records).isEqualTo(files.summaryNumber("records"));
        assertThat(Files.size(files.perfData())).isGreaterThan(records * RECORD);
        return records;
    }

    @Test
    @DisplayName(
            "eight PEs at an interval of 256 operations: each CPU has its file, and perf counts each CPU's samples")
    void eightPes() throws IOException, InterruptedException {
        OutputFiles files = files();
        Spelunk.Outcome run = Spelunk.run(
                "run",
                Guests.built("RecordFilesTest", "manyvcpus.elf").toString(),
                "--cpus",
                "8",
                "-o",
                files.folder().toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(files.summary().getBoolean("complete")).isTrue();
        assertThat(whole(files)).isGreaterThan(8 * 4000);
        assertThat(files.names())
                .containsExactly(
                        "perf.data",
                        "records.1.bin",
                        "records.2.bin",
                        "records.3.bin",
                        "records.4.bin",
                        "records.5.bin",
                        "records.6.bin",
                        "records.7.bin",
                        "records.bin",
                        "report.html",
                        "summary.json");
        Tools.require("RecordFilesTest.eightPes", "perf", "linux-perf");
        Map<Integer, Long> perf = new TreeMap<>();
        for (String line : perf(files, "script", "--itrace=i1i", "-F", "cpu,event,ip")
                .lines()
                .filter(l -> l.contains("instructions"))
                .toList()) {
            int cpu = Integer.parseInt(line.substring(line.indexOf('[') + 1, line.indexOf(']')));
            perf.merge(cpu, 1L, Long::sum);
        }
        for (JsonObject part : parts(files)) {
            assertThat(perf.get(part.getInt("cpu")))
                    .as("CPU %d", part.getInt("cpu"))
                    .isEqualTo(part.getJsonNumber("records").longValueExact());
        }
    }

    private String perf(OutputFiles files, String... arguments) throws IOException, InterruptedException {
        return Tools.perf(
                folder, Tools.command(new String[] {"-i", files.perfData().toString()}, arguments));
    }

    @Test
    @DisplayName("a guest that fills its buffers without end is stopped by the limit, with whole records")
    void limit() throws IOException {
        OutputFiles files = files();
        Spelunk.Outcome run = Spelunk.run(
                "run",
                "--append",
                "spe.interval=256 scale=1000",
                "--max-record-bytes",
                "1000001",
                "-o",
                files.folder().toString());
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.onlyError())
                .isEqualTo("spelunk: --max-record-bytes ended the run: the sample records have 1000000 bytes, "
                        + "and may have 1000001");
        assertThat(whole(files)).isEqualTo(1_000_000 / RECORD);
        assertThat(files.summary().getString("ending")).isEqualTo("RECORD_LIMIT");
        assertThat(files.summary().getBoolean("complete")).isFalse();
        assertThat(run.out()).containsPattern("incomplete +--max-record-bytes ended the run");
    }

    @Test
    @DisplayName("a long run in a small heap ends well")
    void smallHeap() throws IOException {
        OutputFiles files = files();
        Spelunk.Outcome run = Spelunk.with(
                        "run",
                        "--memory",
                        "32M",
                        "--append",
                        "spe.interval=256 scale=5",
                        "-o",
                        files.folder().toString())
                .javaOptions("-Xmx128m")
                .run();
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(files.summary().getBoolean("complete")).isTrue();
        assertThat(Files.size(files.recordsFile()))
                .isEqualTo(files.summaryNumber("records") * RECORD)
                .isGreaterThan(90_000_000);
    }

    @Test
    @DisplayName("a run that is interrupted leaves what was recorded until then, said to be incomplete")
    void interrupted() throws Exception {
        OutputFiles files = files();
        Process process = Spelunk.with(
                        "run",
                        "--append",
                        "spe.interval=256 scale=1000",
                        "-o",
                        files.folder().toString())
                .start(folder);
        Path stdout = folder.resolve("stdout");
        while (process.isAlive()
                && !Files.readString(stdout, StandardCharsets.ISO_8859_1).contains("pointer-chase")) {
            Thread.sleep(100);
        }
        Thread.sleep(2000);
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(whole(files)).isPositive();
        assertThat(files.summary().getString("incomplete")).isEqualTo("the run was interrupted");
    }

    @Test
    @DisplayName(
            "a full disk ends the run; records.bin and perf.data hold the same whole records, and both are said to be incomplete")
    void fullDisk() throws IOException, InterruptedException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Tools.require("RecordFilesTest.fullDisk", "unshare", "util-linux");
        Process allowed = new ProcessBuilder("unshare", "-rm", "true")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("unshare").toFile())
                .start();
        if (allowed.waitFor() != 0) {
            Tools.didNotRun("RecordFilesTest.fullDisk: needs user namespaces (unshare -rm)", false);
        }
        // The small file system is seen inside alone: what is on it goes to another place afterwards.
        OutputFiles files = files();
        Files.createDirectory(files.folder());
        String script = "mount -t tmpfs -o size=4m none '" + disk + "' && \"$0\" \"$@\"; code=$?; cp -r '" + disk
                + "'/out/* '" + files.folder() + "'; ls -A '" + disk + "'/out >&2; exit $code";
        Spelunk.Outcome run = Spelunk.with(
                        "run",
                        "--append",
                        "spe.interval=256 scale=1000",
                        "-o",
                        disk.resolve("out").toString())
                .by("unshare", "-rm", "sh", "-c", script)
                .run();
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains("cannot be written: No space left on device");
        assertThat(run.err().lines().skip(1))
                .containsExactly("guest.elf.symbols", "perf.data", "records.bin", "report.html", "summary.json");
        assertThat(whole(files)).isGreaterThan(10_000);
        assertThat(files.summary().getBoolean("complete")).isFalse();
        assertThat(files.summary().getString("incomplete")).contains("No space left on device");
        Tools.require("RecordFilesTest.fullDisk, in perf", "perf", "linux-perf");
        assertThat(perf(files, "script", "--itrace=i1i", "-F", "ip,event")
                        .lines()
                        .filter(l -> l.contains("instructions"))
                        .count())
                .isEqualTo(files.summaryNumber("records"));
    }
}
