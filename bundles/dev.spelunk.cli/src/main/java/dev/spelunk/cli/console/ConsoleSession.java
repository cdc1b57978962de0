// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.console;

import dev.spelunk.api.machine.ConsoleHost;
import dev.spelunk.api.machine.Judgement;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.records.ProfileData;
import dev.spelunk.api.records.ProfileDescription.Recorder;
import dev.spelunk.api.records.ProfileWriter;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.report.ReportPage;
import dev.spelunk.cli.run.Console;
import dev.spelunk.cli.run.GuestRun;
import dev.spelunk.cli.run.OutputFolder;
import dev.spelunk.cli.run.RunFiles;
import dev.spelunk.cli.variant.NewVariant;
import dev.spelunk.cli.variant.VariantDefinition;
import dev.spelunk.cli.variant.VariantReader;
import dev.spelunk.cli.variant.VariantReport;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The machines of a console, one after the other, with the files of the last run in one folder. */
public final class ConsoleSession implements ConsoleHost, AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final String SNAPSHOT = ".snapshot";
    private static final int PROFILE_SECONDS = 30;
    private static final int POLL_MILLISECONDS = 100;

    /**
     * What is to be run.
     *
     * @param options what a machine is made with, anew for each one, by who gets what its guest prints
     * @param records what becomes of its records, by the places for them
     * @param recorder who makes the profile, by the size of the memory
     * @param table whether there is to be a table of the records too
     * @param output the folder of the files
     */
    public record Wanted(
            Function<OutputStream, RunOptions> options,
            Function<RecordOptions.Places, RecordOptions> records,
            Function<Long, Recorder> recorder,
            boolean table,
            Path output) {}

    /** One machine, with what is its own. */
    private static final class Seat {
        private Machine machine;
        private RunFiles files;
        private KeptOutput output;
        private Console console;
        private LatestTimeline timeline;
        private GuestRun run;
        private Thread thread;
        private volatile Result result;
        private volatile String failure = "";
        private volatile int code;
    }

    private final Composition composition;
    private final Wanted wanted;
    private final OutputFolder folder;
    private volatile Seat seat;
    private volatile boolean quit;

    /**
     * Makes the first machine.
     *
     * @throws UserError when it cannot be made, or its files not be written
     */
    public ConsoleSession(Composition composition, Wanted wanted) {
        this.composition = composition;
        this.wanted = wanted;
        folder = new OutputFolder(wanted.output());
        try {
            seat = seat("");
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private Seat seat(String snapshot) {
        Seat made = new Seat();
        made.console = new Console(
                new FileOutputStream(FileDescriptor.out), System.err, Boolean.getBoolean("spelunk.terminal"));
        made.output = new KeptOutput(made.console);
        RunOptions plain = wanted.options().apply(made.output);
        made.timeline = new LatestTimeline(plain.trace());
        if (!snapshot.isEmpty()) {
            plain = plain.withSnapshots(new Snapshots(plain.snapshots().saves(), snapshotFile(snapshot)));
        }
        made.files = new RunFiles(folder, wanted.recorder().apply(plain.memory()), wanted.table());
        RunOptions options =
                plain.withTrace(made.timeline).withRecords(wanted.records().apply(made.files));
        try {
            made.machine = composition.machine(options);
            // Steps and places: a machine is asked for its debugger before it runs.
            made.machine.debugger();
            SwapService swaps = composition.service(SwapService.class);
            made.run = new GuestRun(
                    made.machine,
                    composition.variant().name(),
                    composition.documentation(),
                    options,
                    made.console,
                    composition.service(ProfileWriter.class),
                    folder,
                    made.files,
                    swaps::report);
        } catch (RuntimeException e) {
            leave(made);
            throw e;
        }
        return made;
    }

    private static void leave(Seat old) {
        old.console.close();
        old.timeline.close();
        old.files.close();
        if (old.machine != null) {
            old.machine.close();
        }
    }

    @Override
    public Machine machine() {
        return seat.machine;
    }

    @Override
    public String variant() {
        return composition.variant().name();
    }

    @Override
    public synchronized void start() {
        Seat now = seat;
        if (now.thread != null) {
            throw new UserError("the machine has begun already");
        }
        now.thread = new Thread(() -> run(now), "machine");
        now.thread.start();
    }

    private static void run(Seat now) {
        try {
            now.code = now.run.call();
        } catch (UserError | BadInputException e) {
            now.failure = e.getMessage();
            now.code = ExitCode.BAD_INPUT;
            System.err.println("spelunk: " + e.getMessage());
        } finally {
            if (now.run.result() == null && now.failure.isEmpty()) {
                now.failure = "the run broke off";
            }
            now.result = now.run.result();
        }
    }

    @Override
    public synchronized void anew(String snapshot) {
        Seat old = seat;
        if (old.thread != null && old.thread.isAlive()) {
            throw new UserError("the machine runs");
        }
        if (!snapshot.isEmpty()) {
            snapshotFile(snapshot);
        }
        leave(old);
        try {
            seat = seat(snapshot);
        } catch (RuntimeException e) {
            // There is always a machine to look at.
            seat = seat("");
            throw e;
        }
    }

    @Override
    public Result result() {
        return seat.result;
    }

    @Override
    public String failure() {
        return seat.failure;
    }

    @Override
    public List<String> files() {
        if (seat.result == null) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder.path())) {
            return files.map(Path::toString)
                    .filter(file -> !Path.of(file).getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public String save(String name) {
        Path file = snapshotFile(name);
        if (Files.exists(file)) {
            throw new UserError("there is a snapshot " + name + " already; choose another name");
        }
        BadInputException[] failure = new BadInputException[1];
        boolean[] done = new boolean[1];
        seat.machine.save(file, e -> {
            synchronized (done) {
                failure[0] = e;
                done[0] = true;
                done.notifyAll();
            }
        });
        synchronized (done) {
            while (!done[0] && seat.result == null) {
                try {
                    done.wait(POLL_MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new UserError("interrupted");
                }
            }
        }
        if (failure[0] != null) {
            throw failure[0];
        }
        if (!done[0]) {
            throw new UserError("the run ended before it could be saved");
        }
        return file.toString();
    }

    private Path snapshotFile(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new UserError("\"" + name + "\" is no name: use letters, digits, '.', '_' and '-'");
        }
        return folder.path().resolve(name + SNAPSHOT);
    }

    @Override
    public List<String> snapshots() {
        try (Stream<Path> files = Files.list(folder.path())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SNAPSHOT))
                    .map(name -> name.substring(0, name.length() - SNAPSHOT.length()))
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    @Override
    public String output() {
        return seat.output.text();
    }

    @Override
    public String timeline() {
        return seat.timeline.text();
    }

    @Override
    public Supplier<String> profile() {
        Seat now = seat;
        Future<ProfileData> counted = now.files.soFar();
        return () -> {
            try {
                return ReportPage.data(List.of(now.run.page(counted.get(PROFILE_SECONDS, TimeUnit.SECONDS))));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UserError("interrupted");
            } catch (ExecutionException | TimeoutException e) {
                throw new UserError("the records cannot be counted: " + e);
            }
        };
    }

    @Override
    public String asset(String name) {
        return ReportPage.asset(name);
    }

    @Override
    public SortedSet<String> offers(String part) {
        SortedSet<String> offers = new TreeSet<>(composition.names(part));
        offers.addAll(composition.startable(part));
        return offers;
    }

    @Override
    public SortedMap<String, SortedMap<String, String>> publishers() {
        return composition.publishers();
    }

    @Override
    public SortedMap<String, SortedMap<String, Object>> configurations() {
        return composition.configurations();
    }

    @Override
    public String configure(String pid, Map<String, String> values, boolean force) {
        return composition.configure(seat.machine, pid, values, force);
    }

    @Override
    public Judgement judge() {
        return composition.judge();
    }

    @Override
    public List<String> check(String variant) {
        VariantDefinition definition = new VariantReader(Home.features()).read(variant);
        StringWriter text = new StringWriter();
        try (Composition other = composition.another(variant);
                PrintWriter out = new PrintWriter(text)) {
            Judgement judgement = other.judge();
            VariantReport.print(out, definition, judgement);
            judgement.problems().forEach(out::println);
        }
        return text.toString().lines().toList();
    }

    @Override
    public List<String> variants() {
        return new VariantReader(Home.features()).names();
    }

    @Override
    public String newVariant(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new UserError("\"" + name + "\" is no name for a variant: use letters, digits, '.', '_' and '-'");
        }
        VariantDefinition base = new VariantReader(Home.features()).read(composition.nameOrFile());
        return NewVariant.write(name, composition.nameOrFile(), base, changes(base))
                .toString();
    }

    /** What the machine is otherwise than the variant's file says. */
    private NewVariant.Changes changes(VariantDefinition base) {
        VariantDefinition present = composition.present(seat.machine);
        SortedSet<String> bundles = new TreeSet<>();
        present.bundles().stream().filter(id -> !base.bundles().contains(id)).forEach(id -> bundles.add(id.toString()));
        SortedMap<String, List<String>> parts = new TreeMap<>(present.parts());
        parts.entrySet().removeAll(base.parts().entrySet());
        SortedMap<String, Map<String, Object>> configurations = new TreeMap<>(present.configurations());
        configurations.entrySet().removeAll(base.configurations().entrySet());
        return new NewVariant.Changes(bundles, configurations, parts);
    }

    @Override
    public void quit() {
        quit = true;
        Seat now = seat;
        if (now.thread != null && now.thread.isAlive()) {
            now.machine.interrupt();
        }
    }

    /**
     * Waits until somebody wants the console to end: in a browser, or with a signal.
     *
     * @return the exit code of the last run; 0 when there was none
     */
    public int await() throws InterruptedException {
        while (!quit && !StopRequests.ofProcess().requested()) {
            Thread.sleep(POLL_MILLISECONDS);
        }
        Thread running = seat.thread;
        if (running != null) {
            running.join();
        }
        return seat.code == ExitCode.INTERRUPTED && quit ? ExitCode.SUCCESS : seat.code;
    }

    @Override
    public void close() {
        leave(seat);
        folder.close();
    }
}
