// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.records.ProfileDescription.Recorder;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.options.GuestOptions;
import dev.spelunk.cli.options.OutputOptions;
import dev.spelunk.cli.run.Console;
import dev.spelunk.cli.run.FileInput;
import dev.spelunk.cli.run.GuestRun;
import dev.spelunk.cli.run.OutputFolder;
import dev.spelunk.cli.run.RunFiles;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs a guest and writes its profile. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Runs a guest, lets it profile itself with SPE, prints a report and writes the profile.",
        footer = {
            "",
            "The output folder gets perf.data (for perf), records.bin (each sample record that reached the "
                    + "profiling buffer of CPU 0, in order; records.1.bin and so on for other CPUs), summary.json and "
                    + "report.html. Files "
                    + "of an earlier run are replaced, other files are left alone. However the run ends, what was recorded "
                    + "until then is in the files, and the report says that it is incomplete.",
            "",
            "Exit codes: the one that the guest passes to its semihosting exit call (SYS_EXIT, SYS_EXIT_EXTENDED);",
            "  0 for PSCI SYSTEM_OFF, 2 bad input or a problem of the host, 3 the guest failed or reset itself,",
            "  4 --max-instructions or --max-record-bytes ended it, 5 a checked invariant broke, 130 interrupted with Ctrl-C,",
            "  143 with SIGTERM, 129 with SIGHUP."
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    private GuestOptions options;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Console console = new Console(
                new FileOutputStream(options.machine().debug().streams() ? FileDescriptor.err : FileDescriptor.out),
                System.err,
                Boolean.getBoolean("spelunk.terminal"));
        InputStream input = options.machine().debug().streams()
                ? null
                : Boolean.getBoolean("spelunk.interactive") ? System.in : FileInput.standardInput();
        RunOptions plain = options.runOptions(console, input);
        try (OutputFolder folder = new OutputFolder(output.folder());
                RunFiles files = new RunFiles(folder, recorder(plain.memory()), output.table())) {
            return run(folder, files, console, plain.withRecords(output.records(files)));
        }
    }

    private Recorder recorder(long memory) {
        return output.recorder(Version.version(), options.machine().variant(), spec, memory);
    }

    private int run(OutputFolder folder, RunFiles files, Console console, RunOptions runOptions) {
        try (Composition composition = options.machine().composeWithStreams();
                Machine machine = composition.machine(runOptions)) {
            ProfileWriter writer = composition.service(ProfileWriter.class);
            SwapService swaps = composition.service(SwapService.class);
            return composition.exitCode(new GuestRun(
                            machine,
                            composition.variant().name(),
                            composition.documentation(),
                            runOptions,
                            console,
                            writer,
                            folder,
                            files,
                            swaps::report)
                    .call());
        }
    }
}
