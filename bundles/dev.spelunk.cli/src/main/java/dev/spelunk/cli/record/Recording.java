// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.problems.BrokenInvariantException;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.linux.SystemRun;
import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.TemporaryFolder;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.report.SavedProfile;
import dev.spelunk.cli.run.Console;
import dev.spelunk.cli.run.FileInput;
import dev.spelunk.cli.run.MachineRun;
import dev.spelunk.cli.run.OutputFolder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** One recording: boots the fetched kernel, runs perf on the program in it, and takes the profile. */
public final class Recording {
    private static final int LAST_LINES = 12;
    /**
     * Page table isolation would make the driver refuse: {@code kpti=off} rules it out whatever the ID registers and the
     * KASLR seed say (Linux, unmap_kernel_at_el0). Without KASLR the kernel's symbols are always the same.
     */
    private static final String KERNEL_ARGUMENTS = "quiet loglevel=1 panic=-1 nokaslr kpti=off";
    /** Instructions that perf in the guest may take to write its profile after --max-instructions. */
    private static final long FOR_THE_END = 20_000_000_000L;

    private final Cache cache;
    private final Path sysroot;
    private final Path folder;
    private final RecordingOrder order;
    private final boolean table;
    /** The program's standard input where it is one of several recordings; else null. */
    private Path input;

    private double began;
    private ProfileData recorded = ProfileData.EMPTY;

    /**
     * Creates a recording.
     *
     * @param cache where Debian's packages are unpacked
     * @param sysroot where the program's libraries are; null for Debian's own
     * @param folder gets perf.data
     * @param order what is to be recorded
     * @param table whether there is to be a table of the records too
     * @throws UserError when nothing is fetched, or there will be no records of SPE for a table
     */
    public Recording(Cache cache, Path sysroot, Path folder, RecordingOrder order, boolean table) {
        if (table && (order.profiled() == null || !PerfEvent.ofSpe(order.profiled()))) {
            throw new UserError("--records parquet: a table is of sample records, which "
                    + (order.profiled() == null ? "nobody makes without --profile" : "only arm_spe_0 makes"));
        }
        this.table = table;
        this.cache = cache;
        this.sysroot = sysroot;
        this.folder = folder;
        this.order = order;
        cache.kernel();
    }

    /**
     * Makes it one of several, which has an interrupt leave nothing of it and adds its records up.
     *
     * @param standardInput the file that its program reads as standard input
     */
    Recording oneOfSeveral(Path standardInput) {
        input = standardInput;
        began = sinceStart();
        return this;
    }

    /** What the records of one of several say, when it has run; nothing where they are not of SPE. */
    ProfileData recorded() {
        return recorded;
    }

    /**
     * Records.
     *
     * @param options of the machine
     * @return the program's exit code
     * @throws UserError when there is no profile, or the folder cannot be written, with the reason
     */
    public int run(MachineOptions options) {
        return run(options, result -> {});
    }

    /**
     * As {@link #run(MachineOptions)}, for who wants to know what the machine has counted.
     *
     * @param results gets it, when the program came to its end
     */
    public int run(MachineOptions options, Consumer<Result> results) {
        Path program =
                PathArgument.of(order.command().get(0), "").toAbsolutePath().normalize();
        if (!Files.isRegularFile(program)) {
            throw new UserError("no such program: " + program);
        }
        GuestFile.checkPlace("the program " + program, program);
        options.named(new MachineOptions.Guest(cache.kernel(), null, "", 0))
                .reads("the program", program)
                .check();
        FunctionCounts counts = order.countFunctions() ? new FunctionCounts(program) : null;
        options.instructionsForTheEnd(FOR_THE_END);
        try (OutputFolder output = new OutputFolder(folder)) {
            Path initrd = TemporaryFolder.file("initramfs.cpio");
            Path orders = order.nesting() == null ? TemporaryFolder.file("orders.cpio") : null;
            try {
                Path working = Path.of("").toAbsolutePath();
                writeInitramfs(initrd, program, working);
                Beginning beginning = new Beginning(
                        cache,
                        order,
                        options,
                        orders == null
                                ? null
                                : new Orders(new Initramfs(cache, sysroot), order, orders, program, working));
                return run(options, output, initrd, beginning, counts, results);
            } finally {
                delete(initrd);
                delete(orders);
            }
        } catch (IOException e) {
            throw new UserError("the initramfs cannot be written: " + e.getMessage());
        }
    }

