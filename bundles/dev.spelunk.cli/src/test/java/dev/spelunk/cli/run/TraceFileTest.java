// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.cli.process.UserError;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The timeline is JSON that Perfetto opens: processes, threads, complete events, instants and counters. */
class TraceFileTest {
    @TempDir
    private Path folder;

    private JsonArray events(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return Json.createReader(reader).readObject().getJsonArray("traceEvents");
        }
    }

    private static List<JsonObject> of(JsonArray events, String phase) {
        return events.getValuesAs(JsonObject.class).stream()
                .filter(e -> e.getString("ph").equals(phase))
                .toList();
    }

    @Test
    void everyKindOfEvent() throws IOException {
        Path file = folder.resolve("t.json");
        try (TraceFile trace = new TraceFile(file)) {
            trace.state(0, TraceSink.RUN, "guest", 1500);
            trace.counter(0, TraceSink.FILL, 64, 1600);
            trace.counter(0, TraceSink.FILL, 64, 1700);
            trace.instant(1, TraceSink.EVENTS, "buffer \"full\"", "line\nfeed \\", 1801);
            trace.state(0, TraceSink.RUN, "exit: WFI or WFE", 2007);
            assertThat(file).doesNotExist();
        }
        JsonArray events = events(file);
        List<JsonObject> states = of(events, "X");
        assertThat(states).extracting(e -> e.getString("name")).containsExactly("guest", "exit: WFI or WFE");
        assertThat(states.get(0).getJsonNumber("ts").toString()).isEqualTo("1.500");
        assertThat(states.get(0).getJsonNumber("dur").toString()).isEqualTo("0.507");
        assertThat(of(events, "C")).singleElement().satisfies(e -> {
            assertThat(e.getString("name")).isEqualTo(TraceSink.FILL);
            assertThat(e.getJsonObject("args").getInt("value")).isEqualTo(64);
        });
        assertThat(of(events, "i")).singleElement().satisfies(e -> {
            assertThat(e.getString("name")).isEqualTo("buffer \"full\"");
            assertThat(e.getJsonObject("args").getString("detail")).isEqualTo("line\nfeed \\");
            assertThat(e.getInt("pid")).isEqualTo(2);
        });
        assertThat(of(events, "M"))
                .extracting(e -> e.getJsonObject("args").getString("name"))
                .containsExactlyInAnyOrder("vCPU 0", TraceSink.RUN, "vCPU 1", TraceSink.EVENTS);
        assertThat(folder.toFile().list()).containsExactly("t.json");
    }

    @Test
    void anExitHasItsPlaceAndWhatTrapped() throws IOException {
        Path file = folder.resolve("t.json");
        try (TraceFile trace = new TraceFile(file)) {
            trace.exit(0, new TraceSink.Exit("HVC", "", 0x4020_0000L, ""), 10);
            trace.exit(0, new TraceSink.Exit("system register", "MSR PMSCR_EL1, 0x3", -4096, "spe_enable+0x10"), 20);
            trace.state(0, TraceSink.RUN, "guest", 30);
        }
        List<JsonObject> states = of(events(file), "X");
        assertThat(states)
                .extracting(e -> e.getString("name"))
                .containsExactly("exit: HVC", "exit: system register", "guest");
        assertThat(states.get(0).getJsonObject("args"))
                .isEqualTo(Json.createObjectBuilder().add("pc", "0x40200000").build());
        assertThat(states.get(1).getJsonObject("args"))
                .isEqualTo(Json.createObjectBuilder()
                        .add("pc", "0xfffffffffffff000")
                        .add("function", "spe_enable+0x10")
                        .add("access", "MSR PMSCR_EL1, 0x3")
                        .build());
        assertThat(states.get(2)).doesNotContainKey("args");
    }

    @Test
    void aRunThatTracesNothingLeavesNoFile() {
        new TraceFile(folder.resolve("t.json")).close();
        assertThat(folder.toFile().list()).isEmpty();
    }

    @Test
    void aFolderThatIsNotThereIsMade() {
        Path file = folder.resolve("no/such/t.json");
        try (TraceFile trace = new TraceFile(file)) {
            trace.instant(0, "exits", "WFI", "", 1);
        }
        assertThat(file).isNotEmptyFile();
    }

    @Test
    void aFileInThePlaceOfTheFolderIsAnError() throws IOException {
        Files.writeString(folder.resolve("no"), "");
        assertThatThrownBy(() -> new TraceFile(folder.resolve("no/t.json")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--trace");
    }

    @Test
    void whatAKilledRunLeftGoesAndWhatALivingOneWritesStays() throws IOException {
        Path left = Files.writeString(folder.resolve(".t.json-123.tmp"), "half");
        Path other = Files.writeString(folder.resolve(".other.json-123.tmp"), "half");
        try (TraceFile living = new TraceFile(folder.resolve("t.json"))) {
            assertThat(left).doesNotExist();
            new TraceFile(folder.resolve("t.json")).close();
            living.instant(0, "exits", "WFI", "", 1);
        }
        assertThat(folder.resolve("t.json")).isNotEmptyFile();
        assertThat(other).exists();
    }
}
