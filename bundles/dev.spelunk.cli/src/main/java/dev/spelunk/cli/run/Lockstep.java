// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.run;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.cli.process.ExitCode;
import dev.spelunk.cli.process.TemporaryFolder;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** Runs a guest with two engines, one after the other, and compares digests of the machine's state. */
public final class Lockstep implements Callable<Integer> {
    /** The engines do not agree. */
    private static final int DIFFERENT = 1;
    /** A stretch with a difference is divided into so many. */
    private static final int PARTS = 32;

    /** Makes a machine with one of the engines. */
    @FunctionalInterface
    public interface Machines {
        Machine machine(int engine, RunOptions options);
    }

    /**
     * What a run was like.
     *
     * @param digests by number of instructions
     * @param end how it ended, in words
     * @param instructions when it ended
     * @param before when it began: where another process saved its state
     * @param registers of all PEs at the end
     */
    private record Run(
            SortedMap<Long, String> digests,
            String end,
            long instructions,
            long before,
            boolean interrupted,
            List<SortedMap<String, Long>> registers) {}

    private final List<String> engines;
    private final Machines machines;
    private final RunOptions options;
    private final long every;
    private final PrintStream out;

    /**
     * Compares.
     *
     * @param engines names of two
     * @param machines makes a machine with the first or the second
     * @param options of both runs
     * @param every instructions from one comparison to the next
     * @param out gets what is found, in words
     */
    public Lockstep(List<String> engines, Machines machines, RunOptions options, long every, PrintStream out) {
        this.engines = List.copyOf(engines);
        this.machines = machines;
        this.options = options;
        this.every = every;
        this.out = out;
    }

    /** Compares over the whole run. @return the exit code */
    @Override
    public Integer call() {
        Run first = run(0, options, every, Collections.emptySortedMap());
        if (first.interrupted) {
            return ExitCode.INTERRUPTED;
        }
        Run second = run(1, options, every, first.digests);
        if (second.interrupted) {
            return ExitCode.INTERRUPTED;
        }
        long bad = difference(first, second);
        if (bad < 0) {
            out.printf(
                    Locale.ROOT,
                    "%s and %s agree: %,d instructions%s, the state compared %,d times, the registers at the end; %s%n",
                    engines.get(0),
                    engines.get(1),
                    first.instructions - first.before,
                    first.before == 0 ? "" : String.format(Locale.ROOT, " after the first %,d", first.before),
                    first.digests.size(),
                    first.end);
            return ExitCode.SUCCESS;
        }
        long good = first.digests.headMap(bad).isEmpty()
                ? 0
                : first.digests.headMap(bad).lastKey();
        out.printf(Locale.ROOT, "the states differ after %,d instructions; at %,d they were equal%n", bad, good);
        bisect(good, bad);
        return DIFFERENT;
    }

    /** Where the second run differs from the first; the end of the shorter one when only the ends differ; -1 for nowhere. */
    private static long difference(Run first, Run second) {
        for (var entry : first.digests.entrySet()) {
            if (!entry.getValue().equals(second.digests.get(entry.getKey()))) {
                return entry.getKey();
            }
        }
        boolean sameEnd = first.instructions == second.instructions
                && first.end.equals(second.end)
                && first.registers.equals(second.registers);
        return sameEnd ? -1 : Math.min(first.instructions, second.instructions);
    }

    /** Finds the instruction between two counts, at the first of which the states are equal. */
    private void bisect(long from, long to) {
        long good = from;
        long bad = to;
        Path base = options.snapshots().restore();
        Path folder = TemporaryFolder.folder("lockstep");
        while (bad - good > 1) {
            if (good > 0) {
                Path saved = folder.resolve("at-" + good);
                SortedMap<Long, Path> saves = new TreeMap<>();
                saves.put(good, saved);
                run(0, good + 1, new Snapshots(saves, base));
                base = saved;
            }
            long step = (bad - good + PARTS - 1) / PARTS;
            RunOptions stretch = options.withMaxInstructions(good + PARTS * step + 1)
                    .withSnapshots(new Snapshots(new TreeMap<>(), base));
            Run first = run(0, stretch, step, Collections.emptySortedMap());
            Run second = run(1, stretch, step, first.digests);
            long found = difference(first, second);
            if (found < 0) {
                out.printf(Locale.ROOT, "the difference does not come again from %,d on%n", good);
                return;
            }
            SortedMap<Long, String> before = first.digests.headMap(found);
            good = before.isEmpty() ? good : before.lastKey();
            bad = found;
            out.printf(Locale.ROOT, "between %,d and %,d%n", good, bad);
        }
        tell(good, bad, base);
    }

    private void tell(long good, long bad, Path base) {
        Run before = run(0, good, new Snapshots(new TreeMap<>(), base));
        Run first = run(0, bad, new Snapshots(new TreeMap<>(), base));
        Run second = run(1, bad, new Snapshots(new TreeMap<>(), base));
        for (int pe = 0; pe < before.registers.size(); pe++) {
            out.printf(
                    "PE %d before the instruction: PC 0x%x%n",
                    pe, before.registers.get(pe).getOrDefault("PC", 0L));
            for (var register : first.registers.get(pe).entrySet()) {
                Long other = second.registers.get(pe).get(register.getKey());
                if (!register.getValue().equals(other)) {
                    out.printf(
                            "  %s: %s 0x%x, %s 0x%x%n",
                            register.getKey(), engines.get(0), register.getValue(), engines.get(1), other);
                }
            }
        }
    }

    private Run run(int engine, long until, Snapshots snapshots) {
        return run(
                machines.machine(engine, options.withMaxInstructions(until).withSnapshots(snapshots)), new TreeMap<>());
    }

    /** Runs with digests, until one differs from that of the same count in another run. */
    private Run run(int engine, RunOptions with, long step, SortedMap<Long, String> others) {
        SortedMap<Long, String> digests = new TreeMap<>();
        Machine[] machine = new Machine[1];
        Snapshots snapshots =
                new Snapshots(with.snapshots().saves(), with.snapshots().restore(), step, (instructions, sha256) -> {
                    String digest = HexFormat.of().formatHex(sha256);
                    digests.put(instructions, digest);
                    String other = others.get(instructions);
                    if (other != null && !other.equals(digest)) {
                        machine[0].stop("the states differ");
                        return false;
                    }
                    return true;
                });
        machine[0] = machines.machine(engine, with.withSnapshots(snapshots));
        return run(machine[0], digests);
    }

    private static Run run(Machine made, SortedMap<Long, String> digests) {
        try (Machine machine = made;
                MachineRun run = new MachineRun()) {
            Result result = run.run(machine);
            List<SortedMap<String, Long>> registers = new ArrayList<>();
            for (int pe = 0; pe < machine.pes().size(); pe++) {
                registers.add(machine.registers(pe));
            }
            String end = result.ending() + (result.message() == null ? "" : " " + result.message()) + ", exit code "
                    + result.exitCode();
            return new Run(
                    digests,
                    end,
                    result.instructions(),
                    run.before(),
                    result.ending() == Ending.INTERRUPTED,
                    registers);
        }
    }
}
