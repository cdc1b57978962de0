// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.record.PerfEvent;
import dev.spelunk.cli.record.RecordingOrder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
            names = "--count-functions",
            description =
                    "Count what each function of the program executes, exactly, and write functions.json too. Slow; "
                            + "for static programs at fixed addresses.")
    private boolean countFunctions;

    @Option(
            names = "--fresh",
            description =
                    "Boot Linux, also where an earlier recording with the same kernel, machine and seed has saved one that "
                            + "has booted. The profile is the same. Nothing is saved.")
    private boolean fresh;

    @Mixin
    private ProgramOptions program;

    @Mixin
    private MachineOptions machine;

    @Override
    public Integer call() {
        return program.run(machine, "; there is no profile", this::order);
    }

    private RecordingOrder order() {
        PerfEvent.check(event);
        return new RecordingOrder(
                event,
                period == null ? 0 : period,
                program.duration(),
                machine.maxInstructions(),
                countFunctions,
                program.command(),
                program.files(),
                program.results(),
                null,
                fresh);
    }
}
