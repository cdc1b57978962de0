// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import picocli.CommandLine.Option;

/** The option of commands that write records: in which form they are beside the usual one. */
public final class RecordsOption {
    /** A form of records. */
    public enum Form {
        /** What the command writes anyway. */
        bin,
        /** A table too. */
        parquet
    }

    @Option(
            names = "--records",
            paramLabel = "bin|parquet",
            defaultValue = "bin",
            description =
                    "parquet: write records.parquet too, a table with one row for each sample record (see export and "
                            + "query). Default: ${DEFAULT-VALUE}, no table.")
    private Form form;

    /** Whether a table is wanted. */
    public boolean table() {
        return form == Form.parquet;
    }
}
