// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.cli.linux.SystemRun;
import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.record.GuestFile;
import dev.spelunk.cli.record.Nesting;
import dev.spelunk.cli.record.PerfEvent;
import dev.spelunk.cli.record.RecordingOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a program in a VM of Linux' own KVM, whose host is Linux at EL2. */
@Command(
        name = "nested",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnInvalidInput = ExitCode.RECORD_FAILED,
        exitCodeOnExecutionException = ExitCode.RECORD_FAILED,
        description =
                "Runs an AArch64 Linux program in a VM: Debian's kernel is the host at EL2, its own KVM runs the "
                        + "same kernel as a guest, and the program is in that. With --profile, Debian's perf profiles host or guest.",
        footer = {
            "",
            "Needs 'spelunk debian fetch' once. Then, for example:",
            "  spelunk nested -- ./program arguments",
            "  spelunk nested --profile host -- ./program arguments",
            "",
            "Ctrl-C ends the program and keeps the profile; a second Ctrl-C ends at once.",
            "",
            "Exit codes: the program's, and 0 when --duration ended it; 4 --max-instructions ended it, 130 Ctrl-C, 143 SIGTERM,",
            "  129 SIGHUP; 125 when the program did not come to its end, or there is no profile."
        })
final class NestedCommand implements Callable<Integer> {
    private static final String HOST_EVENT = "arm_spe_0/ts_enable=1/";
    private static final String GUEST_EVENT = "cycles";

    /** Who is profiled. */
    enum Profiled {
        /** The host, with its hypervisor. */
        host,
        /** The VM. */
        guest
    }

    @Option(
            names = "--profile",
            paramLabel = "host|guest",
            description = "Profile the monitor and the hypervisor in the host, or the program in the VM, with Debian's "
                    + "perf, and bring perf.data and kallsyms out. Default: nothing is profiled.")
    private Profiled profile;

    @Option(
            names = "--event",
            paramLabel = "EVENT",
            description = "perf's event. Default: " + HOST_EVENT + " in the host, " + GUEST_EVENT
                    + " in the VM, as Debian's KVM hides SPE from its guests.")
    private String event;

    @Option(
            names = "--period",
            paramLabel = "N",
            converter = MachineOptions.Count.class,
            description = "Events from sample to sample. Default: perf's own choice.")
    private Long period;

    @Option(
            names = "--kernel",
            paramLabel = "IMAGE",
            description = "The host's kernel, with virtio-mmio and virtio-console (and SPE, to profile) built in. "
                    + "Default: Debian's.")
    private Path kernel;

    @Option(
            names = "--guest-kernel",
            paramLabel = "IMAGE",
            description = "The VM's kernel, with virtio-mmio and virtio-console built in. Default: Debian's.")
    private Path guestKernel;

    @Option(
            names = "--append",
            paramLabel = "ARGS",
            defaultValue = "",
            description = "Added to the host kernel's command line, for example kvm-arm.mode=nvhe.")
    private String append;

    @Option(
            names = "--vmm",
            paramLabel = "FILE",
            description =
                    "Your own virtual machine monitor, a program for the host. The program's output comes over the "
                            + "VM's console then, line by line, and it has no input. Default: the one that comes with Spelunk.")
    private Path vmm;

    @Option(
            names = "--vmm-arguments",
            paramLabel = "ARGS",
            description =
                    "Its arguments, as a shell reads them. {kernel}, {initrd}, {append}, {cpus} and {memory} (MiB) "
                            + "are replaced, for example \"run -k {kernel} -i {initrd} -p 'console=ttyS0 {append}'\".")
    private String vmmArguments;

    @Option(
            names = "--vmm-file",
            paramLabel = "HOST[:GUEST]",
            description =
                    "A file or folder that the monitor needs, under the same path or another. May be given several "
                            + "times.")
    private List<String> vmmFiles = List.of();

    @Mixin
    private ProgramOptions program;

    @Mixin
    private MachineOptions machine;

    @Override
    public Integer call() {
        return program.run(machine, profile == null ? "" : "; there is no profile", this::order);
    }

    private RecordingOrder order() {
        machine.hostAtEl2();
        if (profile == null && (event != null || period != null)) {
            throw new UserError("--event and --period are of a profile: they need --profile host or --profile guest");
        }
        String recorded = event != null ? event : profile == Profiled.guest ? GUEST_EVENT : HOST_EVENT;
        PerfEvent.check(recorded);
        String duration = program.duration();
        if (vmm == null && (vmmArguments != null || !vmmFiles.isEmpty())) {
            throw new UserError("--vmm-arguments and --vmm-file are of your own monitor: name it with --vmm");
        }
        if (vmm != null) {
            checkOwnMonitor();
        }
        long every = period == null ? 0 : period;
        return new RecordingOrder(
                profile == Profiled.guest ? recorded : null,
                every,
                duration,
                machine.maxInstructions(),
                false,
                program.command(),
                program.files(),
                program.results(),
                new Nesting(
                        vmm == null ? null : vmm.toAbsolutePath().normalize(),
                        vmmArguments,
                        vmmFiles.stream()
                                .map(text -> GuestFile.into("--vmm-file", text))
                                .toList(),
                        profile == Profiled.host ? recorded : null,
                        every,
                        readable("--kernel", kernel),
                        readable("--guest-kernel", guestKernel),
                        append,
                        machine.cpus(),
                        machine.memory(SystemRun.HOST_MEMORY) / 2),
                machine.seed(),
                true);
    }

    private void checkOwnMonitor() {
        readable("--vmm", vmm);
        if (vmmArguments == null) {
            throw new UserError("--vmm " + vmm + ": say with --vmm-arguments how it starts a VM");
        }
        if (profile == Profiled.guest
                || program.duration() != null
                || !program.results().isEmpty()) {
            throw new UserError("--vmm: of a VM of your own monitor only the console is known; --profile guest, "
                    + "--duration and --output-file need the monitor that comes with Spelunk");
        }
    }

    private static Path readable(String option, Path file) {
        if (file != null && (!Files.isRegularFile(file) || !Files.isReadable(file))) {
            throw new UserError(option + " " + file + ": no such file, or it cannot be read");
        }
        return file;
    }
}
