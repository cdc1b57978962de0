// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.cli.options.DebianOptions;
import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.options.RecordsOption;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.record.GuestFile;
import dev.spelunk.cli.record.Recording;
import dev.spelunk.cli.record.RecordingOrder;
import dev.spelunk.cli.record.Repetitions;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What commands that run a program in a guest of Debian's kernel have in common. */
final class ProgramOptions {
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
            names = "--sysroot",
            paramLabel = "DIR",
            description = "Where the libraries of a dynamic program are. Default: the fetched Debian packages.")
    private Path sysroot;

    @Mixin
    private RecordsOption records;

    @Mixin
    private DebianOptions debian;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            defaultValue = "spelunk-out",
            description = "The folder for perf.data and kallsyms. Default: ${DEFAULT-VALUE}.")
    private Path output;

    @Parameters(
            arity = "1..*",
            paramLabel = "PROGRAM",
            description = "The program, then its arguments; write -- before it.")
    private List<String> command;

    /**
     * Runs the program.
     *
     * @param noProfile what is said where there is none
     * @param order is asked for once, and may be refused
     * @return the exit code
     */
    int run(MachineOptions machine, String noProfile, Supplier<RecordingOrder> order) {
        return run(noProfile, () -> new Recording(debian.cache(), sysroot, output, order.get(), records.table())
                .run(machine));
    }

    /**
     * Runs the program several times.
     *
     * @param noProfile what is said where there is none
     * @param repetitions are asked for once, and may be refused
     * @param order of all of them
     * @return the exit code
     */
    int run(
            MachineOptions machine,
            String noProfile,
            Supplier<Repetitions> repetitions,
            Supplier<RecordingOrder> order) {
        return run(
                noProfile,
                () -> repetitions.get().run(debian.cache(), sysroot, output, order.get(), records.table(), machine));
    }

    private static int run(String noProfile, IntSupplier recording) {
        StopRequests.ofProcess().consequence(noProfile);
        try {
            return recording.getAsInt();
        } catch (UserError | BadInputException e) {
            // Also where perf had been asked for the profile already.
            StopRequests.ofProcess().code(ExitCode.RECORD_FAILED);
            StopRequests.ofProcess().consequence(noProfile);
            System.err.println("spelunk: " + e.getMessage());
            return ExitCode.RECORD_FAILED;
        }
    }

    /**
     * In seconds; null when it was not given.
     *
     * @throws UserError when it is no number of seconds
     */
    String duration() {
        if (duration != null && !duration.matches("\\d{1,9}(\\.\\d{1,6})?")) {
            throw new UserError("--duration: '" + duration + "' is not a number of seconds; write for example 2.5");
        }
        return duration;
    }

    /** The program and its arguments. */
    List<String> command() {
        return command;
    }

    /** Files that go into the guest. */
    List<GuestFile> files() {
        return files.stream().map(GuestFile::into).toList();
    }

    /** Files that come out of it. */
    List<GuestFile> results() {
        return results.stream().map(GuestFile::outOf).toList();
    }
}
