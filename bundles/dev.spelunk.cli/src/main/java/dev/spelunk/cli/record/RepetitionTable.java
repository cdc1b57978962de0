// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.records.ProfileData;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What several recordings of a program have found: for each event the sample records, the sampled operations, and the function
 * with the most records over all repetitions with its share of them, each as the median and the span over the repetitions.
 */
final class RepetitionTable {
    /**
     * One recording.
     *
     * @param records sample records that the SPU has written; 0 where the event is none of SPE
     * @param samples operations that it has sampled, filtered ones too
     * @param functions records by function
     */
    private record Row(
            String folder,
            String event,
            long seed,
            int exitCode,
            long records,
            long samples,
            Map<String, Long> functions) {
        /** A function's share of the records, from 0 to 1. */
        private double share(String function) {
            long all = functions.values().stream().mapToLong(Long::longValue).sum();
            return all == 0 ? 0 : (double) functions.getOrDefault(function, 0L) / all;
        }

        private String hottest() {
            return largest(functions);
        }
    }

    /** Median, least and greatest of at least one value. */
    private record Spread(double median, double least, double most) {
        private static Spread of(double... values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
            return new Spread(median, sorted[0], sorted[sorted.length - 1]);
        }

        private JsonObjectBuilder json() {
            return Json.createObjectBuilder()
                    .add("median", median)
                    .add("minimum", least)
                    .add("maximum", most);
        }

        private String text(String format) {
            return String.format(Locale.ROOT, format + " (" + format + "–" + format + ")", median, least, most);
        }
    }

    private final List<Row> rows = new ArrayList<>();

    /**
     * Adds a recording that is whole.
     *
     * @param folder its name in the folder of all
     * @param order what was recorded
     * @param exitCode of the program
     * @param result of the machine
     * @param data the records added up
     */
    void add(String folder, RecordingOrder order, int exitCode, Result result, ProfileData data) {
        Map<String, Long> functions = new HashMap<>();
        data.functions().forEach(f -> functions.merge(f.name(), f.sums().samples(), Long::sum));
        rows.add(new Row(
                folder,
                order.event(),
                order.seed(),
                exitCode,
                result.counters().getOrDefault("RECORDS_WRITTEN", 0L),
                result.counters().getOrDefault("SAMPLE_FEED", 0L),
                functions));
    }

    /** Whether nothing was recorded. */
    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The key of the greatest value, of equal ones the first by name; null where there is none. */
    private static String largest(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .min(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    private List<String> events() {
        return rows.stream().map(Row::event).distinct().toList();
    }

    private List<Row> of(String event) {
        return rows.stream().filter(row -> row.event().equals(event)).toList();
    }

    /** The function with the most records over all repetitions; null where no record has one. */
    private static String hottest(List<Row> repetitions) {
        Map<String, Long> all = new HashMap<>();
        repetitions.forEach(row -> row.functions().forEach((name, count) -> all.merge(name, count, Long::sum)));
        return largest(all);
    }

    private static Spread records(List<Row> repetitions) {
        return Spread.of(repetitions.stream().mapToDouble(Row::records).toArray());
    }

    private static Spread samples(List<Row> repetitions) {
        return Spread.of(repetitions.stream().mapToDouble(Row::samples).toArray());
    }

    private static Spread share(List<Row> repetitions, String function) {
        return Spread.of(
                repetitions.stream().mapToDouble(row -> row.share(function)).toArray());
    }

    /** Writes it as JSON: {@code recordings}, one by one, and {@code events}, with their spread. */
    void write(Path file) throws IOException {
        JsonArrayBuilder recordings = Json.createArrayBuilder();
        for (Row row : rows) {
            JsonObjectBuilder one = Json.createObjectBuilder()
                    .add("folder", row.folder())
                    .add("event", row.event())
                    .add("seed", Long.toUnsignedString(row.seed()))
                    .add("exitCode", row.exitCode())
                    .add("records", row.records())
                    .add("samples", row.samples());
            if (row.hottest() != null) {
                one.add("hottest", row.hottest()).add("share", row.share(row.hottest()));
            }
            recordings.add(one);
        }
        JsonArrayBuilder events = Json.createArrayBuilder();
        for (String event : events()) {
            List<Row> repetitions = of(event);
            JsonObjectBuilder one = Json.createObjectBuilder()
                    .add("event", event)
                    .add("repetitions", repetitions.size())
                    .add("records", records(repetitions).json())
                    .add("samples", samples(repetitions).json());
            String hottest = hottest(repetitions);
            if (hottest != null) {
                one.add("hottest", hottest)
                        .add("share", share(repetitions, hottest).json());
            }
            events.add(one);
        }
        try (OutputStream out = Files.newOutputStream(file);
                JsonWriter writer = Json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
                        .createWriter(out)) {
            writer.writeObject(Json.createObjectBuilder()
                    .add("recordings", recordings)
                    .add("events", events)
                    .build());
        }
    }

    /** A line for each event. */
    @Override
    public String toString() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("event", "times", "records", "samples", "hottest function"));
        for (String event : events()) {
            List<Row> repetitions = of(event);
            String hottest = hottest(repetitions);
            lines.add(List.of(
                    event,
                    Integer.toString(repetitions.size()),
                    records(repetitions).text("%,.0f"),
                    samples(repetitions).text("%,.0f"),
                    hottest == null ? "-" : hottest + " " + percent(share(repetitions, hottest))));
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int column = 0; column < line.size(); column++) {
                int of = column;
                int width =
                        lines.stream().mapToInt(l -> l.get(of).length()).max().orElse(0);
                row.append(line.get(column))
                        .append(" ".repeat(width - line.get(column).length() + 2));
            }
            text.append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String percent(Spread share) {
        return new Spread(100 * share.median(), 100 * share.least(), 100 * share.most()).text("%.1f %%");
    }
}
