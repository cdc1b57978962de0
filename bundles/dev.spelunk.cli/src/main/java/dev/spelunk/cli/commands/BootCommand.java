// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.linux.BootArguments;
import dev.spelunk.cli.linux.EscapeInput;
import dev.spelunk.cli.linux.RawTerminal;
import dev.spelunk.cli.linux.SystemRun;
import dev.spelunk.cli.options.DebianOptions;
import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.options.PeripheralOptions;
import dev.spelunk.cli.options.RecordsOption;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.Console;
import dev.spelunk.cli.run.FileInput;
import dev.spelunk.cli.run.OutputFolder;
import dev.spelunk.cli.run.PipedInput;
import dev.spelunk.cli.run.TableFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Boots an operating system whose serial console is the terminal. */
@Command(
        name = "boot",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Boots a Linux kernel; the serial console is the terminal.",
        footer = {
            "",
            "On a terminal, Ctrl-A x leaves, Ctrl-A Ctrl-A sends Ctrl-A, Ctrl-A h lists these keys; all "
                    + "other keys, also Ctrl-C, go to the guest.",
            "",
            "Exit codes: 0 the guest powered off, or Ctrl-A x; 2 bad input or a problem of the host; 3 the guest "
                    + "failed, panicked or reset itself; 4 --max-instructions ended it; 5 a checked invariant broke; 130 interrupted with "
                    + "SIGINT, 143 with SIGTERM, 129 with SIGHUP."
        })
final class BootCommand implements Callable<Integer> {
    @Option(
            names = "--kernel",
            paramLabel = "IMAGE",
            description = "The kernel: an arm64 Image, which may be compressed with gzip, or an ELF file. Default: the "
                    + "one of the fetched Debian packages, where --release or --cache names some.")
    private Path kernel;

    @Option(names = "--initrd", paramLabel = "FILE", description = "The initial RAM disk.")
    private Path initrd;

    @Option(
            names = "--append",
            paramLabel = "ARGS",
            defaultValue = "",
            description = "The kernel's command line. panic=-1 is added unless it says panic=.")
    private String append;

    @Option(names = "--reboot", description = "Start again when the guest resets itself.")
    private boolean reboot;

    @Mixin
    private DebianOptions debian;

    @Spec
    private CommandSpec spec;

    @Mixin
    private MachineOptions machine;

    @Mixin
    private RecordsOption records;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            defaultValue = "spelunk-out",
            description = "The folder for records.parquet. Default: ${DEFAULT-VALUE}.")
    private Path output;

    @Mixin
    private PeripheralOptions peripherals;

    @Override
    public Integer call() {
        boolean streams = machine.debug().streams();
        boolean interactive = Boolean.getBoolean("spelunk.interactive") && !streams;
        Console console =
                new Console(new FileOutputStream(streams ? FileDescriptor.err : FileDescriptor.out), System.err, false);
        MachineOptions.Guest guest =
                new MachineOptions.Guest(kernel(), initrd, BootArguments.complete(append), SystemRun.MEMORY);
        try (PeripheralOptions.Connected connected = peripherals.connect(machine.maxOutput(), machine.named(guest));
                Composition composition = machine.composeWithStreams();
                RawTerminal terminal = interactive ? RawTerminal.open() : null) {
            EscapeInput keys = interactive ? new EscapeInput(System.in, System.err) : null;
            RunOptions options = machine.runOptions(
                            guest,
                            console,
                            interactive ? new PipedInput(keys) : streams ? null : FileInput.standardInput(),
                            interactive)
                    .withPeripherals(
                            connected.peripherals().withClock(machine.clock().forSystem()));
            try (OutputFolder folder = records.table() ? new OutputFolder(output) : null;
                    TableFile table =
                            records.table() ? new TableFile(folder, composition.service(ProfileWriter.class)) : null) {
                SystemRun run = new SystemRun(
                        () -> table == null ? composition.machine(options) : table.of(composition.machine(options)),
                        console,
                        keys,
                        terminal,
                        reboot);
                int code = run.timeline(options.trace()).call();
                if (table != null) {
                    table.complete();
                }
                return composition.exitCode(code);
            }
        }
    }

    private Path kernel() {
        if (kernel == null && !debian.given()) {
            throw new ParameterException(
                    spec.commandLine(), "Missing required option: '--kernel=IMAGE', or --release of fetched packages");
        }
        if (kernel != null && debian.given()) {
            throw new UserError("--release and --cache say where the kernel is, and --kernel says another: give one");
        }
        return kernel == null ? debian.cache().kernel() : kernel;
    }
}
