// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.report;

import dev.spelunk.api.records.MalformedPerfDataException;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.PerfDataOptions;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.api.records.ReadProfile;
import dev.spelunk.cli.process.UserError;
import jakarta.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A perf.data file, as {@code record} brings it out and perf writes it anywhere. */
final class SavedPerfData extends SavedProfile {
    private static final String KALLSYMS = "kallsyms";

    private final Path file;
    private final Options options;

    SavedPerfData(Path place, Path file, Options options) {
        super(place);
        this.file = file;
        this.options = options;
    }

    @Override
    public Counted count(ProfileWriter profiles, Path table) {
        try {
            ReadProfile read = profiles.read(file, new PerfDataOptions(options.symfs(), kallsyms()), table);
            check(read.tableFailure(), table);
            MalformedRecordException malformed = read.malformed();
            if (malformed != null && (options.strict() || read.data().records() == 0)) {
                throw new UserError(file + ": " + malformed.getMessage());
            }
            if (read.data().records() == 0) {
                throw new UserError(file + " has no sample record");
            }
            return new Counted(
                    Json.createObjectBuilder()
                            .add("perfData", file.toString())
                            .add("records", read.data().records())
                            .build(),
                    read.data(),
                    malformed == null
                            ? null
                            : file + ": bytes that are no sample record are skipped: " + malformed.getMessage());
        } catch (MalformedPerfDataException e) {
            throw new UserError(e.getMessage());
        } catch (IOException e) {
            throw new UserError(file + " cannot be read: " + e.getMessage());
        }
    }

    private Path kallsyms() {
        Path beside = file.resolveSibling(KALLSYMS);
        return options.kallsyms() != null || !Files.isReadable(beside) ? options.kallsyms() : beside;
    }
}
