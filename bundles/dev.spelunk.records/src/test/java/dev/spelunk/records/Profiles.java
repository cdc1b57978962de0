// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records;

import dev.spelunk.api.records.Profile;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileDescription;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;

/** Profiles of records that are there already, a stream for each CPU. */
public final class Profiles {
    private Profiles() {}

    /** Writes a perf.data file; returns the summary. */
    public static String write(Path file, ProfileDescription description, byte[]... records) throws IOException {
        try (Profile profile = new RecordsComponent().begin(file, description)) {
            for (int cpu = 0; cpu < records.length; cpu++) {
                profile.take(cpu, new ByteArrayInputStream(records[cpu]));
            }
            profile.finish();
            return profile.summary();
        }
    }

    /** What the records say. */
    public static ProfileData data(ProfileDescription description, byte[]... records) throws IOException {
        try (Profile profile = new RecordsComponent().begin(null, description)) {
            for (int cpu = 0; cpu < records.length; cpu++) {
                profile.take(cpu, new ByteArrayInputStream(records[cpu]));
            }
            profile.finish();
            return profile.data();
        }
    }
}
