// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.report.SavedProfile;
import dev.spelunk.cli.run.OutputFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a table of sample records. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Writes sample records as a table: a file of Apache Parquet with one row for each record, which "
                + "DuckDB, pandas, Polars and others read.",
        footer = {
            "",
            "For example:",
            "  spelunk export spelunk-out",
            "  spelunk query spelunk-out hot-lines",
            "The columns are listed in docs/records.md. Functions have names as long as the files of the program are "
                    + "where they were."
        })
final class ExportCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "DIR|FILE",
            description =
                    "The output folder of run or record, a perf.data file of any perf, or a file of raw records, also "
                            + "of real hardware.")
    private Path source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "The table. Default: records.parquet in the folder, or beside the file, with .parquet after its "
                            + "name.")
    private Path output;

    @Option(
            names = "--bundles",
            paramLabel = "DIR",
            description = "A folder to look for bundles in, before the local Maven repository.")
    private Path bundles;

    @Mixin
    private SourceOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (Composition composition = new Composition("default", bundles)) {
            ProfileWriter profiles = composition.service(ProfileWriter.class);
            SavedProfile saved = SavedProfile.of(source, profiles, options.options());
            Path table = output == null ? saved.table() : output;
            if (Files.isDirectory(table)) {
                throw new UserError("-o " + table + " is a folder; name a file");
            }
            StopRequests.ofProcess().endingAtOnce();
            Path folder = table.toAbsolutePath().getParent();
            SavedProfile.Counted[] counted = new SavedProfile.Counted[1];
            try (OutputFolder place = new OutputFolder(folder)) {
                place.write(table.getFileName().toString(), file -> {
                    counted[0] = saved.count(profiles, file);
                    if (counted[0].data().records() == 0) {
                        throw new UserError(source + " has no sample record"
                                + (counted[0].summary().containsKey("withoutRecords")
                                        ? ": " + counted[0].summary().getString("withoutRecords")
                                        : ""));
                    }
                });
            }
            if (counted[0].warning() != null) {
                spec.commandLine().getErr().println("spelunk: " + counted[0].warning());
            }
            spec.commandLine()
                    .getOut()
                    .println(String.format(
                            Locale.ROOT,
                            "%s: %,d records",
                            table,
                            counted[0].data().records()));
            spec.commandLine().getOut().flush();
        }
        return ExitCode.SUCCESS;
    }
}
