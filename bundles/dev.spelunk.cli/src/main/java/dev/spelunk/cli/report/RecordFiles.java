// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.report;

import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.process.UserError;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Counts files of raw records. */
final class RecordFiles {
    /** A file with the records of a CPU. */
    record File(int cpu, Path path) {}

    /** What they say, and what is to be said of them; null for nothing. */
    record Counted(ProfileData data, String warning) {}

    private RecordFiles() {}

    /**
     * Counts records.
     *
     * @param table a file to which they are written as a table too; null for none
     * @param strict whether bytes that are no record are an error
     */
    static Counted count(
            ProfileWriter profiles, Path table, ProfileDescription description, List<File> files, boolean strict) {
        try (Profile profile = begin(profiles, table, description)) {
            for (File file : files) {
                try (InputStream in = new BufferedInputStream(Files.newInputStream(file.path()))) {
                    profile.take(file.cpu(), in);
                } catch (IOException e) {
                    throw new UserError(file.path() + " cannot be read: " + e.getMessage());
                }
            }
            finish(profile);
            SavedProfile.check(profile.tableFailure(), table);
            MalformedRecordException malformed = profile.malformed();
            String all = files.size() == 1 ? files.get(0).path().toString() : "the files of records";
            if (malformed != null && (strict || profile.data().records() == 0)) {
                throw new UserError(all + ": " + malformed.getMessage());
            }
            return new Counted(
                    profile.data(),
                    malformed == null
                            ? null
                            : all + ": bytes that are no sample record are skipped: " + malformed.getMessage());
        }
    }

    private static Profile begin(ProfileWriter profiles, Path table, ProfileDescription description) {
        try {
            return profiles.begin(null, table, description);
        } catch (IOException e) {
            throw new UserError(table + " cannot be written: " + e.getMessage());
        }
    }

    private static void finish(Profile profile) {
        try {
            profile.finish();
        } catch (IOException e) {
            throw new UserError("the records cannot be counted: " + e.getMessage());
        }
    }
}
