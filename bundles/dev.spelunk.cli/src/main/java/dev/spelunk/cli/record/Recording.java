// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.cli.Composition;
import dev.spelunk.cli.ExitCode;
import dev.spelunk.cli.MachineOptions;
import dev.spelunk.cli.UserError;
import dev.spelunk.cli.boot.SystemRun;
import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.run.Console;
import dev.spelunk.cli.run.MachineRun;
import dev.spelunk.cli.run.OutputFolder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** One recording: boots the fetched kernel, runs perf on the program in it, and takes the profile. */
public final class Recording {
    private static final int LAST_LINES = 12;
    /** Page table isolation would make the driver refuse; without KASLR the kernel's symbols are always the same. */
    private static final String KERNEL_ARGUMENTS = "quiet loglevel=1 panic=-1 nokaslr kpti=off";

    private final Cache cache;
    private final Path sysroot;
    private final OutputFolder output;
    private final Path folder;
    private final String event;
    private final long period;
    private final List<String> command;

    /**
     * Creates a recording.
     *
     * @param cache where Debian's packages are unpacked
     * @param sysroot where the program's libraries are; null for Debian's own
     * @param folder gets perf.data
     * @param event perf's event
     * @param period of its samples; 0 for the driver's choice
     * @param command the program and its arguments
     * @throws UserError when the folder cannot be written
     */
    public Recording(Cache cache, Path sysroot, Path folder, String event, long period, List<String> command) {
        this.cache = cache;
        this.sysroot = sysroot;
        this.folder = folder;
        this.event = event;
        this.period = period;
        this.command = command;
        cache.kernel();
        output = new OutputFolder(folder);
    }

    /**
     * Records.
     *
     * @param options of the machine
     * @return the program's exit code, or {@link ExitCode#INTERRUPTED}
     * @throws UserError when there is no profile, with the reason
     */
    public int run(MachineOptions options) {
        Path program = Path.of(command.get(0)).toAbsolutePath().normalize();
        if (!Files.isRegularFile(program)) {
            throw new UserError("no such program: " + program);
        }
        Path initrd = null;
        try (MachineRun run = new MachineRun(() -> { })) {
            try {
                initrd = Files.createTempFile("spelunk-", ".cpio");
                return run(run, options, program, initrd);
            } catch (IOException e) {
                throw new UserError("the initramfs cannot be written: " + e.getMessage());
            } finally {
                delete(initrd);
            }
        }
    }

    private int run(MachineRun run, MachineOptions options, Path program, Path initrd) throws IOException {
        String mark = mark();
        List<String> words = new ArrayList<>(command);
        words.set(0, program.toString());
        Path working = Path.of("").toAbsolutePath();
        new Initramfs(cache, sysroot).write(initrd, program, working,
                GuestScript.of(mark, event, period, working, words));
        Console kernel = new Console(OutputStream.nullOutputStream(), System.err, false);
        Channel channel = new Channel(mark, new Console(new FileOutputStream(FileDescriptor.out), System.err, false), kernel);
        MachineOptions.Guest guest = new MachineOptions.Guest(cache.kernel(), initrd, 1, KERNEL_ARGUMENTS, SystemRun.MEMORY);
        long booted;
        double start;
        Result result;
        try (Composition composition = options.compose();
                Machine machine = composition.machine(options.runOptions(guest, channel, null, false))) {
            booted = System.nanoTime();
            start = (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
            result = run.run(machine);
        } finally {
            channel.flush();
        }
        if (result.ending() == Ending.INTERRUPTED) {
            System.err.println("spelunk: interrupted; there is no profile");
            return ExitCode.INTERRUPTED;
        }
        if (result.ending() != Ending.POWERED_OFF || channel.exitCode() == null) {
            kernel.lastLines(LAST_LINES).forEach(line -> System.err.println("  " + line));
            throw new UserError("the guest ended before " + (channel.started() ? "the program did" : "the program started")
                    + " (" + result.ending().name().toLowerCase(Locale.ROOT) + "); its last lines are above");
        }
        byte[] profile = channel.profile();
        output.write("perf.data", file -> Files.write(file, profile));
        long[] times = channel.times();
        System.err.println(String.format(Locale.ROOT, "spelunk: %s has %,d bytes; %.1f s: start %.1f, boot %.1f, program %.1f, "
                + "bringing out %.1f; %,d guest instructions", folder.resolve("perf.data"), profile.length,
                start + (times[2] - booted) / 1e9, start, (times[0] - booted) / 1e9, (times[1] - times[0]) / 1e9,
                (times[2] - times[1]) / 1e9, result.instructions()));
        return channel.exitCode();
    }

    /** What lines for the channel begin with: the same for the same command, so that runs are the same. */
    private String mark() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(
                    String.join("\0", command).getBytes(StandardCharsets.UTF_8));
            return "spelunk-" + HexFormat.of().formatHex(digest, 0, 8) + " ";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("spelunk: the temporary file " + file + " cannot be removed");
        }
    }
}