    private void writeInitramfs(Path initrd, Path program, Path working) throws IOException {
        Initramfs writer = new Initramfs(cache, sysroot);
        Nesting nesting = order.nesting();
        if (nesting == null) {
            writer.waiting(initrd, GuestChannels.waiting(order));
            return;
        }
        Path nested = TemporaryFolder.file("nested.cpio");
        try {
            writer.write(
                    nested,
                    program,
                    working,
                    order.files(),
                    new Initramfs.Contents(
                            order.event() != null,
                            nesting.guestKernel() == null ? GuestScript.MODULES : List.of(),
                            modules -> nesting.consoleOnly()
                                    ? NestedScript.onConsole(order, working, program)
                                    : GuestScript.of(modules, order, working, program)));
            String place = nesting.consoleOnly() ? nesting.vmm().toString().substring(1) : NestedScript.VMM;
            writer.host(
                    initrd,
                    nesting.consoleOnly() ? nesting.vmm() : Home.monitor(),
                    place,
                    nesting.files(),
                    nesting.guestKernel() == null ? cache.kernel() : nesting.guestKernel(),
                    nested,
                    new Initramfs.Contents(
                            nesting.event() != null,
                            nesting.hostKernel() == null ? GuestScript.MODULES : List.of(),
                            modules -> NestedScript.host(
                                    modules,
                                    order,
                                    // The user's own monitor decides which console there is.
                                    KERNEL_ARGUMENTS + (nesting.consoleOnly() ? "" : " console=ttyAMA0"),
                                    "/" + place)));
        } finally {
            delete(nested);
        }
    }

    /** What is booted. */
    private MachineOptions.Guest guest(Path initrd) {
        Nesting nesting = order.nesting();
        return nesting == null
                ? new MachineOptions.Guest(cache.kernel(), initrd, KERNEL_ARGUMENTS, SystemRun.MEMORY)
                : new MachineOptions.Guest(
                        nesting.hostKernel() == null ? cache.kernel() : nesting.hostKernel(),
                        initrd,
                        (KERNEL_ARGUMENTS + " " + nesting.append()).strip(),
                        SystemRun.HOST_MEMORY);
    }

