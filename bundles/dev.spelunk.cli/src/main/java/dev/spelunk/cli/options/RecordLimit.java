// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.records.RecordOptions;
import picocli.CommandLine.Option;

/** The option of every command that keeps the sample records of its machine. */
public final class RecordLimit {
    @Option(
            names = "--max-record-bytes",
            paramLabel = "SIZE",
            defaultValue = "16G",
            converter = MachineOptions.Size.class,
            description =
                    "End the run with exit code 4 when its sample records have so many bytes on the disk, or with "
                            + "one of K, M, G after the number; perf.data has about as many again. Default: ${DEFAULT-VALUE}.")
    private long bytes;

    /**
     * What becomes of the records.
     *
     * @param places their files; null for temporary ones
     */
    public RecordOptions options(RecordOptions.Places places) {
        return new RecordOptions(true, places, bytes);
    }
}
