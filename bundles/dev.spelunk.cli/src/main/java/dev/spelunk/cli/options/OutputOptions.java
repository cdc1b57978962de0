// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.records.ProfileDescription.Recorder;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.cli.run.PerfMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What a run of a guest leaves. */
public final class OutputOptions {
    @Mixin
    private RecordLimit recordLimit;

    @Mixin
    private RecordsOption records;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            defaultValue = "spelunk-out",
            description = "The folder for the profile. Default: ${DEFAULT-VALUE}.")
    private Path output;

    @Option(
            names = "--perf-metadata",
            paramLabel = "auto|v1|v2",
            defaultValue = "auto",
            description = "The version of the SPE metadata in perf.data: v1 for perf before 6.13, v2 for later ones. "
                    + "Default: that of the perf on the PATH, else v2.")
    private PerfMetadata metadata;

    /** The folder of the files. */
    public Path folder() {
        return output;
    }

    /** Whether a table of the records is wanted. */
    public boolean table() {
        return records.table();
    }

    /** What becomes of the records. */
    public RecordOptions records(RecordOptions.Places places) {
        return recordLimit.options(places);
    }

    /**
     * Who makes the profile.
     *
     * @param version of the program
     * @param variant as the user has named it
     * @param spec of the command
     * @param memory of the guest, in bytes
     */
    public Recorder recorder(String version, String variant, CommandSpec spec, long memory) {
        List<String> command = new ArrayList<>(List.of("spelunk"));
        command.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return new Recorder("Spelunk " + version, "Spelunk, variant " + variant, command, memory, metadata.version());
    }
}
