// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli;

import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.cli.boot.BootArguments;
import dev.spelunk.cli.boot.EscapeInput;
import dev.spelunk.cli.boot.RawTerminal;
import dev.spelunk.cli.boot.SerialConsole;
import dev.spelunk.cli.boot.SystemRun;
import dev.spelunk.cli.run.PipedInput;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Boots an operating system whose serial console is the terminal. */
@Command(name = "boot", mixinStandardHelpOptions = true, versionProvider = Version.class,
        description = "Boots a Linux kernel; the serial console is the terminal.",
        footer = {"", "On a terminal, Ctrl-A x leaves, Ctrl-A Ctrl-A sends Ctrl-A, Ctrl-A h lists these keys; all "
                + "other keys, also Ctrl-C, go to the guest.", "",
            "Exit codes: 0 the guest powered off, or Ctrl-A x; 2 bad input or a problem of the host; 3 the guest "
                + "failed, panicked or reset itself; 4 --max-instructions ended it; 130 interrupted."})
final class BootCommand implements Callable<Integer> {
    @Option(names = "--kernel", paramLabel = "IMAGE", required = true,
            description = "The kernel: an arm64 Image, which may be compressed with gzip, or an ELF file.")
    private Path kernel;

    @Option(names = "--initrd", paramLabel = "FILE", description = "The initial RAM disk.")
    private Path initrd;

    @Option(names = "--append", paramLabel = "ARGS", defaultValue = "",
            description = "The kernel's command line. panic=-1 is added unless it says panic=.")
    private String append;

    @Option(names = "--variant", paramLabel = "NAME|FILE.json", defaultValue = "default",
            description = "The hardware variant: a name that 'spelunk variants' lists, or a feature JSON file. "
                    + "Default: ${DEFAULT-VALUE}.")
    private String variant;

    @Option(names = "--bundles", paramLabel = "DIR",
            description = "A folder to look for the variant's bundles in, in Maven layout or with the jars directly "
                    + "in it, before the local Maven repository.")
    private Path bundles;

    @Option(names = "--hypervisor", paramLabel = "kvm|none", defaultValue = "kvm",
            description = "kvm: the guest is a virtual machine of the KVM model; none: it runs on the machine "
                    + "itself. Default: ${DEFAULT-VALUE}.")
    private MachineOptions.HypervisorKind hypervisor;

    @Option(names = "--memory", paramLabel = "SIZE", defaultValue = "512M", converter = MachineOptions.Size.class,
            description = "The guest's memory in bytes, or with one of K, M, G after the number. "
                    + "Default: ${DEFAULT-VALUE}.")
    private long memory;

    @Option(names = "--cpus", paramLabel = "N", defaultValue = "1",
            description = "Number of processing elements. Default: ${DEFAULT-VALUE}.")
    private int cpus;

    @Option(names = "--reboot", description = "Start again when the guest resets itself.")
    private boolean reboot;

    @Option(names = "--max-instructions", paramLabel = "N", converter = MachineOptions.Count.class,
            description = "End the run with exit code 4 when the guest has executed so many instructions.")
    private Long maxInstructions;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", converter = MachineOptions.Seed.class,
            description = "The seed of every random choice, also of the kernel's own (KASLR), decimal or with 0x in "
                    + "front. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Override
    public Integer call() {
        boolean interactive = Boolean.getBoolean("spelunk.interactive");
        SerialConsole console = new SerialConsole(new FileOutputStream(FileDescriptor.out));
        EscapeInput keys = interactive ? new EscapeInput(System.in, System.err) : null;
        RunOptions options = new RunOptions(kernel, initrd, hypervisor.name(), 1, BootArguments.complete(append), memory,
                cpus, maxInstructions == null ? Long.MAX_VALUE : maxInstructions, seed, console,
                new PipedInput(interactive ? keys : System.in), interactive);
        try (Composition composition = new Composition(variant, bundles);
                RawTerminal terminal = interactive ? RawTerminal.open() : null) {
            return new SystemRun(() -> composition.machine(options), console, keys, terminal, reboot).call();
        }
    }
}