    private int run(
            MachineOptions options,
            OutputFolder output,
            Path initrd,
            Beginning beginning,
            FunctionCounts counts,
            Consumer<Result> results)
            throws IOException {
        Console kernel = new Console(OutputStream.nullOutputStream(), System.err, false);
        Console out = stream(FileDescriptor.out);
        Console err = stream(FileDescriptor.err);
        try (Composition composition = options.compose();
                InputStream orders = beginning.orders();
                GuestChannels channels = new GuestChannels(
                        output,
                        out,
                        err,
                        input == null ? FileInput.standardInput() : new FileInput(input),
                        order,
                        orders,
                        options.maxOutput());
                MachineRun run = new MachineRun().releasing(out, err).softly(() -> asked(channels))) {
            RunOptions machineOptions = options.runOptions(guest(initrd), kernel, null, false)
                    .withPeripherals(new Peripherals(
                            List.of(),
                            false,
                            channels.ports(),
                            false,
                            options.clock().forSystem()));
            if (order.nesting() == null) {
                machineOptions = machineOptions.withSeed(RecordingOrder.BOOT_SEED);
                if (order.seed() != RecordingOrder.BOOT_SEED) {
                    machineOptions =
                            machineOptions.withLaterSeed(new RunOptions.LaterSeed(GuestChannels.ORDERS, order.seed()));
                }
            }
            long booted;
            double start;
            Result result;
            run.timeline(machineOptions.trace());
            try (Machine machine = beginning.machine(composition, machineOptions, channels)) {
                // It is in the guest's memory.
                delete(initrd);
                channels.onFailure(machine::interrupt);
                channels.request().executed(machine::instructions);
                channels.tell(Recording::progress);
                if (counts != null) {
                    machine.observe(counts);
                    channels.whileItRuns(counts::start, counts::stop);
                }
                booted = System.nanoTime();
                start = sinceStart() - began;
                progress(
                        options.restores()
                                ? "goes on from the saved state"
                                : beginning.booted()
                                        ? "Linux " + cache.release()
                                                + " has booted in an earlier recording (--fresh: not)"
                                        : booting());
                if (!channels.goesOn(machine.passed().getOrDefault(GuestChannels.CONTROL, 0L), counts != null)) {
                    throw new UserError("--restore: the state was saved after the program had "
                            + (counts == null ? "ended" : "started")
                            + ", and what came of it by then went to the recording that saved it: save earlier");
                }
                result = beginning.booted() ? run.runAnew(machine) : run.run(machine);
                if (channels.exitCode() == null && result.ending() != Ending.INTERRUPTED) {
                    // The guest did not come to its end, and nobody wanted it not to.
                    MachineRun.tellDiagnosis(machine, result);
                }
            } finally {
                out.drain();
                err.drain();
            }
            check(channels, result, kernel);
            results.accept(result);
            long size = channels.keep();
            if (order.profiled() != null) {
                beginning.keepSymbols(folder.resolve(GuestChannels.SYMBOLS));
            }
            if (counts != null) {
                output.write("functions.json", counts::write);
            }
            table(composition, output, result);
            told(channels, result, size, start, booted, run.before());
            return exitCode(composition, channels);
        }
    }

    /** Makes the table of the records and adds them up; that of an earlier recording does not stay. */
    private void table(Composition composition, OutputFolder output, Result result) {
        output.remove(SavedProfile.TABLE);
        boolean records = result.counters().getOrDefault("RECORDS_WRITTEN", 0L) != 0
                && order.profiled() != null
                && PerfEvent.ofSpe(order.profiled());
        if (records && (table || input != null)) {
            Path root = sysroot == null ? cache.root() : sysroot;
            SavedProfile.Options options = new SavedProfile.Options(root, null, 0, false);
            ProfileWriter profiles = composition.service(ProfileWriter.class);
            SavedProfile profile = SavedProfile.of(folder.resolve(GuestChannels.PROFILE), profiles, options);
            if (table) {
                output.write(
                        SavedProfile.TABLE,
                        file -> recorded = profile.count(profiles, file).data());
            } else {
                recorded = profile.count(profiles, null).data();
            }
        }
    }

    /** Asks perf in the guest to end the program and to write its profile. */
    private boolean asked(GuestChannels channels) {
        boolean profiles = order.profiled() != null;
        if (!channels.started() || input != null) {
            return false;
        }
        channels.request().ask();
        StopRequests.ofProcess().code(0);
        StopRequests.ofProcess().consequence(profiles ? "; the profile has what ran until then" : "");
        System.err.println("spelunk: "
                + (profiles ? "perf ends the program and writes its profile" : "the program is interrupted")
                + "; a second interrupt ends at once");
        return true;
    }

    private int exitCode(Composition composition, GuestChannels channels) {
        if (channels.request().limited()) {
            System.err.println("spelunk: --max-instructions ended the program"
                    + (order.profiled() == null ? "" : "; the profile has what ran until then"));
            return ExitCode.LIMIT;
        }
        return composition.exitCode(channels.timeOver() ? ExitCode.SUCCESS : channels.exitCode());
    }

