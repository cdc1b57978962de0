// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Recorder;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.api.records.RecordOrigin;
import dev.spelunk.api.records.RecordStream;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.report.SavedProfile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * The files of a run that grow with it: {@code records.bin} for the first CPU, {@code records.1.bin} and so on for the
 * others, {@code host-records.bin}, and {@code perf.data}. They are written beside their places while the machine runs,
 * and come to their places when the run is over, however it ended. Once a second the records are brought to the disk, so
 * that a killed process loses those of a second.
 */
public final class RunFiles implements RecordOptions.Places, AutoCloseable {
    /** Bytes for what is in memory of each stream when the host's disk is full, and of perf.data. */
    private static final int RESERVE_PER_CPU = 1 << 19;

    private static final int RESERVE = 1 << 20;
    private static final long FLUSH_MILLISECONDS = 1000;

    /**
     * One file of records.
     *
     * @param cpu index of the CPU
     * @param file name of the file
     */
    record Part(int cpu, String file, long records, long bytes) {}

    private final OutputFolder folder;
    private final Recorder recorder;
    private final Map<Integer, OutputFolder.Pending> streams = new TreeMap<>();
    private final List<Part> parts = new ArrayList<>();
    private OutputFolder.Pending reserve;
    private OutputFolder.Pending perfData;
    private final boolean wantsTable;
    private OutputFolder.Pending table;
    private ProfileWriter writer;
    private Profile profile;
    private UserError failure;
    private Thread flusher;

    /**
     * @param folder gets the files
     * @param recorder who makes the profile, as far as it is not the machine's matter
     * @param table whether there is to be a table of the records too
     */
    public RunFiles(OutputFolder folder, Recorder recorder, boolean table) {
        this.folder = folder;
        this.recorder = recorder;
        this.wantsTable = table;
    }

    /** Name of the file for the records of a vCPU, or {@link RecordOrigin#HOST}. */
    static String name(int vcpu) {
        return vcpu == RecordOrigin.HOST ? "host-records.bin" : vcpu == 0 ? "records.bin" : "records." + vcpu + ".bin";
    }

    @Override
    public synchronized Path file(int vcpu) throws IOException {
        OutputFolder.Pending pending = folder.beginUseful(name(vcpu));
        streams.put(vcpu, pending);
        return pending.place();
    }

    /**
     * Begins the profile of a machine that has not run yet.
     *
     * @throws UserError when it cannot be written
     */
    void begin(Machine machine, ProfileWriter profiles) {
        writer = profiles;
        perfData = folder.begin("perf.data");
        table = wantsTable ? folder.begin(SavedProfile.TABLE) : null;
        try {
            profile = writer.begin(perfData.place(), table == null ? null : table.place(), description(machine));
            takeRecords(machine);
            reserve = folder.begin("reserve");
            reserve.write(new byte[RESERVE + RESERVE_PER_CPU * machine.records().size()]);
        } catch (IOException e) {
            throw perfData.failed(e);
        }
        profile.onFailure(e -> machine.stop(perfData.failed(e).getMessage()));
        machine.addSink(profile);
        List<RecordStream> all = new ArrayList<>(machine.records());
        all.add(machine.hostRecords());
        flusher = new Thread(() -> flush(all), "records");
        flusher.setDaemon(true);
        flusher.start();
    }

    private static void flush(List<RecordStream> all) {
        try {
            while (true) {
                Thread.sleep(FLUSH_MILLISECONDS);
                for (RecordStream stream : all) {
                    if (stream.bytes() != 0) {
                        stream.flush();
                    }
                }
            }
        } catch (InterruptedException e) {
            // The run is over.
            return;
        } catch (IOException e) {
            // The machine meets it too, when it has no room for a record, and says so.
            return;
        }
    }

