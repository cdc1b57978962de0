// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.records;

import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.records.RecordSink;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.machine.ends.Rewindable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** Keeps the records of a run, a stream for each vCPU and one for the host, and passes each on to the sinks. */
public final class RecordLog implements RecordSink, Rewindable, AutoCloseable {
    private final RecordOptions options;
    /** By vCPU; the host's is the last. */
    private final RecordFile[] streams;

    private RecordSink[] sinks = {};
    private List<RecordSink> whiteboard = List.of();
    private BiConsumer<Ending, String> onStop = (ending, why) -> {};
    private long bytes;
    private long notKept;
    private boolean stopped;
    /** Records that have come, and those that have not come before; a machine that goes back makes some again. */
    private long count;

    private long told;

    public RecordLog(int vcpus, RecordOptions options) {
        this.options = options;
        streams = new RecordFile[vcpus + 1];
        for (int i = 0; i < vcpus; i++) {
            streams[i] = new RecordFile(i, options.places());
        }
        streams[vcpus] = new RecordFile(RecordOrigin.HOST, options.places());
    }

    /** Sets the sinks that bundles contribute; the list may change. */
    public void whiteboard(List<RecordSink> others) {
        whiteboard = others;
    }

    /** Adds a sink of the machine's owner. */
    public void add(RecordSink sink) {
        sinks = Arrays.copyOf(sinks, sinks.length + 1);
        sinks[sinks.length - 1] = sink;
    }

    /** Sets who is told, on the running thread, when no further record can be kept, and why. */
    public void onStop(BiConsumer<Ending, String> told) {
        onStop = told;
    }

    @Override
    public void record(RecordOrigin origin, byte[] record, int offset, int length) {
        if (count++ < told) {
            return;
        }
        told = count;
        if (!keep(origin, record, offset, length)) {
            notKept++;
            return;
        }
        for (RecordSink sink : sinks) {
            sink.record(origin, record, offset, length);
        }
        if (!whiteboard.isEmpty()) {
            for (RecordSink sink : whiteboard) {
                sink.record(origin, record, offset, length);
            }
        }
    }

    private boolean keep(RecordOrigin origin, byte[] record, int offset, int length) {
        if (!options.kept() || stopped) {
            return !stopped;
        }
        if (length > options.limit() - bytes) {
            stop(Ending.RECORD_LIMIT, "the sample records have " + bytes + " bytes, and may have " + options.limit());
            return false;
        }
        try {
            stream(origin.vcpu).add(record, offset, length);
        } catch (IOException e) {
            stop(Ending.HOST_FAILED, cannotBeWritten(e));
            return false;
        }
        bytes += length;
        return true;
    }

    private String cannotBeWritten(IOException e) {
        return "the sample records cannot be written"
                + (options.places() == null ? " to " + System.getProperty("java.io.tmpdir") : "") + ": "
                + e.getMessage();
    }

    private void stop(Ending ending, String why) {
        stopped = true;
        onStop.accept(ending, why);
    }

    private RecordFile stream(int vcpu) {
        return streams[vcpu == RecordOrigin.HOST ? streams.length - 1 : vcpu];
    }

    /** Those of the vCPUs, by index. */
    public List<RecordStream> guests() {
        return List.of(streams).subList(0, streams.length - 1).stream()
                .map(RecordStream.class::cast)
                .toList();
    }

    public RecordStream host() {
        return stream(RecordOrigin.HOST);
    }

    /** Records that came when no further one could be kept. */
    public long notKept() {
        return notKept;
    }

    @Override
    public long position() {
        return count;
    }

    @Override
    public void rewind(long position) {
        count = position;
    }

    /** For a snapshot. */
    public void write(DataOutputStream out) throws IOException {
        out.writeBoolean(options.kept());
        for (RecordFile stream : streams) {
            stream.write(out);
        }
    }

    /** Begins with the records of an earlier part of the run. */
    public void read(DataInputStream in) throws IOException {
        if (!in.readBoolean() && options.kept()) {
            throw new IOException("was saved by a command that keeps no sample records: restore it with that one");
        }
        for (RecordFile stream : streams) {
            stream.read(in, options.kept());
            bytes += stream.bytes();
        }
    }

    @Override
    public void close() {
        try {
            for (RecordFile stream : streams) {
                stream.close();
            }
        } catch (IOException e) {
            throw new BadInputException("a file of sample records cannot be closed: " + e.getMessage(), e);
        }
    }
}
