// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.report;

import dev.spelunk.api.records.Profile;
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
import java.io.BufferedInputStream;
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
public final class SavedRun {
    private static final String SUMMARY = "summary.json";
    private static final String PROFILE = "profile";

    private final Path folder;
    private final JsonObject summary;

    private SavedRun(Path folder, JsonObject summary) {
        this.folder = folder;
        this.summary = summary;
    }

    /**
     * Reads the summary of a run.
     *
     * @throws UserError when the folder is not one of a run
     */
    public static SavedRun read(Path folder) {
        Path file = folder.resolve(SUMMARY);
        if (!Files.isRegularFile(file)) {
            throw new UserError(folder + " is not the output folder of a run: it has no " + SUMMARY);
        }
        try (InputStream in = Files.newInputStream(file);
                JsonReader reader = Json.createReader(in)) {
            JsonObject summary = reader.readObject();
            if (summary.get(PROFILE) == null || summary.get("recordFiles") == null) {
                throw new UserError(file + " is not of this version of spelunk: run the guest again");
            }
            return new SavedRun(folder, summary);
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

    /**
     * Counts the records again.
     *
     * @throws UserError when a file cannot be read, or says something else than the run that wrote it
     */
    public ReportPage.Run count(ProfileWriter profiles) {
        try (Profile profile = profiles.begin(null, description())) {
            for (JsonValue part : summary.getJsonArray("recordFiles")) {
                Path file = folder.resolve(
                        Path.of(part.asJsonObject().getString("file")).getFileName());
                if (part.asJsonObject().getJsonNumber("bytes").longValueExact() == 0) {
                    continue;
                }
                try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                    profile.take(part.asJsonObject().getInt("cpu"), in);
                } catch (IOException e) {
                    throw new UserError(file + " cannot be read: " + e.getMessage());
                }
            }
            profile.finish();
            return new ReportPage.Run(name(), summary, profile.data());
        } catch (IOException e) {
            throw new UserError(folder + ": " + e.getMessage());
        } catch (ClassCastException
                | NullPointerException
                | ArithmeticException
                | IndexOutOfBoundsException
                | InvalidPathException e) {
            throw new UserError(folder.resolve(SUMMARY) + " is damaged: run the guest again");
        }
    }

    /** The folder's own name. */
    private String name() {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? folder.toString() : name.toString();
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
