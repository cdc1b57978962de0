// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileDescription;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.ExitCode;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs a composed machine to its end, writes the files and prints the report. */
public final class GuestRun implements Callable<Integer> {
    private static final long INTERRUPT_SECONDS = 20;

    private final Machine machine;
    private final String variant;
    private final RunOptions options;
    private final Console console;
    private final ProfileWriter writer;
    private final OutputFolder folder;
    private final CountDownLatch written = new CountDownLatch(1);

    /**
     * Creates a run.
     *
     * @param machine the machine with its guest
     * @param variant name of the variant
     * @param options what the machine was made with
     * @param console the guest's console
     * @param writer writes perf.data
     * @param folder gets the files
     */
    public GuestRun(Machine machine, String variant, RunOptions options, Console console, ProfileWriter writer,
            OutputFolder folder) {
        this.machine = machine;
        this.variant = variant;
        this.options = options;
        this.console = console;
        this.writer = writer;
        this.folder = folder;
    }

    /**
     * Runs the guest.
     *
     * @return the exit code of the program
     */
    @Override
    public Integer call() {
        Thread hook = new Thread(this::interrupted, "interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return run();
        } finally {
            written.countDown();
            removeHook(hook);
        }
    }

    private int run() {
        long first = System.currentTimeMillis();
        console.showProgress(machine::instructions);
        Result result;
        try {
            result = machine.run();
        } finally {
            console.close();
        }
        byte[] records = machine.records();
        ProfileDescription profile = machine.profile();
        folder.write("records.bin", file -> Files.write(file, records));
        folder.write("perf.data", file -> writer.perfData(file, profile, records));
        long count;
        try {
            count = writer.count(records);
        } catch (MalformedRecordException e) {
            System.err.println("spelunk: the profiling buffer holds something that is not a record, at byte "
                    + e.offset() + " of records.bin: " + e.getMessage());
            return ExitCode.INVARIANT_BROKEN;
        }
        FinishedRun run = new FinishedRun(options.guest(), variant, options.hypervisor(), options.seed(),
                secondsSinceStart(first), count, records.length, result);
        folder.write("summary.json", run::writeSummary);
        System.out.print(Report.of(run, writer.summary(profile, records)));
        System.out.flush();
        return exitCode(result);
    }

    private int exitCode(Result result) {
        switch (result.ending()) {
            case EXITED:
                return result.exitCode();
            case POWERED_OFF:
                return ExitCode.SUCCESS;
            case INSTRUCTION_LIMIT:
                System.err.println("spelunk: --max-instructions " + options.maxInstructions() + " ended the run");
                return ExitCode.INSTRUCTION_LIMIT;
            case INTERRUPTED:
                System.err.println("spelunk: interrupted");
                return ExitCode.INTERRUPTED;
            default:
                System.err.println(machine.dump().stripTrailing());
                System.err.println("spelunk: the guest " + (result.ending() == Ending.RESET ? "reset itself" : "failed")
                        + (result.message() == null || result.message().isEmpty() ? "" : ": " + result.message()));
                return ExitCode.GUEST_FAILED;
        }
    }

    private void interrupted() {
        machine.interrupt();
        try {
            if (!written.await(INTERRUPT_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("spelunk: the machine did not stop; its files are not written");
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

    /** From the start of the JVM, not of the process: the launcher script may have built in it. */
    private static double secondsSinceStart(long milliseconds) {
        return (milliseconds - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
    }
}
