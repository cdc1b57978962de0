// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.report;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileDescription.Segment;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.process.UserError;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an output folder tells of its run: {@code summary.json}, with what the profile needs to be counted again, and the
 * files of records.
 */
public final class SavedRun extends SavedProfile {
    private static final String SUMMARY = "summary.json";
    private static final String PROFILE = "profile";

    private final JsonObject summary;
    private final Options options;

    private SavedRun(Path folder, JsonObject summary, Options options) {
        super(folder);
        this.summary = summary;
        this.options = options;
    }

    /** Whether a folder is one of a run. */
    static boolean is(Path folder) {
        return Files.isRegularFile(folder.resolve(SUMMARY));
    }

    /**
     * Reads the summary of a run.
     *
     * @throws UserError when the folder is not one of a run
     */
    static SavedRun read(Path folder, Options options) {
        Path file = folder.resolve(SUMMARY);
        if (!Files.isRegularFile(file)) {
            throw new UserError(
                    folder + " is not the output folder of a run: it has no " + SUMMARY + ", and no " + PERF_DATA);
        }
        try (InputStream in = Files.newInputStream(file);
                JsonReader reader = Json.createReader(in)) {
            JsonObject summary = reader.readObject();
            if (summary.get(PROFILE) == null || summary.get("recordFiles") == null) {
                throw new UserError(file + " is not of this version of spelunk: run the guest again");
            }
            return new SavedRun(folder, summary, options);
        } catch (JsonException | IOException e) {
            throw new UserError(file + " cannot be read: " + e.getMessage());
        }
    }

    /** Writes what {@link #read} needs to count again, as the value of a key of the summary. */
    public static void describe(JsonGenerator json, ProfileDescription description) {
        json.writeStartObject(PROFILE);
        if (description.guest() != null) {
            json.write("guest", description.guest().toAbsolutePath().toString());
        }
        json.write("cpus", description.cpus());
        json.write("midr", description.midr());
        json.write("pmsidr", description.pmsidr());
        json.write("counterFrequency", description.counterFrequency());
        json.writeStartArray("segments");
        for (Segment segment : description.segments()) {
            json.writeStartObject();
            json.write("address", segment.address());
            json.write("size", segment.size());
            json.write("fileOffset", segment.fileOffset());
            json.write("el", segment.el());
            json.writeEnd();
        }
        json.writeEnd();
        json.writeEnd();
    }

    /** Counts the records again. */
    @Override
    public Counted count(ProfileWriter profiles, Path table) {
        try {
            List<RecordFiles.File> files = new ArrayList<>();
            for (JsonValue part : summary.getJsonArray("recordFiles")) {
                JsonObject file = part.asJsonObject();
                if (file.getJsonNumber("bytes").longValueExact() != 0) {
                    Path name = Path.of(file.getString("file")).getFileName();
                    files.add(new RecordFiles.File(file.getInt("cpu"), place().resolve(name)));
                }
            }
            RecordFiles.Counted counted = RecordFiles.count(profiles, table, description(), files, options.strict());
            return new Counted(summary, counted.data(), counted.warning());
        } catch (ClassCastException
                | NullPointerException
                | ArithmeticException
                | IndexOutOfBoundsException
                | InvalidPathException e) {
            throw new UserError(place().resolve(SUMMARY) + " is damaged: run the guest again");
        }
    }

    private ProfileDescription description() {
        JsonObject profile = summary.getJsonObject(PROFILE);
        List<Segment> segments = new ArrayList<>();
        for (JsonValue value : profile.getJsonArray("segments")) {
            JsonObject segment = value.asJsonObject();
            segments.add(new Segment(
                    number(segment, "address"),
                    number(segment, "size"),
                    number(segment, "fileOffset"),
                    segment.getInt("el")));
        }
        String guest = profile.getString("guest", null);
        return new ProfileDescription(
                guest == null ? null : Path.of(guest),
                profile.getInt("cpus"),
                number(profile, "midr"),
                number(profile, "pmsidr"),
                number(profile, "counterFrequency"),
                0,
                segments,
                ProfileDescription.Recorder.UNKNOWN);
    }

    private static long number(JsonObject object, String key) {
        return object.getJsonNumber(key).longValueExact();
    }
}
