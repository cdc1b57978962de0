// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.cli.process.UserError;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several recordings: their folders, and what their table says. */
class RepetitionsTest {
    private static final String SPE = "arm_spe_0/jitter=1/u";
    private static final RecordingOrder ORDER = new RecordingOrder(
            SPE, 0, null, Long.MAX_VALUE, false, List.of("/p"), List.of(), List.of(), null, 1, false);

    private static Result result(long records, long samples) {
        return new Result(
                Ending.POWERED_OFF,
                0,
                "",
                1,
                1,
                1,
                Collections.emptySortedMap(),
                Collections.emptySortedMap(),
                Collections.emptySortedMap(),
                Collections.emptySortedMap(),
                new TreeMap<>(Map.of("RECORDS_WRITTEN", records, "SAMPLE_FEED", samples)));
    }

    private static ProfileData data(Map<String, Long> functions) {
        ProfileData nothing = ProfileData.EMPTY;
        return new ProfileData(
                1,
                1,
                nothing.time(),
                functions.entrySet().stream()
                        .map(f -> new ProfileData.Function(
                                f.getKey(), 0, new ProfileData.Sums(f.getValue(), 0, 0, 0, 0, 0, 0, 0), List.of()))
                        .toList(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void eachHasAFolder() {
        assertThat(new Repetitions(List.of(SPE), 3, 1).folder(0, 3)).isEqualTo("3");
        assertThat(new Repetitions(List.of(SPE, "cycles:u"), 2, 1).folder(1, 2)).isEqualTo("event2-2");
    }

    @Test
    void eventsAreLookedAtFirst() {
        assertThatThrownBy(() -> new Repetitions(List.of(SPE, "arm_spe_0/nothing=1/"), 2, 1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("unknown term 'nothing'");
        assertThatThrownBy(() -> new Repetitions(List.of(SPE, SPE), 2, 1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("is there twice");
    }

    @Test
    void theTableHasMedianAndSpread(@TempDir Path folder) throws IOException {
        RepetitionTable table = new RepetitionTable();
        table.add("1", ORDER.with(SPE, -1), 0, result(10, 12), data(Map.of("hot", 6L, "cold", 4L)));
        table.add("2", ORDER.with(SPE, 0), 7, result(30, 40), data(Map.of("hot", 24L, "cold", 6L)));
        table.add("3", ORDER.with(SPE, 1), 0, result(20, 20), data(Map.of("hot", 10L, "cold", 10L)));
        table.add("4", ORDER.with("cycles:u", 1), 0, result(0, 0), ProfileData.EMPTY);
        assertThat(table.toString()).isEqualTo("""
                event                 times  records     samples     hottest function
                arm_spe_0/jitter=1/u  3      20 (10–30)  20 (12–40)  hot 60.0 % (50.0 %–80.0 %)
                cycles:u              1      0 (0–0)     0 (0–0)     -
                """);
        Path file = folder.resolve("repeats.json");
        table.write(file);
        JsonObject json;
        try (JsonReader reader = Json.createReader(Files.newInputStream(file))) {
            json = reader.readObject();
        }
        assertThat(json.getJsonArray("recordings").getValuesAs(JsonObject.class))
                .extracting(one -> one.getString("folder") + one.getString("seed") + one.getInt("exitCode"))
                .containsExactly("1184467440737095516150", "207", "310", "410");
        JsonObject spe = json.getJsonArray("events").getJsonObject(0);
        assertThat(spe.getString("hottest")).isEqualTo("hot");
        assertThat(spe.getJsonObject("share").getJsonNumber("median").doubleValue())
                .isEqualTo(0.6);
        assertThat(spe.getJsonObject("records").getJsonNumber("maximum").longValue())
                .isEqualTo(30);
        assertThat(json.getJsonArray("events").getJsonObject(1)).doesNotContainKey("hottest");
    }
}
