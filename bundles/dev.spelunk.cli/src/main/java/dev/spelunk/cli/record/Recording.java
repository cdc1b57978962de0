// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.problems.BrokenInvariantException;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.linux.SystemRun;
import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.TemporaryFolder;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.Console;
import dev.spelunk.cli.run.FileInput;
import dev.spelunk.cli.run.MachineRun;
import dev.spelunk.cli.run.OutputFolder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One recording: boots the fetched kernel, runs perf on the program in it, and takes the profile. */
public final class Recording {
    private static final int LAST_LINES = 12;
    /**
     * Page table isolation would make the driver refuse: {@code kpti=off} rules it out whatever the ID registers and the
     * KASLR seed say (Linux, unmap_kernel_at_el0). Without KASLR the kernel's symbols are always the same.
     */
    private static final String KERNEL_ARGUMENTS = "quiet loglevel=1 panic=-1 nokaslr kpti=off";
    /** Where the guest mounts its own file systems over what the initramfs has. */
    private static final List<String> MOUNTED = List.of("/proc", "/sys", "/dev");

    private final Cache cache;
    private final Path sysroot;
    private final Path folder;
    private final String event;
    private final long period;
    private final boolean countFunctions;
    private final List<String> command;

    /**
     * Creates a recording.
     *
     * @param cache where Debian's packages are unpacked
     * @param sysroot where the program's libraries are; null for Debian's own
     * @param folder gets perf.data
     * @param event perf's event
     * @param period of its samples; 0 for the driver's choice
     * @param countFunctions whether to count what each function of the program executes
     * @param command the program and its arguments
     * @throws UserError when nothing is fetched
     */
    public Recording(
            Cache cache,
            Path sysroot,
            Path folder,
            String event,
            long period,
            boolean countFunctions,
            List<String> command) {
        this.cache = cache;
        this.sysroot = sysroot;
        this.folder = folder;
        this.event = event;
        this.period = period;
        this.countFunctions = countFunctions;
        this.command = command;
        cache.kernel();
    }

    /**
     * Records.
     *
     * @param options of the machine
     * @return the program's exit code
     * @throws UserError when there is no profile, or the folder cannot be written, with the reason
     */
    public int run(MachineOptions options) {
        Path program = Path.of(command.get(0)).toAbsolutePath().normalize();
        if (!Files.isRegularFile(program)) {
            throw new UserError("no such program: " + program);
        }
        if (MOUNTED.stream().anyMatch(program::startsWith)) {
            throw new UserError(
                    program + ": the guest has its own " + program.subpath(0, 1) + "; copy the program elsewhere");
        }
        FunctionCounts counts = countFunctions ? new FunctionCounts(program) : null;
        try (OutputFolder output = new OutputFolder(folder)) {
            Path initrd = TemporaryFolder.file("initramfs.cpio");
            try {
                makeInitrd(initrd, program);
                return run(options, output, initrd, counts);
            } finally {
                delete(initrd);
            }
        } catch (IOException e) {
            throw new UserError("the initramfs cannot be written: " + e.getMessage());
        }
    }

    private void makeInitrd(Path initrd, Path program) throws IOException {
        List<String> words = new ArrayList<>(command);
        words.set(0, program.toString());
        Path working = Path.of("").toAbsolutePath();
        new Initramfs(cache, sysroot).write(initrd, program, working, GuestScript.of(event, period, working, words));
    }

    private int run(MachineOptions options, OutputFolder output, Path initrd, FunctionCounts counts) {
        Console kernel = new Console(OutputStream.nullOutputStream(), System.err, false);
        try (Composition composition = options.compose();
                GuestChannels channels = new GuestChannels(
                        output, stream(FileDescriptor.out), stream(FileDescriptor.err), FileInput.standardInput());
                MachineRun run = new MachineRun()) {
            RunOptions machineOptions = options.runOptions(
                            new MachineOptions.Guest(cache.kernel(), initrd, 1, KERNEL_ARGUMENTS, SystemRun.MEMORY),
                            kernel,
                            null,
                            false)
                    .withPeripherals(new Peripherals(
                            List.of(),
                            false,
                            channels.ports(),
                            false,
                            options.clock().forSystem()));
            long booted;
            double start;
            Result result;
            run.timeline(machineOptions.trace());
            try (Machine machine = composition.machine(machineOptions)) {
                // It is in the guest's memory.
                delete(initrd);
                channels.onFailure(machine::interrupt);
                if (counts != null) {
                    machine.observe(counts);
                    channels.whileItRuns(counts::start, counts::stop);
                }
                booted = System.nanoTime();
                start = (System.currentTimeMillis()
                                - ManagementFactory.getRuntimeMXBean().getStartTime())
                        / 1e3;
                if (!channels.goesOn(machine.passed().getOrDefault(GuestChannels.CONTROL, 0L), counts != null)) {
                    throw new UserError("--restore: the state was saved after the program had "
                            + (counts == null ? "ended" : "started")
                            + ", and what came of it by then went to the recording that saved it: save earlier");
                }
                result = run.run(machine);
            } finally {
                channels.flush();
            }
            check(channels, result, kernel);
            long size = channels.keep();
            if (counts != null) {
                output.write("functions.json", counts::write);
            }
            told(channels, result, size, start, booted);
            return composition.exitCode(channels.exitCode());
        }
    }

    private static Console stream(FileDescriptor descriptor) {
        return new Console(new FileOutputStream(descriptor), System.err, false);
    }

    /** @throws UserError when the guest did not come to its end */
    private static void check(GuestChannels channels, Result result, Console kernel) {
        if (channels.failure() != null) {
            throw channels.failure();
        }
        if (result.ending() == Ending.INVARIANT_BROKEN) {
            throw new BrokenInvariantException(null, result.message());
        }
        if (result.ending() == Ending.INTERRUPTED) {
            StopRequests.ofProcess().check();
            throw new UserError("interrupted; there is no profile");
        }
        boolean ended = result.ending() == Ending.POWERED_OFF && channels.exitCode() != null;
        if (!ended || !channels.brought()) {
            kernel.lastLines(LAST_LINES).forEach(line -> System.err.println("  " + line));
        }
        if (!ended) {
            throw new UserError("the guest ended before "
                    + (channels.started() ? "the program did" : "the program started")
                    + " (" + result.ending().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                    + (result.message() == null || result.message().isEmpty() ? "" : ": " + result.message())
                    + "); the last lines of its console are above");
        }
        if (!channels.brought()) {
            throw new UserError("perf in the guest wrote no profile, with exit code " + channels.exitCode()
                    + "; what it said is above");
        }
    }

    private void told(GuestChannels channels, Result result, long size, double start, long booted) {
        long[] times = channels.times();
        System.err.println(String.format(
                Locale.ROOT,
                "spelunk: %.1f s: start %.1f, boot %.1f, program under perf %.1f, "
                        + "bringing out %.1f; %,d guest instructions",
                start + (times[2] - booted) / 1e9,
                start,
                (times[0] - booted) / 1e9,
                (times[1] - times[0]) / 1e9,
                (times[2] - times[1]) / 1e9,
                result.instructions()));
        Path profile = folder.resolve(GuestChannels.PROFILE);
        System.err.println(String.format(
                Locale.ROOT,
                "spelunk: %s has %,d bytes: perf report --itrace=i1i%s -i %s",
                profile,
                size,
                GuestScript.onlyUserSpace(event) ? "" : " --kallsyms " + folder.resolve(GuestChannels.SYMBOLS),
                profile));
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("spelunk: the temporary file " + file + " cannot be removed");
        }
    }
}
