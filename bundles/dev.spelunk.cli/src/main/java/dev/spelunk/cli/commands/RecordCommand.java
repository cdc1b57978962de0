// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.record.PerfEvent;
import dev.spelunk.cli.record.RecordingOrder;
import dev.spelunk.cli.record.Repetitions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
            "  spelunk record --repeat 5 --event arm_spe_0/ts_enable=1,jitter=1/u -- ./program",
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

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--event",
            paramLabel = "EVENT",
            defaultValue = "arm_spe_0/ts_enable=1/u",
            description =
                    "perf's event. Default: ${DEFAULT-VALUE}, which samples the program and not the kernel. May be "
                            + "given several times: each is recorded by itself, from one boot, in a folder of its own.")
    private List<String> events;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            converter = MachineOptions.Count.class,
            description =
                    "Record so often, each time with the next seed, all from one boot, into the folders DIR/1, DIR/2, … "
                            + "(DIR/event1-1, … of several events), with a table of all of them in DIR/repeats.json.")
    private Long repeat;

    @Option(
            names = "--seed-from",
            paramLabel = "SEED",
            converter = MachineOptions.Seed.class,
            description = "With --repeat: the seed of the first one. Default: that of --seed.")
    private Long seedFrom;

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
                    "Boot Linux, also where an earlier recording with the same kernel and machine has saved one that "
                            + "has booted. The profile is the same. Nothing is saved.")
    private boolean fresh;

    @Mixin
    private ProgramOptions program;

    @Mixin
    private MachineOptions machine;

    @Override
    public Integer call() {
        if (repeat == null && events.size() == 1 && seedFrom == null) {
            return program.run(machine, NO_PROFILE, this::order);
        }
        return program.run(machine, NO_PROFILE, this::repetitions, this::order);
    }

    private Repetitions repetitions() {
        if (seedFrom != null && repeat == null) {
            throw new UserError("--seed-from is of --repeat: say how often, or give one seed with --seed");
        }
        if (seedFrom != null && spec.commandLine().getParseResult().hasMatchedOption("--seed")) {
            throw new UserError("--seed-from and --seed both say the first seed: leave one out");
        }
        return new Repetitions(events, repeat == null ? 1 : repeat, seedFrom == null ? machine.seed() : seedFrom);
    }

    private RecordingOrder order() {
        events.forEach(PerfEvent::check);
        return new RecordingOrder(
                events.get(0),
                period == null ? 0 : period,
                program.duration(),
                machine.maxInstructions(),
                countFunctions,
                program.command(),
                program.files(),
                program.results(),
                null,
                machine.seed(),
                fresh);
    }
}
