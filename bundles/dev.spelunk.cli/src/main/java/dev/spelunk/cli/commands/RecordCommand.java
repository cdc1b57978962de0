// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.cli.options.DebianOptions;
import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.record.GuestFile;
import dev.spelunk.cli.record.PerfEvent;
import dev.spelunk.cli.record.Recording;
import dev.spelunk.cli.record.RecordingOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Profiles a program with Debian's perf in a Debian kernel. */
@Command(
        name = "record",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnInvalidInput = ExitCode.RECORD_FAILED,
        exitCodeOnExecutionException = ExitCode.RECORD_FAILED,
        description = "Runs an AArch64 Linux program in Debian's kernel under the KVM model, profiles it there with "
                + "Debian's own perf and its arm_spe_0, and brings perf.data out.",
        footer = {
            "",
            "Needs 'spelunk debian fetch' once. Then, for example:",
            "  spelunk record -- ./program arguments",
            "  perf report --itrace=i1i -i spelunk-out/perf.data",
            "An event that samples the kernel too (arm_spe_0//) wants --kallsyms spelunk-out/kallsyms as well.",
            "",
            "Ctrl-C ends the program and keeps the profile; a second Ctrl-C ends at once.",
            "",
            "Exit codes: the program's, and 0 when --duration ended it; 4 --max-instructions ended it, 130 Ctrl-C, 143 SIGTERM,",
            "  129 SIGHUP, each with the profile of what ran until then; 125 when there is no profile; 5 with --check when an",
            "  invariant broke."
        })
final class RecordCommand implements Callable<Integer> {
    private static final String NO_PROFILE = "; there is no profile";

    @Option(
            names = "--event",
            paramLabel = "EVENT",
            defaultValue = "arm_spe_0/ts_enable=1/u",
            description = "perf's event. Default: ${DEFAULT-VALUE}, which samples the program and not the kernel.")
    private String event;

    @Option(
            names = "--period",
            paramLabel = "N",
            converter = MachineOptions.Count.class,
            description = "Operations from sample to sample. Default: the driver's own choice.")
    private Long period;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            description =
                    "End the program after so many seconds of the guest's time, also with a fraction, and keep the "
                            + "profile.")
    private String duration;

    @Option(
            names = "--file",
            paramLabel = "HOST[:GUEST]",
            description =
                    "A file or folder that the guest has too, under the same path or another. May be given several "
                            + "times.")
    private List<String> files = List.of();

    @Option(
            names = "--output-file",
            paramLabel = "GUEST[:NAME]",
            description = "A file that the program writes and that comes to the output folder, under its own name or "
                    + "another. May be given several times.")
    private List<String> results = List.of();

    @Option(
            names = "--count-functions",
            description =
                    "Count what each function of the program executes, exactly, and write functions.json too. Slow; "
                            + "for static programs at fixed addresses.")
    private boolean countFunctions;

    @Option(
            names = "--sysroot",
            paramLabel = "DIR",
            description = "Where the libraries of a dynamic program are. Default: the fetched Debian packages.")
    private Path sysroot;

    @Mixin
    private DebianOptions debian;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            defaultValue = "spelunk-out",
            description = "The folder for perf.data and kallsyms. Default: ${DEFAULT-VALUE}.")
    private Path output;

    @Mixin
    private MachineOptions machine;

    @Parameters(
            arity = "1..*",
            paramLabel = "PROGRAM",
            description = "The program, then its arguments; write -- before it.")
    private List<String> command;

    @Override
    public Integer call() {
        StopRequests.ofProcess().consequence(NO_PROFILE);
        try {
            return new Recording(debian.cache(), sysroot, output, order()).run(machine);
        } catch (UserError | BadInputException e) {
            // Also where perf had been asked for the profile already.
            StopRequests.ofProcess().code(ExitCode.RECORD_FAILED);
            StopRequests.ofProcess().consequence(NO_PROFILE);
            System.err.println("spelunk: " + e.getMessage());
            return ExitCode.RECORD_FAILED;
        }
    }

    /** @throws UserError when it is no number of seconds */
    static void checkDuration(String duration) {
        if (duration != null && !duration.matches("\\d{1,9}(\\.\\d{1,6})?")) {
            throw new UserError("--duration: '" + duration + "' is not a number of seconds; write for example 2.5");
        }
    }

    private RecordingOrder order() {
        PerfEvent.check(event);
        checkDuration(duration);
        return new RecordingOrder(
                event,
                period == null ? 0 : period,
                duration,
                machine.maxInstructions(),
                countFunctions,
                command,
                files.stream().map(GuestFile::into).toList(),
                results.stream().map(GuestFile::outOf).toList(),
                null);
    }
}
