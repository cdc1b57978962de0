// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.cli.process.UserError;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The timeline of a run as Chrome trace event JSON, which Perfetto and chrome://tracing open: a process for each
 * vCPU, a thread for each track, times in virtual microseconds. It is written as it comes, beside its place,
 * and moved there when the run is over.
 */
public final class TraceFile implements TraceSink, AutoCloseable {
    private static final int CYCLES_PER_MICROSECOND = 1000;

    /** What a track shows now, and since when. */
    private static final class Track {
        private final int thread;
        private String text;
        /** More of the text, as members of JSON; empty for nothing. */
        private String more = "";

        private long since;
        private boolean named;
        private long counted = Long.MIN_VALUE;

        private Track(int thread) {
            this.thread = thread;
        }
    }

    private final PlacedFile place;
    private final Writer out;
    private final Map<Integer, Map<String, Track>> vcpus = new TreeMap<>();
    private boolean empty = true;
    private long latest;
    private IOException failure;
    private boolean closed;

    /**
     * Begins the file.
     *
     * @throws UserError when it cannot be written
     */
    public TraceFile(Path file) {
        place = new PlacedFile("--trace", file);
        out = place.writer();
        try {
            out.write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
        } catch (IOException e) {
            failure = e;
        }
    }

    @Override
    public void state(int vcpu, String name, String text, long cycles) {
        Track track = thread(vcpu, name);
        finish(vcpu, track, cycles);
        track.text = text;
        track.more = "";
        track.since = cycles;
    }

    @Override
    public void exit(int vcpu, Exit exit, long cycles) {
        state(vcpu, RUN, "exit: " + exit.reason(), cycles);
        StringBuilder more = new StringBuilder(",\"args\":{\"pc\":").append(quoted(String.format("0x%x", exit.pc())));
        if (!exit.function().isEmpty()) {
            more.append(",\"function\":").append(quoted(exit.function()));
        }
        if (!exit.access().isEmpty()) {
            more.append(",\"access\":").append(quoted(exit.access()));
        }
        track(vcpu, RUN).more = more.append('}').toString();
    }

    /** Writes the state that ends now. */
    private void finish(int vcpu, Track track, long cycles) {
        latest = Math.max(latest, cycles);
        if (track.text != null) {
            event("\"ph\":\"X\",\"pid\":" + (vcpu + 1) + ",\"tid\":" + track.thread + ",\"ts\":" + time(track.since)
                    + ",\"dur\":" + time(Math.max(cycles - track.since, 0)) + ",\"name\":" + quoted(track.text)
                    + track.more);
        }
    }

    @Override
    public void instant(int vcpu, String name, String text, String detail, long cycles) {
        latest = Math.max(latest, cycles);
        event("\"ph\":\"i\",\"s\":\"t\",\"pid\":" + (vcpu + 1) + ",\"tid\":" + thread(vcpu, name).thread + ",\"ts\":"
                + time(cycles) + ",\"name\":" + quoted(text) + ",\"args\":{\"detail\":" + quoted(detail) + "}");
    }

    @Override
    public void counter(int vcpu, String name, long value, long cycles) {
        latest = Math.max(latest, cycles);
        Track track = track(vcpu, name);
        if (value != track.counted) {
            track.counted = value;
            event("\"ph\":\"C\",\"pid\":" + (vcpu + 1) + ",\"tid\":" + track.thread + ",\"ts\":" + time(cycles)
                    + ",\"name\":" + quoted(name) + ",\"args\":{\"value\":" + value + "}");
        }
    }

    private Track track(int vcpu, String name) {
        Map<String, Track> tracks = vcpus.get(vcpu);
        if (tracks == null) {
            tracks = new TreeMap<>();
            vcpus.put(vcpu, tracks);
            event("\"ph\":\"M\",\"pid\":" + (vcpu + 1)
                    + ",\"tid\":0,\"ts\":0,\"name\":\"process_name\",\"args\":{\"name\":" + quoted("vCPU " + vcpu)
                    + "}");
        }
        Track track = tracks.get(name);
        if (track == null) {
            track = new Track(tracks.size() + 1);
            tracks.put(name, track);
        }
        return track;
    }

    /** A track that is not of numbers: it has a name of its own, numbers have the counter's. */
    private Track thread(int vcpu, String name) {
        Track track = track(vcpu, name);
        if (!track.named) {
            track.named = true;
            event("\"ph\":\"M\",\"pid\":" + (vcpu + 1) + ",\"tid\":" + track.thread
                    + ",\"ts\":0,\"name\":\"thread_name\",\"args\":{\"name\":" + quoted(name) + "}");
        }
        return track;
    }

    private void event(String members) {
        if (failure != null) {
            return;
        }
        try {
            out.write(empty ? "\n{" : ",\n{");
            empty = false;
            out.write(members);
            out.write('}');
        } catch (IOException e) {
            failure = e;
        }
    }

    /** Cycles of a nanosecond as microseconds. */
    private static String time(long cycles) {
        long rest = cycles % CYCLES_PER_MICROSECOND;
        return cycles / CYCLES_PER_MICROSECOND + (rest < 10 ? ".00" : rest < 100 ? ".0" : ".") + rest;
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /**
     * Ends what still lasts and puts the file in its place; a run that traced nothing leaves none.
     *
     * @throws UserError when it could not be written
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        vcpus.forEach((vcpu, tracks) -> tracks.values().forEach(track -> finish(vcpu, track, latest)));
        try {
            if (failure == null) {
                out.write("\n]}\n");
            }
        } catch (IOException e) {
            failure = e;
        }
        place.close(failure, !empty);
    }
}
