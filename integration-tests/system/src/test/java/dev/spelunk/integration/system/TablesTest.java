// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as tables, and questions about them. */
class TablesTest {
    @TempDir
    private static Path folder;

    private static OutputFiles files;
    private static Spelunk.Outcome run;

    @BeforeAll
    static void run() {
        files = new OutputFiles(folder.resolve("live"));
        run = Spelunk.run("run", "--records", "parquet", "-o", files.folder().toString());
        assertThat(run.code()).as(run.err()).isZero();
    }

    private static Path copy(String name, String... which) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        for (String file : which) {
            Files.copy(files.folder().resolve(file), copy.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    private static void refused(String message, String... command) {
        Spelunk.Outcome outcome = Spelunk.run(command);
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.err().strip())
                .startsWith("spelunk: ")
                .contains(message)
                .doesNotContain("\n");
    }

    @Test
    @DisplayName(
            "'export' of a run makes the rows that '--records parquet' made while it ran, but for what only that sees")
    void exported() throws IOException {
        Path later = copy("later", "summary.json", "records.bin");
        Spelunk.Outcome outcome = Spelunk.run("export", later.toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).startsWith(later.resolve("records.parquet") + ": ");
        String all = "select * exclude (cpu, buffer_address, run) from records where run = ";
        assertThat(Tables.ask(
                        "select (select count(*) from records where run = 'later'), "
                                + "(select count(*) from (" + all + "'live' except all " + all + "'later')), "
                                + "(select count(cpu) from records where run = 'live'), "
                                + "(select count(buffer_address) from records where run = 'live'), "
                                + "(select count(buffer_address) from records where run = 'later')",
                        files.folder(),
                        later))
                .containsExactly(files.summaryNumber("records") + ",0," + files.summaryNumber("records") + ","
                        + files.summaryNumber("records") + ",0");
        assertThat(files.names()).contains("records.parquet");
    }

    @Test
    @DisplayName("The table counts events and operations as the report, and sums what 'decode' prints")
    void sameCounts() {
        Map<String, Long> text = new TreeMap<>();
        Matcher row = Pattern.compile("^ *(\\d+) +[0-9.]+%  (\\S.*)$", Pattern.MULTILINE)
                .matcher(run.out().split("Operation types\n")[1].split("\n\n")[0]);
        while (row.find()) {
            text.put(row.group(2), Long.valueOf(row.group(1)));
        }
        assertThat(Tables.counts("select operation, count(*) from records group by 1", files.folder()))
                .hasSizeGreaterThan(3)
                .isEqualTo(text);
        Spelunk.Outcome decoded = Spelunk.run("decode", files.recordsFile().toString());
        long latency = 0;
        Map<String, Long> events = new TreeMap<>();
        for (String line : decoded.out().lines().toList()) {
            String packet = line.length() > 60 ? line.substring(60).strip() : "";
            if (packet.matches("LAT \\d+ TOT")) {
                latency += Long.parseLong(packet.split(" ")[1]);
            } else if (packet.startsWith("EV ")) {
                for (String event : packet.substring(3).split(" ")) {
                    events.merge(event, 1L, Long::sum);
                }
            }
        }
        assertThat(Tables.ask(
                        "select sum(total_latency), count(*) filter (event_retired), count(*) filter (event_not_taken), "
                                + "count(*) filter (event_l1d_access) from records",
                        files.folder()))
                .containsExactly(latency + "," + events.get("RETIRED") + "," + events.getOrDefault("NOT-TAKEN", 0L)
                        + "," + events.getOrDefault("L1D-ACCESS", 0L));
    }

    @Test
    @DisplayName("'boot --records parquet' makes a row of each record that the guest finds in its buffer")
    void booted() {
        Path booted = folder.resolve("booted");
        Spelunk.Outcome boot = Spelunk.run(
                "boot",
                "--kernel",
                Spelunk.ROOT
                        .resolve("integration-tests/guests/prebuilt/guest.elf")
                        .toString(),
                "--records",
                "parquet",
                "-o",
                booted.toString());
        assertThat(boot.code()).as(boot.err()).isZero();
        Matcher counted = Pattern.compile("spe: (\\d+) records in (\\d+) bytes: (\\d+) loads, (\\d+) stores")
                .matcher(boot.out());
        assertThat(counted.find()).as(boot.out()).isTrue();
        assertThat(Tables.ask(
                        "select count(*), count(*) filter (operation like 'load%'), count(*) filter (operation like 'store%'), "
                                + "count(distinct cpu), count(buffer_address) from records",
                        booted))
                .containsExactly(
                        counted.group(1) + "," + counted.group(3) + "," + counted.group(4) + ",1," + counted.group(1));
    }

    @Test
    @DisplayName("Every ready question is listed, and has an answer in each form")
    void ready() {
        List<String> names = Spelunk.run("query", "--list")
                .out()
                .lines()
                .map(line -> line.split(" ")[0])
                .toList();
        assertThat(names).hasSizeGreaterThanOrEqualTo(10).contains("hot-lines", "false-sharing", "tasks-over-time");
        for (String name : names) {
            Spelunk.Outcome outcome =
                    Spelunk.run("query", "--json", files.folder().toString(), name);
            assertThat(outcome.code()).as(name + ": " + outcome.err()).isZero();
            try (JsonReader reader = Json.createReader(new StringReader(outcome.out()))) {
                JsonArray rows = reader.readArray();
                assertThat(rows).as(name).allSatisfy(each -> assertThat(
                                each.asJsonObject().getString("run"))
                        .isEqualTo("live"));
                if (!List.of("false-sharing", "mispredicted", "tlb-walkers", "data-sources")
                        .contains(name)) {
                    assertThat(rows).as(name).isNotEmpty();
                }
            }
        }
        assertThat(Spelunk.run("query", files.folder().toString(), "functions").out())
                .startsWith("run ")
                .containsPattern("\\(\\d+ rows\\)");
    }

    @Test
    @DisplayName("What cannot be answered is one line that says why, with exit code 2")
    void errors() throws IOException {
        String live = files.folder().toString();
        refused("syntax error at or near", "query", live, "selec 1");
        refused("nosuchcolumn", "query", live, "select nosuchcolumn from records");
        refused("there is no question 'hot-cakes'", "query", live, "hot-cakes");
        refused("the question is missing", "query", live, live);
        refused("no such file or folder", "export", folder.resolve("nowhere").toString());
        Path empty = Files.createFile(folder.resolve("empty.bin"));
        refused(empty + " has no sample record", "export", empty.toString());
        Path noise = Files.write(folder.resolve("noise.bin"), new byte[] {0x42, 1, 2, 3});
        refused(noise + ": ", "export", noise.toString());
        Path table = Files.write(folder.resolve("not.parquet"), new byte[] {1, 2, 3});
        refused("the table cannot be read", "query", table.toString(), "functions");
        Path cut = copy("cut", "perf.data").resolve("perf.data");
        byte[] whole = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
        refused(cut + ": ", "export", cut.toString());
        Path none = folder.resolve("none");
        Spelunk.run("run", "--max-instructions", "1000", "-o", none.toString());
        refused("has no sample record", "export", none.toString());
        assertThat(Files.exists(none.resolve("records.parquet"))).isFalse();
    }

    @Test
    @DisplayName(
            "Damage is skipped and said; --strict refuses it; a run replaces or removes the table of the one before")
    void damagedAndReplaced() throws IOException {
        Path damaged = copy("damaged", "summary.json", "records.bin", "records.parquet");
        byte[] records = Files.readAllBytes(damaged.resolve("records.bin"));
        byte[] noise = new byte[100];
        new Random(7).nextBytes(noise);
        System.arraycopy(noise, 0, records, 6400, noise.length);
        Files.write(damaged.resolve("records.bin"), records);
        Spelunk.Outcome outcome = Spelunk.run("export", damaged.toString());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("bytes that are no sample record are skipped");
        assertThat(Long.parseLong(
                        Tables.ask("select count(*) from records", damaged).get(0)))
                .isBetween(files.summaryNumber("records") - 2, files.summaryNumber("records") - 1);
        refused("records.bin", "export", "--strict", damaged.toString());
        Spelunk.run("run", "--max-instructions", "1000", "-o", damaged.toString());
        assertThat(Files.exists(damaged.resolve("records.parquet"))).isFalse();
    }

    @Test
    @DisplayName("Without the driver, Maven and a network, the message says what to put where")
    void withoutDriver() {
        Path home = folder.resolve("home");
        Spelunk.Outcome outcome = Spelunk.with("query", files.folder().toString(), "functions")
                .javaOptions("-Dmaven.repo.local=" + home + " -Duser.home=" + home)
                .environment("XDG_CACHE_HOME", home.toString())
                .environment("MAVEN_ARGS", "-o")
                .environment("MAVEN_OPTS", "-Dmaven.repo.local=" + home)
                .run();
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
        assertThat(outcome.err())
                .contains("put duckdb_jdbc-")
                .containsPattern("SHA-256 [0-9a-f]{64}")
                .contains("into " + home.resolve("spelunk"));
    }
}
