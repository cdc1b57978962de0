// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;

/**
 * What profiling costs: the same work of the bundled guest with profiling on and off, in alternating pairs
 * inside one JVM. The guest only counts the bytes of its records, so that what is measured is the machine. Time
 * is the processor time of the thread that runs the machine: what else the host does counts less.
 */
public final class ProfilingCost {
    private static final int WARM_UP_PAIRS = 2;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private record Run(long instructions, long nanoseconds) {
        double seconds() {
            return nanoseconds / 1e9;
        }

        double mips() {
            return instructions * 1e3 / nanoseconds;
        }
    }

    private ProfilingCost() {}

    /**
     * Measures and prints.
     *
     * @param arguments number of pairs, scale of the guest's work, sampling interval
     */
    public static void main(String[] arguments) {
        int pairs = Integer.parseInt(arguments[0]);
        String scale = arguments[1];
        String interval = arguments[2];
        double[] time = new double[pairs];
        double[] instructionTime = new double[pairs];
        try (BundledGuest guest = new BundledGuest()) {
            for (int i = -WARM_UP_PAIRS; i < pairs; i++) {
                // Which of a pair comes first alternates too.
                boolean onFirst = i % 2 == 0;
                Run first = run(guest, scale, onFirst ? interval : null);
                Run second = run(guest, scale, onFirst ? null : interval);
                Run on = onFirst ? first : second;
                Run off = onFirst ? second : first;
                String pair = i < 0 ? "warm-up" : String.format(Locale.ROOT, "pair %2d", i + 1);
                System.out.printf(
                        Locale.ROOT,
                        "%s: on %.3f s (%.1f MIPS), off %.3f s (%.1f MIPS), time %+.1f%%%n",
                        pair,
                        on.seconds(),
                        on.mips(),
                        off.seconds(),
                        off.mips(),
                        100 * (on.seconds() / off.seconds() - 1));
                if (i >= 0) {
                    time[i] = on.seconds() / off.seconds() - 1;
                    instructionTime[i] = off.mips() / on.mips() - 1;
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "profiling at interval %s costs %+.1f%% of time for the same work, %+.1f%% for each "
                        + "instruction (medians of %d alternating pairs)%n",
                interval,
                100 * median(time),
                100 * median(instructionTime),
                pairs);
    }

    private static Run run(BundledGuest guest, String scale, String interval) {
        String spe = interval == null ? "spe=off" : "spe.walk=0 spe.interval=" + interval;
        try (Machine machine = guest.machine("kvm", "scale=" + scale + " " + spe)) {
            long began = THREADS.getCurrentThreadCpuTime();
            Result result = machine.run();
            long nanoseconds = THREADS.getCurrentThreadCpuTime() - began;
            if (result.ending() != Ending.EXITED || result.exitCode() != 0) {
                throw new IllegalStateException("the guest does not end well: " + result);
            }
            return new Run(result.instructions(), nanoseconds);
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
