// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.report;

import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.process.UserError;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Records of something that is over: of a run, in a perf.data file, or raw. */
public abstract class SavedProfile {
    /** Name of the table of a folder's records. */
    public static final String TABLE = "records.parquet";

    static final String PERF_DATA = "perf.data";

    private final Path place;

    SavedProfile(Path place) {
        this.place = place;
    }

    /**
     * How something is read that does not say it itself.
     *
     * @param symfs the folder in which the files of the profiled machine are; null for those of this one
     * @param kallsyms a copy of {@code /proc/kallsyms} of the profiled machine; null for one beside perf.data
     * @param midr MIDR_EL1 of the core that wrote raw records; 0 when it is not known
     * @param strict whether bytes that are no record are an error
     */
    public record Options(Path symfs, Path kallsyms, long midr, boolean strict) {
        /** Nothing is said. */
        public static final Options DEFAULT = new Options(null, null, 0, false);
    }

    /**
     * What was counted.
     *
     * @param summary what is known beside the records, with the keys of {@code summary.json}
     * @param data the records added up
     * @param warning what is to be said of them; null for nothing
     */
    public record Counted(JsonObject summary, ProfileData data, String warning) {}

    /**
     * Finds out what somebody names.
     *
     * @param place the output folder of a run or a recording, a perf.data file, or a file of raw records
     * @throws UserError when it is none of them
     */
    public static SavedProfile of(Path place, ProfileWriter profiles, Options options) {
        if (Files.isDirectory(place)) {
            if (!SavedRun.is(place) && Files.isRegularFile(place.resolve(PERF_DATA))) {
                return new SavedPerfData(place, place.resolve(PERF_DATA), options);
            }
            return SavedRun.read(place, options);
        }
        if (!Files.isRegularFile(place)) {
            throw new UserError(
                    (Files.exists(place) ? "neither a file nor a folder: " : "no such file or folder: ") + place);
        }
        try {
            return profiles.isPerfData(place)
                    ? new SavedPerfData(place, place, options)
                    : new SavedDump(place, options);
        } catch (IOException e) {
            throw new UserError(place + " cannot be read: " + e.getMessage());
        }
    }

    /**
     * Counts the records.
     *
     * @param table a file to which they are written as a table too; null for none
     * @throws UserError when they cannot be read, or the table not be written
     */
    public abstract Counted count(ProfileWriter profiles, Path table);

    /** What somebody has named. */
    public Path place() {
        return place;
    }

    /** The folder for what is made of it. */
    public Path folder() {
        Path folder = Files.isDirectory(place) ? place : place.toAbsolutePath().getParent();
        return folder == null ? Path.of("") : folder;
    }

    /** Where its table is, or will be. */
    public Path table() {
        return Files.isDirectory(place) ? place.resolve(TABLE) : place.resolveSibling(place.getFileName() + ".parquet");
    }

    /** Its own name. */
    public String name() {
        Path name = place.toAbsolutePath().normalize().getFileName();
        return name == null ? place.toString() : name.toString();
    }

    /** Counts for the page. */
    public ReportPage.Run run(ProfileWriter profiles) {
        Counted counted = count(profiles, null);
        return new ReportPage.Run(name(), counted.summary(), counted.data());
    }

    static void check(IOException failure, Path table) {
        if (failure != null) {
            throw new UserError(table.getFileName() + " cannot be written: " + failure.getMessage());
        }
    }
}
