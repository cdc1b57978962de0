// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.report.ReportPage;
import dev.spelunk.cli.report.SavedProfile;
import dev.spelunk.cli.variant.VariantDocumentation;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Runs a composed machine to its end, writes the files and prints the report. */
public final class GuestRun implements Callable<Integer> {
    private static final String SUMMARY = "summary.json";

    private final Machine machine;
    private final String variant;
    private final VariantDocumentation documentation;
    private final RunOptions options;
    private final Console console;
    private final ProfileWriter writer;
    private final OutputFolder folder;
    private final RunFiles files;
    private final Function<Machine, SwapReport> swaps;
    private volatile Result result;
    private volatile boolean written;

    /**
     * Creates a run.
     *
     * @param machine the machine with its guest
     * @param variant name of the variant
     * @param documentation where its values come from
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
            VariantDocumentation documentation,
            RunOptions options,
            Console console,
            ProfileWriter writer,
            OutputFolder folder,
            RunFiles files,
            Function<Machine, SwapReport> swaps) {
        this.machine = machine;
        this.variant = variant;
        this.documentation = documentation;
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
        try (files) {
            FinishedRun finished;
            try (MachineRun run = new MachineRun().timeline(options.trace()).releasing(console)) {
                finished = run(run);
            }
            return tell(finished);
        }
    }

    private FinishedRun run(MachineRun run) {
        double start = secondsSinceStart();
        files.begin(machine, writer);
        console.showProgress(machine::instructions);
        try {
            result = run.run(machine);
        } finally {
            console.close();
        }
        files.complete(machine, options.vm().hostTask());
        FinishedRun finished = new FinishedRun(
                options.guest(),
                variant,
                documentation,
                options.under() == null
                        ? options.hypervisor()
                        : options.under().getFileName().toString(),
                options.seed(),
                start,
                folder.path(),
                names(),
                files.parts(),
                machine.recordsNotKept(),
                machine.withoutRecords(),
                MachineRun.diagnosis(machine, result),
                result,
                machine.exitHistory(),
                machine.bufferHistory(),
                run.before(),
                machine.timing(),
                swaps.apply(machine),
                files.description(machine));
        folder.write(SUMMARY, finished::writeSummary);
        written = true;
        try {
            folder.write(ReportPage.NAME, file -> ReportPage.write(file, List.of(page(files.data()))));
        } catch (UserError e) {
            files.failed(e);
        }
        return finished;
    }

    /** What the machine has counted; null before its run is over. */
    public Result result() {
        return result;
    }

    /** The page's data at any time: of a run that is not over, little is said beside what its records say. */
    public ReportPage.Run page(ProfileData data) {
        if (written) {
            return new ReportPage.Run(folder.name(), summary(), data);
        }
        JsonObject summary = Json.createObjectBuilder()
                .add("variant", variant)
                .add("instructions", machine.instructions())
                .build();
        return new ReportPage.Run(folder.name(), summary, data);
    }

    private JsonObject summary() {
        try (InputStream in = Files.newInputStream(folder.path().resolve(SUMMARY));
                JsonReader summary = Json.createReader(in)) {
            return summary.readObject();
        } catch (IOException e) {
            throw new UserError(SUMMARY + " cannot be read: " + e.getMessage());
        }
    }

    /** The files are written: a reader that does not read keeps only the report. */
    private int tell(FinishedRun finished) {
        if (!console.stuck()) {
            System.out.print(Report.of(finished, machine.eventReasons(), files.summary(), columns()));
            System.out.flush();
        }
        int code = MachineRun.exitCode(machine, finished.result());
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

    private List<String> names() {
        List<String> names = new ArrayList<>(List.of("perf.data"));
        files.parts().forEach(part -> names.add(part.file()));
        if (options.vm().hostTask()) {
            names.add("host-records.bin");
        }
        if (files.hasTable()) {
            names.add(SavedProfile.TABLE);
        }
        names.add(SUMMARY);
        names.add(ReportPage.NAME);
        return names;
    }

    /** Of the terminal; the launcher script does not ask for it when standard output is none. */
    private static int columns() {
        return Integer.getInteger("spelunk.columns", 0);
    }

    /** From the start of the JVM, not of the process: the launcher script may have built in it. */
    private static double secondsSinceStart() {
        return ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
    }
}
