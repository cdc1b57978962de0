// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.report;

import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileWriter;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.util.List;

/** A file of raw records, such as a profiling buffer of real hardware that somebody has saved. */
final class SavedDump extends SavedProfile {
    private final Options options;

    SavedDump(Path file, Options options) {
        super(file);
        this.options = options;
    }

    @Override
    public Counted count(ProfileWriter profiles, Path table) {
        ProfileDescription description = new ProfileDescription(null, 1, options.midr(), 0, List.of());
        RecordFiles.Counted counted = RecordFiles.count(
                profiles, table, description, List.of(new RecordFiles.File(0, place())), options.strict());
        JsonObject summary = Json.createObjectBuilder()
                .add("records", counted.data().records())
                .build();
        return new Counted(summary, counted.data(), counted.warning());
    }
}
