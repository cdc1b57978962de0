// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer does first: {@code ./spelunk run}, with the bundled guest on the default variant. */
class RunTest {
    private static final List<String> WORKLOADS = List.of("pointer-chase", "sort", "matrix", "scan");

    @TempDir
    private static Path folder;

    private static OutputFiles files;
    private static Spelunk.Outcome outcome;

    @BeforeAll
    static void run() throws IOException {
        files = new OutputFiles(folder.resolve("out"));
        Files.createDirectories(files.folder());
        Files.writeString(files.recordsFile(), "of an earlier run");
        Files.writeString(files.folder().resolve("notes.txt"), "somebody's own");
        outcome = Spelunk.run("run", "-o", files.folder().toString());
    }

    @Test
    @DisplayName("the guest runs to its end, its checksums are right, and nothing is said on standard error")
    void endsWell() {
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.code()).as(outcome.out()).isZero();
        assertThat(outcome.out())
                .contains("Spelunk guest:", "all checks passed")
                .doesNotContain("MISMATCH", "FAILED");
    }

    @Test
    @DisplayName("the report has all its parts")
    void report() {
        assertThat(outcome.out().lines().map(String::strip))
                .contains("Samples by function", "Operation types", "Branch outcomes");
        assertThat(outcome.out())
                .containsPattern("buffer management events +[1-9]")
                .containsPattern("VM exits +[1-9]")
                .containsPattern("trapped registers +[1-9]")
                .containsPattern("instructions +[1-9]")
                .containsPattern("speed +[0-9.]+ guest MIPS")
                .containsPattern("records +[1-9]")
                .containsPattern("start-up +[0-9.]+ s from JVM start to the guest's first instruction");
        assertThat(outcome.out()).contains("pointer_chase", "sort", "matrix", "scan");
    }

    @Test
    @DisplayName("summary.json says what ran and what was counted")
    void summary() {
        JsonObject summary = files.summary();
        assertThat(summary.getString("variant")).isEqualTo("default");
        assertThat(summary.getString("hypervisor")).isEqualTo("kvm");
        assertThat(files.summaryNumber("seed")).isEqualTo(1);
        assertThat(files.summaryNumber("instructions")).isGreaterThan(50_000_000);
        assertThat(summary.getJsonNumber("mips").doubleValue()).isPositive();
        assertThat(summary.getJsonNumber("startSeconds").doubleValue()).isPositive();
        assertThat(summary.getJsonObject("bufferManagementEvents")
                        .getJsonNumber("buffer full")
                        .longValueExact())
                .isPositive();
        assertThat(summary.getJsonObject("vmExits"))
                .containsKeys(
                        "system register", "stage 2 fault", "IRQ: SPE buffer management event", "IRQ: guest's timer");
        assertThat(summary.getJsonObject("trappedRegisters"))
                .containsKeys("PMBPTR_EL1", "PMBLIMITR_EL1", "PMBSR_EL1", "PMBIDR_EL1", "PMSIDR_EL1");
        assertThat(summary.getJsonObject("bufferFillOverTime").getJsonArray("bytes").getJsonArray(0).stream()
                        .mapToLong(n -> ((JsonNumber) n).longValueExact())
                        .max()
                        .orElseThrow())
                .as("of 64 KiB")
                .isBetween(60_000L, 65_536L);
        JsonObject overTime = summary.getJsonObject("vmExitsOverTime").getJsonObject("exits");
        assertThat(overTime.keySet()).isEqualTo(summary.getJsonObject("vmExits").keySet());
        overTime.forEach((reason, counts) -> assertThat(counts.asJsonArray().getValuesAs(JsonNumber.class).stream()
                        .mapToLong(JsonNumber::longValueExact)
                        .sum())
                .as(reason)
                .isEqualTo(
                        summary.getJsonObject("vmExits").getJsonNumber(reason).longValueExact()));
        assertThat(
                        summary
                                .getJsonObject("vmExitsOverTime")
                                .getJsonArray("unprofiled")
                                .getValuesAs(JsonNumber.class)
                                .stream()
                                .mapToLong(JsonNumber::longValueExact)
                                .sum())
                .isEqualTo(summary.getJsonObject("host")
                        .getJsonNumber("operations before an event was delivered")
                        .longValueExact())
                .isPositive();
        assertThat(summary.getJsonObject("variantValues").keySet())
                .containsExactly("sources", "assumptions", "notModelled");
    }

    @Test
    @DisplayName("one of 4097 operations of the sample population is in the records, and the guest has seen each")
    void records() {
        long records = files.summaryNumber("records");
        long population = files.summary()
                .getJsonObject("sampling")
                .getJsonNumber("SAMPLE_POP")
                .longValueExact();
        assertThat(population).isBetween(50_000_000L, files.summaryNumber("instructions"));
        // A reload consumes one member too; each of the four tasks has its own count on the way.
        assertThat(records).isBetween(population / 4097 - 4, population / 4097);
        assertThat(outcome.out()).contains("spe: " + records + " records in " + files.records().length + " bytes");
    }

    @Test
    @DisplayName("files of an earlier run are replaced, other files left alone")
    void otherFilesStay() throws IOException {
        assertThat(files.names())
                .containsExactly(
                        "guest.elf.symbols", "notes.txt", "perf.data", "records.bin", "report.html", "summary.json");
        assertThat(files.folder().resolve("notes.txt")).hasContent("somebody's own");
        assertThat(Files.size(files.recordsFile())).isNotEqualTo("of an earlier run".length());
    }

    @Test
    @DisplayName("each workload is seen")
    void workloads() {
        WORKLOADS.forEach(name -> assertThat(outcome.out()).contains(name));
    }

    @Test
    @DisplayName("decode prints every record")
    void decode() {
        Spelunk.Outcome decoded = Spelunk.run("decode", files.recordsFile().toString());
        assertThat(decoded.code()).as(decoded.err()).isZero();
        assertThat(decoded.err()).isEmpty();
        assertThat(decoded.out().lines().filter(line -> line.contains(" PC 0x")).count())
                .isEqualTo(files.summaryNumber("records"));
        assertThat(decoded.out()).doesNotContain("UNKNOWN");
    }

    @Test
    @DisplayName("decode says where a damaged file stops being records")
    void decodeDamaged() throws IOException {
        Path damaged = Files.write(folder.resolve("damaged.bin"), Arrays.copyOf(files.records(), 10));
        Spelunk.Outcome decoded = Spelunk.run("decode", damaged.toString());
        assertThat(decoded.code()).isEqualTo(2);
        assertThat(decoded.onlyError()).startsWith("spelunk: " + damaged);
    }
}
