// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A timeline held to the Trace Event Format (JSON object format: phases M, X, i and C) as its document describes it, and to
 * what Perfetto makes of it: complete events of one thread nest or follow each other, and every process and thread has a name.
 */
final class TraceEvents {
    private record Thread(int process, int thread) {}

    private final Map<Integer, String> processes = new HashMap<>();
    private final Map<Thread, String> threads = new HashMap<>();
    private final Map<Thread, BigDecimal> ends = new HashMap<>();
    private final Map<String, BigDecimal> counted = new HashMap<>();
    private final Set<Thread> used = new HashSet<>();
    private final Set<String> counters = new TreeSet<>();
    private final List<Slice> slices = new ArrayList<>();

    /**
     * A stretch of a track that is not of numbers.
     *
     * @param process the name of its process
     * @param from in microseconds
     * @param to in microseconds
     * @param arguments name and value; empty for none
     */
    record Slice(
            String process, String track, String name, BigDecimal from, BigDecimal to, Map<String, String> arguments) {}

    private TraceEvents() {}

    /** Reads a file and holds it to the format. */
    static TraceEvents read(Path file) throws IOException {
        TraceEvents events = new TraceEvents();
        try (InputStream stream = Files.newInputStream(file);
                JsonReader reader = Json.createReader(stream)) {
            JsonObject trace = reader.readObject();
            assertThat(trace.getString("displayTimeUnit")).isIn("ms", "ns");
            trace.getJsonArray("traceEvents").getValuesAs(JsonObject.class).forEach(events::event);
        }
        assertThat(events.threads.keySet()).as("threads that have a name").containsAll(events.used);
        return events;
    }

    private void event(JsonObject event) {
        String about = event.toString();
        int process = event.getInt("pid");
        Thread thread = new Thread(process, event.getInt("tid"));
        BigDecimal time = event.getJsonNumber("ts").bigDecimalValue();
        assertThat(time).as(about).isNotNegative();
        assertThat(event.getString("name")).as(about).isNotBlank();
        switch (event.getString("ph")) {
            case "M" -> metadata(event, process, thread);
            case "X" -> {
                used.add(thread);
                BigDecimal duration = event.getJsonNumber("dur").bigDecimalValue();
                assertThat(duration).as(about).isNotNegative();
                assertThat(time).as(about).isGreaterThanOrEqualTo(ends.getOrDefault(thread, BigDecimal.ZERO));
                ends.put(thread, time.add(duration));
                Map<String, String> arguments = new TreeMap<>();
                if (event.containsKey("args")) {
                    event.getJsonObject("args").forEach((name, value) -> {
                        assertThat(value).as(about).isInstanceOf(JsonString.class);
                        arguments.put(name, ((JsonString) value).getString());
                    });
                }
                slices.add(new Slice(
                        processes.get(process),
                        threads.get(thread),
                        event.getString("name"),
                        time,
                        time.add(duration),
                        arguments));
            }
            case "i" -> {
                used.add(thread);
                assertThat(event.getString("s")).as(about).isIn("t", "p", "g");
            }
            case "C" -> {
                String counter = process + event.getString("name");
                counters.add(event.getString("name"));
                assertThat(time).as(about).isGreaterThanOrEqualTo(counted.getOrDefault(counter, BigDecimal.ZERO));
                counted.put(counter, time);
                assertThat(event.getJsonObject("args")).as(about).isNotEmpty();
                for (JsonValue value : event.getJsonObject("args").values()) {
                    assertThat(value).as(about).isInstanceOf(JsonNumber.class);
                }
            }
            default -> throw new AssertionError("a phase that the timeline does not have: " + about);
        }
        assertThat(processes).as(about).containsKey(process);
    }

    private void metadata(JsonObject event, int process, Thread thread) {
        String name = event.getJsonObject("args").getString("name");
        switch (event.getString("name")) {
            case "process_name" -> assertThat(processes.put(process, name)).isNull();
            case "thread_name" -> assertThat(threads.put(thread, name)).isNull();
            default -> throw new AssertionError("metadata that the timeline does not have: " + event);
        }
    }

    /** Stretches of a track, in all processes. */
    List<Slice> slices(String track) {
        return slices.stream().filter(slice -> track.equals(slice.track())).toList();
    }

    Set<String> processes() {
        return new TreeSet<>(processes.values());
    }

    Set<String> tracks() {
        return new TreeSet<>(threads.values());
    }

    Set<String> counters() {
        return counters;
    }
}
