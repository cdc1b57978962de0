// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code spelunk run --follow}: the variant's file is edited while the guest runs. */
class FollowTest {
    private static final int TENTHS = 1200;

    @TempDir
    Path folder;

    @Test
    @DisplayName("an edit swaps what differs, a bad one is told and changes nothing, and the guest goes on")
    void editsOfTheVariantsFile() throws IOException, InterruptedException {
        Path file = folder.resolve("mine.json");
        write(file, "", "\"extends\": \"default\"");
        Process process = Spelunk.with(
                        "run",
                        "--variant",
                        file.toString(),
                        "--follow",
                        "--append",
                        "workload=sort scale=100000",
                        "-o",
                        folder.resolve("out").toString())
                .start(folder);
        try {
            await("stdout", "sort: 1024 random numbers");
            write(
                    file,
                    "{\"id\": \"dev.spelunk:dev.spelunk.timing.inorder:0.2.0-SNAPSHOT\"}",
                    "\"extends\": \"default\", \"remove\": [\"dev.spelunk:dev.spelunk.timing.fixed\"]");
            await("stderr", "mine.json: swapped timing inorder");
            write(file, "", "\"extends\": \"nosuch\"");
            await("stderr", "mine.json: /extensions/spelunk-variant/json/extends: unknown variant \"nosuch\"");
            write(file, "", "\"extends\": \"default\"");
            await("stderr", "mine.json: swapped timing fixed");
            configure(file, "\"minimumInterval\": 512");
            await("stderr", "the guest could notice: PMSIDR_EL1 becomes 0x2620f (was 0x2600f)");
            configure(file, "\"minimumIntervall\": 512");
            await("stderr", "mine.json: /configurations/dev.spelunk.spu/minimumIntervall: unknown key");
            write(file, "", "\"extends\": \"default\", \"parts\": {\"policy\": \"cached\"}");
            await("stderr", "mine.json: swapped policy cached");
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroy();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                Spelunk.kill(process);
            }
        }
        // What was refused, and taken back, is no swap that was done.
        JsonObject swaps = new OutputFiles(folder.resolve("out")).summary().getJsonObject("swaps");
        assertThat(swaps.getInt("done")).isEqualTo(3);
        assertThat(swaps.getJsonArray("list")).hasSize(3);
        assertThat(swaps.getJsonArray("refused")).hasSize(1);
        assertThat(swaps.getJsonArray("refused").getString(0)).contains("the guest could notice");
        assertThat(Files.readString(folder.resolve("stderr")))
                .as("a refused change is undone before anything else")
                .doesNotContain("no part of kind");
    }

    /** Configures the SPU. */
    private static void configure(Path file, String properties) throws IOException {
        write(file, "", "\"extends\": \"default\"", "\"dev.spelunk.spu\": {" + properties + "}");
    }

    private static void write(Path file, String bundles, String json) throws IOException {
        write(file, bundles, json, "");
    }

    private static void write(Path file, String bundles, String json, String configurations) throws IOException {
        Path edited =
                Files.writeString(file.resolveSibling("edited.json"), """
                {
                  "feature-resource-version": "1.0",
                  "id": "local:mine:1",
                  "bundles": [%s],
                  "configurations": {%s},
                  "extensions": {"spelunk-variant": {"kind": "mandatory", "json": {%s}}}
                }
                """.formatted(bundles, configurations, json));
        Files.move(edited, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private void await(String stream, String text) throws IOException, InterruptedException {
        Path file = folder.resolve(stream);
        for (int i = 0; i < TENTHS && !Files.readString(file).contains(text); i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        assertThat(Files.readString(file)).as(stream).contains(text);
    }
}
