// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.machine.LogCategory;
import dev.spelunk.api.machine.LogOptions;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.composition.Debugging;
import dev.spelunk.cli.composition.Logging;
import dev.spelunk.cli.composition.Overrides;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a debugger costs that is attached and lets the guest go on, with the history that it has unless the user says
 * otherwise, and what logs cost that are asked for and have not begun: the same work of the bundled guest with and without,
 * in alternating pairs inside one JVM. The debugger is GDB itself. Time is the processor time of the thread that runs the
 * machine: what else the host does counts less.
 */
public final class DebuggerCost {
    private static final int WARM_UP_PAIRS = 2;
    private static final long HISTORY = 256L << 20;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private enum Beside {
        NOTHING,
        GDB,
        LOGS
    }

    private DebuggerCost() {}

    /**
     * Measures and prints.
     *
     * @param arguments number of pairs, scale of the guest's work, then engines
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int pairs = Integer.parseInt(arguments[0]);
        for (String engine : List.of(arguments).subList(2, arguments.length)) {
            for (Beside beside : List.of(Beside.GDB, Beside.LOGS)) {
                measure(engine, beside, pairs, "scale=" + arguments[1]);
            }
        }
    }

    private static void measure(String engine, Beside beside, int pairs, String work)
            throws IOException, InterruptedException {
        double[] cost = new double[pairs];
        try (BundledGuest guest = new BundledGuest("default", Overrides.NONE.with(Parts.PE, engine))) {
            for (int i = -WARM_UP_PAIRS; i < pairs; i++) {
                // Which of a pair comes first alternates too.
                boolean first = i % 2 == 0;
                double one = seconds(guest, work, first ? beside : Beside.NOTHING);
                double other = seconds(guest, work, first ? Beside.NOTHING : beside);
                double with = first ? one : other;
                double without = first ? other : one;
                if (i >= 0) {
                    cost[i] = 100 * (with / without - 1);
                    System.out.printf(
                            Locale.ROOT,
                            "%s, pair %2d: with %s %.3f s, without %.3f s, %+.1f%%%n",
                            engine,
                            i + 1,
                            beside,
                            with,
                            without,
                            cost[i]);
                }
            }
        }
        Arrays.sort(cost);
        System.out.printf(
                Locale.ROOT,
                "%s: %s costs %+.1f%% (median of %d alternating pairs, %+.1f%% to %+.1f%%)%n",
                engine,
                beside,
                (cost[(pairs - 1) / 2] + cost[pairs / 2]) / 2,
                pairs,
                cost[0],
                cost[pairs - 1]);
    }

    private static double seconds(BundledGuest guest, String work, Beside beside)
            throws IOException, InterruptedException {
        int port = 0;
        if (beside == Beside.GDB) {
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
        }
        guest.debugging(beside == Beside.GDB ? new Debugging(Integer.toString(port), true, HISTORY) : null);
        guest.logging(beside == Beside.LOGS ? new Logging(notYet(), List.of()) : null);
        Process gdb = null;
        try (Machine machine = guest.machine("kvm", work)) {
            if (beside == Beside.GDB) {
                gdb = new ProcessBuilder(
                                "gdb-multiarch", "-nx", "-batch", "-ex", "target remote :" + port, "-ex", "continue")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
            }
            long began = THREADS.getCurrentThreadCpuTime();
            Result result = machine.run();
            long nanoseconds = THREADS.getCurrentThreadCpuTime() - began;
            if (result.ending() != Ending.EXITED || result.exitCode() != 0) {
                throw new IllegalStateException("the guest does not end well: " + result);
            }
            return nanoseconds / 1e9;
        } finally {
            if (gdb != null) {
                gdb.waitFor();
            }
        }
    }

    /** All logs, from a moment on that never comes. */
    private static LogOptions notYet() {
        Map<LogCategory, Consumer<CharSequence>> sinks = new EnumMap<>(LogCategory.class);
        for (LogCategory category : LogCategory.values()) {
            sinks.put(category, line -> {
                throw new IllegalStateException("nothing is to be logged: " + line);
            });
        }
        return new LogOptions(sinks, Long.MAX_VALUE - 1, Long.MAX_VALUE, 0, -1, LogOptions.ANY);
    }
}
