// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.console;

import dev.spelunk.api.trace.TraceSink;
import jakarta.json.Json;
import jakarta.json.stream.JsonGenerator;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The latest of a machine's timeline, so much of each track; a level goes back to the begin, and of its values the highest ones of
 * some in a row are kept. What this forgets may still be in the file of {@code --trace}.
 */
final class LatestTimeline implements TraceSink {
    /** Entries of a track. */
    private static final int KEPT = 2000;

    /** One entry. @param text null for nothing; of a number its decimal digits */
    private record Entry(long cycles, String text, String detail) {
        private long value() {
            return Long.parseLong(text);
        }
    }

    /** A track of one vCPU. */
    private static final class Track {
        private final String kind;
        private final Deque<Entry> entries = new ArrayDeque<>();
        private long total;
        private long stride = 1;
        private Entry highest;
        private Entry last;

        private Track(String kind) {
            this.kind = kind;
        }

        private void add(Entry entry) {
            total++;
            if (kind.equals(COUNTER)) {
                level(entry);
                return;
            }
            if (entries.size() == KEPT) {
                entries.removeFirst();
            }
            entries.addLast(entry);
        }

        /** Of so many values in a row the highest is kept; of twice as many when there are too many. */
        private void level(Entry entry) {
            highest = highest == null || entry.value() > highest.value() ? entry : highest;
            last = entry;
            if (total % stride != 0) {
                return;
            }
            entries.addLast(highest);
            highest = null;
            if (entries.size() == KEPT) {
                List<Entry> all = new ArrayList<>(entries);
                entries.clear();
                for (int i = 0; i < all.size(); i += 2) {
                    entries.addLast(all.get(i).value() > all.get(i + 1).value() ? all.get(i) : all.get(i + 1));
                }
                stride *= 2;
            }
        }
    }

    private static final String COUNTER = "counter";

    private final TraceSink other;
    private final Map<Integer, Map<String, Track>> vcpus = new TreeMap<>();
    private final Map<String, Long> causes = new TreeMap<>();
    private long latest;

    /** @param other gets everything too; null for nobody */
    LatestTimeline(TraceSink other) {
        this.other = other;
    }

    @Override
    public void state(int vcpu, String track, String text, long cycles) {
        if (other != null) {
            other.state(vcpu, track, text, cycles);
        }
        if (track.startsWith(HARDWARE) || track.startsWith(MEMORY)) {
            // The page of registers has them.
            return;
        }
        keep(vcpu, track, text, "", cycles);
    }

    @Override
    public void exit(int vcpu, Exit exit, long cycles) {
        if (other != null) {
            other.exit(vcpu, exit, cycles);
        }
        keep(vcpu, RUN, "exit: " + exit.reason(), (exit.access() + " " + exit.function()).strip(), cycles);
    }

    private synchronized void keep(int vcpu, String track, String text, String detail, long cycles) {
        if (track.equals(RUN) && text != null) {
            causes.merge(text, 1L, Long::sum);
        }
        add(vcpu, track, "state", new Entry(cycles, text, detail));
    }

    @Override
    public void instant(int vcpu, String track, String name, String detail, long cycles) {
        if (other != null) {
            other.instant(vcpu, track, name, detail, cycles);
        }
        synchronized (this) {
            add(vcpu, track, "instant", new Entry(cycles, name, detail));
        }
    }

    @Override
    public void counter(int vcpu, String track, long value, long cycles) {
        if (other != null) {
            other.counter(vcpu, track, value, cycles);
        }
        synchronized (this) {
            add(vcpu, track, COUNTER, new Entry(cycles, Long.toString(value), ""));
        }
    }

    private void add(int vcpu, String name, String kind, Entry entry) {
        latest = Math.max(latest, entry.cycles());
        vcpus.computeIfAbsent(vcpu, key -> new TreeMap<>())
                .computeIfAbsent(name, key -> new Track(kind))
                .add(entry);
    }

    @Override
    public void close() {
        if (other != null) {
            other.close();
        }
    }

    /** All that it knows, as JSON. */
    synchronized String text() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.createGenerator(text)) {
            json.writeStartObject();
            json.write("cycles", latest);
            json.writeStartObject("causes");
            causes.forEach(json::write);
            json.writeEnd();
            json.writeStartArray("tracks");
            vcpus.forEach((vcpu, tracks) -> tracks.forEach((name, track) -> track(json, vcpu, name, track)));
            json.writeEnd();
            json.writeEnd();
        }
        return text.toString();
    }

    private static void track(JsonGenerator json, int vcpu, String name, Track track) {
        json.writeStartObject();
        json.write("vcpu", vcpu);
        json.write("name", name);
        json.write("kind", track.kind);
        json.write("total", track.total);
        json.writeStartArray("entries");
        track.entries.forEach(entry -> entry(json, entry));
        if (track.last != null && track.last != track.entries.peekLast()) {
            entry(json, track.last);
        }
        json.writeEnd();
        json.writeEnd();
    }

    private static void entry(JsonGenerator json, Entry entry) {
        json.writeStartArray();
        json.write(entry.cycles());
        json.write(entry.text() == null ? "" : entry.text());
        json.write(entry.detail() == null ? "" : entry.detail());
        json.writeEnd();
    }
}