    private void stopFlushing() {
        if (flusher == null) {
            return;
        }
        flusher.interrupt();
        try {
            flusher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        flusher = null;
    }

    /**
     * Completes the files and puts them into their places. What fails is kept for {@link #failure}, and the others are
     * completed nevertheless.
     *
     * @param machine whose run is over
     * @param host whether there is a file of the host's records
     */
    void complete(Machine machine, boolean host) {
        stopFlushing();
        reserve.close();
        for (RecordStream stream : machine.records()) {
            keep(stream);
            parts.add(new Part(stream.vcpu(), name(stream.vcpu()), stream.records(), stream.bytes()));
        }
        folder.deleteNumbered("records.", machine.records().size(), ".bin");
        if (host) {
            keep(machine.hostRecords());
        }
        try {
            keepProfile(machine);
        } catch (IOException e) {
            failed(perfData.failed(e));
        } catch (UserError e) {
            failed(e);
        }
        keepTable();
    }

    /** A table of an earlier run does not stay, as it is of other records. */
    private void keepTable() {
        if (table == null) {
            folder.remove(SavedProfile.TABLE);
            return;
        }
        try {
            if (profile.tableFailure() != null) {
                throw table.failed(profile.tableFailure());
            }
            table.keep();
        } catch (UserError e) {
            failed(e);
        }
    }

    /** Whether there is a table of the records. */
    boolean hasTable() {
        return table != null && failure == null;
    }

    private void keep(RecordStream stream) {
        try {
            stream.flush();
        } catch (IOException e) {
            failed(new UserError(folder.message(name(stream.vcpu()), e)));
        }
        try {
            OutputFolder.Pending pending = streams.get(stream.vcpu());
            if (pending != null && pending.removed()) {
                // The machine has the file open still.
                folder.write(name(stream.vcpu()), file -> {
                    try (InputStream records = stream.open()) {
                        Files.copy(records, file, StandardCopyOption.REPLACE_EXISTING);
                    }
                });
            } else if (pending != null) {
                pending.keep();
            }
        } catch (UserError e) {
            failed(e);
        }
    }

    private void keepProfile(Machine machine) throws IOException {
        if (!perfData.removed()) {
            profile.finish();
            perfData.keep();
            return;
        }
        folder.write("perf.data", file -> {
            profile.close();
            if (table != null) {
                table = folder.begin(SavedProfile.TABLE);
            }
            profile = writer.begin(file, table == null ? null : table.place(), description(machine));
            takeRecords(machine);
            profile.finish();
        });
    }

    private void takeRecords(Machine machine) throws IOException {
        for (RecordStream stream : machine.records()) {
            if (stream.bytes() != 0) {
                try (InputStream records = stream.open()) {
                    profile.take(stream.vcpu(), records);
                }
            }
        }
    }

    /** Says that a file is not in its place; the first that did not come there is told. */
    void failed(UserError e) {
        failure = failure == null ? e : failure;
    }

    /** Why not all of it is in its place; null when it is. */
    UserError failure() {
        return failure;
    }

    /** The files of records, by CPU. */
    List<Part> parts() {
        return parts;
    }

    /** The part of the report that the records tell. */
    String summary() {
        return profile.summary();
    }

    /** The same for programs. */
    ProfileData data() {
        ProfileData data = profile.data();
        return data == null ? ProfileData.EMPTY : data;
    }

    /** The same of what has been recorded so far. Call while the machine stands. */
    public synchronized Future<ProfileData> soFar() {
        if (profile == null || failure != null) {
            return CompletableFuture.completedFuture(ProfileData.EMPTY);
        }
        return profile.soFar();
    }

    /** What the records of a machine need to be read, and who makes them. */
    ProfileDescription description(Machine machine) {
        return machine.profile().by(recorder);
    }

    /** What is in the records that is none; null when they are all right. */
    MalformedRecordException malformed() {
        return profile.malformed();
    }

    /** Removes what is not in its place. */
    @Override
    public void close() {
        stopFlushing();
        if (profile != null) {
            profile.close();
        }
        if (perfData != null) {
            perfData.close();
        }
        if (table != null) {
            table.close();
        }
        if (reserve != null) {
            reserve.close();
        }
        streams.values().forEach(OutputFolder.Pending::close);
    }
}
