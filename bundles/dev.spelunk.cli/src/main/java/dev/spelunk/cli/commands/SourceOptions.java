// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.report.SavedProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How records are read that are not of a run: what their files do not say. */
final class SourceOptions {
    @Option(
            names = "--symfs",
            paramLabel = "DIR",
            description = "For perf.data: the folder in which the files of the profiled machine are, for symbols; "
                    + "what is not there is looked for in this machine's files.")
    private Path symfs;

    @Option(
            names = "--kallsyms",
            paramLabel = "FILE",
            description = "For perf.data: a copy of the profiled machine's /proc/kallsyms. Default: the file kallsyms "
                    + "beside perf.data, which record brings out.")
    private Path kallsyms;

    @Option(
            names = "--midr",
            paramLabel = "VALUE",
            description =
                    "For raw records: MIDR_EL1 of the core that made them, for example 0x413fd0c1, which tells what "
                            + "its data sources are.")
    private String midr;

    @Option(
            names = "--strict",
            description = "Refuse bytes that are no sample record, instead of skipping them up to the next one.")
    private boolean strict;

    /** @throws UserError when one of them is not there, or no number */
    SavedProfile.Options options() {
        if (symfs != null && !Files.isDirectory(symfs)) {
            throw new UserError("--symfs: not a folder: " + symfs);
        }
        if (kallsyms != null && !Files.isRegularFile(kallsyms)) {
            throw new UserError("--kallsyms: no such file: " + kallsyms);
        }
        return new SavedProfile.Options(symfs, kallsyms, number(), strict);
    }

    private long number() {
        try {
            return midr == null ? 0 : Long.decode(midr);
        } catch (NumberFormatException e) {
            throw new UserError("--midr: '" + midr + "' is no number; write for example 0x413fd0c1");
        }
    }
}
