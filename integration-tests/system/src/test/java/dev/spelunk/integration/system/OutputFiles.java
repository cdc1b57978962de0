// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The folder that {@code spelunk run} writes. */
record OutputFiles(Path folder) {
    Path perfData() {
        return folder.resolve("perf.data");
    }

    Path recordsFile() {
        return folder.resolve("records.bin");
    }

    byte[] records() {
        try {
            return Files.readAllBytes(recordsFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonObject summary() {
        try (JsonReader reader = Json.createReader(Files.newInputStream(folder.resolve("summary.json")))) {
            return reader.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long summaryNumber(String key) {
        return summary().getJsonNumber(key).longValueExact();
    }

    List<String> names() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
