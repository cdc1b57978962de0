// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.cli.debian.Cache;
import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.StopRequests;
import dev.spelunk.cli.process.TemporaryFolder;
import dev.spelunk.cli.process.UserError;
import dev.spelunk.cli.run.OutputFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One program recorded several times: under each of several events, and for each of these with several seeds. All of them go
 * on from one guest that has booted. Each has an output folder of its own in the user's, which gets a table of them all.
 */
public final class Repetitions {
    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");

    private final List<String> events;
    private final long count;
    private final long firstSeed;

    /**
     * Plans recordings.
     *
     * @param events of perf, in the order in which they are recorded
     * @param count how often each, from 1
     * @param firstSeed of the first repetition; each further one has the next
     * @throws UserError when an event is there twice, or perf would refuse one
     */
    public Repetitions(List<String> events, long count, long firstSeed) {
        events.forEach(PerfEvent::check);
        for (String event : events) {
            if (events.indexOf(event) != events.lastIndexOf(event)) {
                throw new UserError("--event '" + event + "' is there twice: --repeat N records it several times");
            }
        }
        this.events = events;
        this.count = count;
        this.firstSeed = firstSeed;
    }

    /**
     * The folder of a recording in that of all: its repetition's number where there is one event, else
     * {@code eventE-N}, with the event's number before.
     *
     * @param event its index, from 0
     * @param repetition from 1
     */
    String folder(int event, long repetition) {
        return events.size() == 1 ? Long.toString(repetition) : "event" + (event + 1) + "-" + repetition;
    }

    /**
     * Records all of them.
     *
     * @param cache where Debian's packages are unpacked
     * @param sysroot where the program's libraries are; null for Debian's own
     * @param folder gets a folder of each recording, and the table
     * @param order what is to be recorded, but for event and seed
     * @param records whether there is to be a table of each one's records too
     * @param options of the machine
     * @return the first exit code that is not 0; then the others are recorded nevertheless
     * @throws UserError when the options want something of the way to the booted guest, or one has no profile; the table is
     *     then of those before it
     */
    public int run(
            Cache cache, Path sysroot, Path folder, RecordingOrder order, boolean records, MachineOptions options) {
        if (order.fresh() || !options.undisturbed()) {
            throw new UserError("--repeat and several --event record from one boot: --fresh, --save-at, --restore, "
                    + "--swap, --follow, --check, --trace, --log, --gdb and --move-vcpu are of a recording by itself");
        }
        RepetitionTable table = new RepetitionTable();
        int code = ExitCode.SUCCESS;
        try (OutputFolder output = new OutputFolder(folder)) {
            Path input = TemporaryFolder.file("stdin");
            try {
                readInput(input);
                for (int event = 0; event < events.size(); event++) {
                    for (long repetition = 1; repetition <= count; repetition++) {
                        String name = folder(event, repetition);
                        RecordingOrder one = order.with(events.get(event), firstSeed + repetition - 1);
                        StopRequests.ofProcess().check();
                        System.err.println("spelunk: " + folder.resolve(name) + ": " + one.event() + ", seed "
                                + Long.toUnsignedString(one.seed()));
                        Recording recording =
                                new Recording(cache, sysroot, folder.resolve(name), one, records).oneOfSeveral(input);
                        Result[] result = new Result[1];
                        int ended = recording.run(options, r -> result[0] = r);
                        table.add(name, one, ended, result[0], recording.recorded());
                        code = code == ExitCode.SUCCESS ? ended : code;
                        // From now on there is something that an interrupt leaves.
                        StopRequests.ofProcess().code(0);
                        StopRequests.ofProcess().consequence("; the recordings before are kept");
                    }
                }
            } finally {
                Files.deleteIfExists(input);
                if (!table.isEmpty()) {
                    output.write("repeats.json", table::write);
                    System.err.print(table);
                }
            }
        } catch (IOException e) {
            throw new UserError("standard input cannot be kept for each recording: " + e.getMessage());
        }
        return code;
    }

    /** Every program reads the same: all that there is, and nothing where a person types. */
    private static void readInput(Path file) throws IOException {
        if (!STANDARD_INPUT.toRealPath().startsWith("/dev/pts")) {
            try (var out = Files.newOutputStream(file)) {
                System.in.transferTo(out);
            }
        }
    }
}
