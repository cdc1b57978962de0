// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.records.ProfileDescription.Recorder;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.options.GuestOptions;
import dev.spelunk.cli.options.RecordLimit;
import dev.spelunk.cli.options.RecordsOption;
import dev.spelunk.cli.run.Console;
import dev.spelunk.cli.run.FileInput;
import dev.spelunk.cli.run.GuestRun;
import dev.spelunk.cli.run.OutputFolder;
import dev.spelunk.cli.run.PerfMetadata;
import dev.spelunk.cli.run.RunFiles;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
        try (OutputFolder folder = new OutputFolder(output);
                RunFiles files = new RunFiles(folder, recorder(plain.memory()), records.table())) {
            return run(folder, files, console, plain.withRecords(recordLimit.options(files)));
        }
    }

    private Recorder recorder(long memory) {
        List<String> command = new ArrayList<>(List.of("spelunk"));
        command.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return new Recorder(
                "Spelunk " + Version.version(),
                "Spelunk, variant " + options.machine().variant(),
                command,
                memory,
                metadata.version());
    }

    private int run(OutputFolder folder, RunFiles files, Console console, RunOptions runOptions) {
        try (Composition composition = options.machine().composeWithStreams();
                Machine machine = composition.machine(runOptions)) {
            ProfileWriter writer = composition.service(ProfileWriter.class);
            SwapService swaps = composition.service(SwapService.class);
            return composition.exitCode(new GuestRun(
                            machine,
                            composition.variant().name(),
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
