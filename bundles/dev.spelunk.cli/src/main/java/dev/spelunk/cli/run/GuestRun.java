// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.process.ExitCode;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Runs a composed machine to its end, writes the files and prints the report. */
public final class GuestRun implements Callable<Integer> {
    private final Machine machine;
    private final String variant;
    private final RunOptions options;
    private final Console console;
    private final ProfileWriter writer;
    private final OutputFolder folder;
    private final RunFiles files;
    private final Function<Machine, SwapReport> swaps;

    /**
     * Creates a run.
     *
     * @param machine the machine with its guest
     * @param variant name of the variant
     * @param options what the machine was made with
     * @param console the guest's console
     * @param writer writes perf.data
     * @param folder gets the files
     * @param files those of the records, which the machine writes
     * @param swaps says what has been swapped in a machine
     */
    public GuestRun(
            Machine machine,
            String variant,
            RunOptions options,
            Console console,
            ProfileWriter writer,
            OutputFolder folder,
            RunFiles files,
            Function<Machine, SwapReport> swaps) {
        this.machine = machine;
        this.variant = variant;
        this.options = options;
        this.console = console;
        this.writer = writer;
        this.folder = folder;
        this.files = files;
        this.swaps = swaps;
    }

    /**
     * Runs the guest.
     *
     * @return the exit code of the program
     */
    @Override
    public Integer call() {
        try (files;
                MachineRun run = new MachineRun().timeline(options.trace())) {
            return run(run);
        }
    }

    private int run(MachineRun run) {
        long first = System.currentTimeMillis();
        files.begin(machine, writer);
        console.showProgress(machine::instructions);
        Result result;
        try {
            result = run.run(machine);
        } finally {
            console.close();
        }
        files.complete(machine, options.vm().hostTask());
        FinishedRun finished = new FinishedRun(
                options.guest(),
                variant,
                options.hypervisor(),
                options.seed(),
                secondsSinceStart(first),
                files.parts(),
                machine.recordsNotKept(),
                result,
                machine.timing(),
                swaps.apply(machine));
        folder.write("summary.json", finished::writeSummary);
        System.out.print(Report.of(finished, machine.eventReasons(), files.summary()));
        System.out.flush();
        int code = MachineRun.exitCode(machine, result);
        if (files.failure() != null) {
            throw files.failure();
        }
        if (files.malformed() != null) {
            System.err.println("spelunk: the profiling buffer holds something that is not a record, at byte "
                    + files.malformed().offset() + " of the records: "
                    + files.malformed().getMessage());
            return ExitCode.INVARIANT_BROKEN;
        }
        return code;
    }

    /** From the start of the JVM, not of the process: the launcher script may have built in it. */
    private static double secondsSinceStart(long milliseconds) {
        return (milliseconds - ManagementFactory.getRuntimeMXBean().getStartTime()) / 1e3;
    }
}