    private String booting() {
        Nesting nesting = order.nesting();
        return "boots Linux "
                + (nesting == null || nesting.hostKernel() == null ? cache.release() : nesting.hostKernel())
                + (nesting == null ? "" : " at EL2");
    }

    private static void progress(String what) {
        System.err.println(String.format(Locale.ROOT, "spelunk: %.1f s: %s", sinceStart(), what));
    }

    /** Seconds from the start of the JVM. */
    private static double sinceStart() {
        return ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
    }

    private static Console stream(FileDescriptor descriptor) {
        return new Console(new FileOutputStream(descriptor), System.err, false);
    }

    /** @throws UserError when the guest did not come to its end */
    private void check(GuestChannels channels, Result result, Console kernel) {
        if (channels.failure() != null) {
            kernel.lastLines(LAST_LINES).forEach(line -> System.err.println("  " + line));
            throw channels.failure();
        }
        if (result.ending() == Ending.INVARIANT_BROKEN) {
            throw new BrokenInvariantException(null, result.message());
        }
        if (result.ending() == Ending.INTERRUPTED) {
            StopRequests.ofProcess().check();
            throw new UserError("interrupted" + (order.profiled() == null ? "" : "; there is no profile"));
        }
        boolean ended = result.ending() == Ending.POWERED_OFF && channels.exitCode() != null;
        boolean brought = order.profiled() == null || channels.brought();
        if (!ended || !brought) {
            kernel.lastLines(LAST_LINES).forEach(line -> System.err.println("  " + line));
        }
        if (!ended) {
            throw new UserError("the guest ended before "
                    + (channels.started() ? "the program did" : "the program started")
                    + " (" + result.ending().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                    + (result.message() == null || result.message().isEmpty() ? "" : ": " + result.message())
                    + "); the last lines of its console are above");
        }
        if (!brought) {
            throw new UserError(
                    "perf wrote no profile, with exit code " + channels.exitCode() + "; what it said is above");
        }
    }

    private void told(GuestChannels channels, Result result, long size, double start, long booted, long before) {
        long[] times = channels.times();
        String executed =
                before == 0 ? "" : String.format(Locale.ROOT, ", %,d of them now", result.instructions() - before);
        if (order.profiled() == null) {
            System.err.println(String.format(
                    Locale.ROOT,
                    "spelunk: %.1f s: start %.1f, boot %.1f, program %.1f; %,d instructions%s",
                    start + (times[1] - booted) / 1e9,
                    start,
                    (times[0] - booted) / 1e9,
                    (times[1] - times[0]) / 1e9,
                    result.instructions(),
                    executed));
            return;
        }
        String event = order.profiled();
        System.err.println(String.format(
                Locale.ROOT,
                "spelunk: %.1f s: start %.1f, boot %.1f, program under perf %.1f, "
                        + "bringing out %.1f; %,d guest instructions%s",
                start + (times[2] - booted) / 1e9,
                start,
                (times[0] - booted) / 1e9,
                (times[1] - times[0]) / 1e9,
                (times[2] - times[1]) / 1e9,
                result.instructions(),
                executed));
        if (PerfEvent.ofSpe(event) && result.counters().getOrDefault("RECORDS_WRITTEN", 0L) == 0) {
            System.err.println("spelunk: the profile has no record: " + NoRecords.reason(channels.kernel(), result));
        }
        Path profile = folder.resolve(GuestChannels.PROFILE);
        System.err.println(String.format(
                Locale.ROOT,
                "spelunk: %s has %,d bytes: perf report%s%s -i %s",
                profile,
                size,
                PerfEvent.ofSpe(event) ? " --itrace=i1i" : "",
                PerfEvent.onlyUserSpace(event) ? "" : " --kallsyms " + folder.resolve(GuestChannels.SYMBOLS),
                profile));
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
