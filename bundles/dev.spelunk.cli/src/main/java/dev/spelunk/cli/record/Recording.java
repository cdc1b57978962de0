// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.cli.ExitCode;
import dev.spelunk.cli.UserError;
import dev.spelunk.cli.boot.SerialConsole;
import dev.spelunk.cli.debian.Cache;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One recording: boots the fetched kernel, runs perf on the program in it, and takes the profile. */
public final class Recording {
    private static final long INTERRUPT_SECONDS = 20;
    private static final int LAST_LINES = 12;
    /** Page table isolation would make the driver refuse; without KASLR the kernel's symbols are always the same. */
    private static final String KERNEL_ARGUMENTS = "quiet loglevel=1 panic=-1 nokaslr kpti=off";

    /**
     * A machine and what must be closed after it.
     *
     * @param machine with the guest loaded
     * @param rest closed last
     */
    public record Composed(Machine machine, AutoCloseable rest) {
    }

    private final Cache cache;
    private final Path sysroot;
    private final OutputFolder output;
    private final Path folder;
    private final String event;
    private final long period;
    private final long memory;
    private final long seed;
    private final List<String> command;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Machine current;

    /**
     * Creates a recording.
     *
     * @param cache where Debian's packages are unpacked
     * @param sysroot where the program's libraries are; null for Debian's own
     * @param folder gets perf.data
     * @param event perf's event
     * @param period of its samples; 0 for the driver's choice
     * @param memory of the guest in bytes
     * @param seed of every random choice
     * @param command the program and its arguments
     * @throws UserError when the folder cannot be written
     */
    public Recording(Cache cache, Path sysroot, Path folder, String event, long period, long memory, long seed,
            List<String> command) {
        this.cache = cache;
        this.sysroot = sysroot;
        this.folder = folder;
        this.event = event;
        this.period = period;
        this.memory = memory;
        this.seed = seed;
        this.command = command;
        cache.kernel();
        output = new OutputFolder(folder);
    }

    /**
     * Records.
     *
     * @param compose makes the machine
     * @return the program's exit code, or {@link ExitCode#INTERRUPTED}
     * @throws UserError when there is no profile, with the reason
     */
    public int run(Function<RunOptions, Composed> compose) {
        Path program = Path.of(command.get(0)).toAbsolutePath().normalize();
        if (!Files.isRegularFile(program)) {
            throw new UserError("no such program: " + program);
        }
        Path initrd = null;
        Thread hook = new Thread(this::interrupted, "interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            initrd = Files.createTempFile("spelunk-", ".cpio");
            return run(compose, program, initrd);
        } catch (IOException e) {
            throw new UserError("the initramfs cannot be written: " + e.getMessage());
        } finally {
            delete(initrd);
            done.countDown();
            removeHook(hook);
        }
    }

    private int run(Function<RunOptions, Composed> compose, Path program, Path initrd) throws IOException {
        String mark = mark();
        List<String> words = new ArrayList<>(command);
        words.set(0, program.toString());
        Path working = Path.of("").toAbsolutePath();
        new Initramfs(cache, sysroot).write(initrd, program, working,
                GuestScript.of(mark, event, period, working, words));
        SerialConsole kernel = new SerialConsole(OutputStream.nullOutputStream());
        Channel channel = new Channel(mark, new SerialConsole(new FileOutputStream(FileDescriptor.out)), kernel);
        Composed composed = compose.apply(new RunOptions(cache.kernel(), initrd, "kvm", 1, KERNEL_ARGUMENTS, memory, 1,
                Long.MAX_VALUE, seed, channel, null, false));
        long booted = System.nanoTime();
        double start = (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
        Result result;
        try (Machine machine = composed.machine()) {
            current = machine;
            result = machine.run();
        } finally {
            channel.flush();
            close(composed.rest());
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

    private static void close(AutoCloseable rest) {
        try {
            rest.close();
        } catch (Exception e) {
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

    private void interrupted() {
        Machine machine = current;
        if (machine != null) {
            machine.interrupt();
        }
        try {
            if (!done.await(INTERRUPT_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("spelunk: the machine did not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down because of the interrupt: the hook is running.
            return;
        }
    }
}
