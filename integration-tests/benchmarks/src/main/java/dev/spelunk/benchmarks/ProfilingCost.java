// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import java.util.Arrays;
import java.util.Locale;

/**
 * What profiling costs: the same work of the bundled guest with profiling on and off, in alternating pairs
 * inside one JVM. The guest only counts the bytes of its records, so that what is measured is the machine.
 */
public final class ProfilingCost {
    private static final int WARM_UP_PAIRS = 2;

    private ProfilingCost() {
    }

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
                Result first = run(guest, scale, onFirst ? interval : null);
                Result second = run(guest, scale, onFirst ? null : interval);
                Result on = onFirst ? first : second;
                Result off = onFirst ? second : first;
                String pair = i < 0 ? "warm-up" : String.format(Locale.ROOT, "pair %2d", i + 1);
                System.out.printf(Locale.ROOT, "%s: on %.3f s (%.1f MIPS), off %.3f s (%.1f MIPS), time %+.1f%%%n", pair,
                        seconds(on), mips(on), seconds(off), mips(off), 100 * (seconds(on) / seconds(off) - 1));
                if (i >= 0) {
                    time[i] = seconds(on) / seconds(off) - 1;
                    instructionTime[i] = mips(off) / mips(on) - 1;
                }
            }
        }
        System.out.printf(Locale.ROOT, "profiling at interval %s costs %+.1f%% of time for the same work, %+.1f%% for each "
                + "instruction (medians of %d alternating pairs)%n", interval, 100 * median(time),
                100 * median(instructionTime), pairs);
    }

    private static Result run(BundledGuest guest, String scale, String interval) {
        String spe = interval == null ? "spe=off" : "spe.walk=0 spe.interval=" + interval;
        try (Machine machine = guest.machine("kvm", "scale=" + scale + " " + spe)) {
            Result result = machine.run();
            if (result.ending() != Ending.EXITED || result.exitCode() != 0) {
                throw new IllegalStateException("the guest does not end well: " + result);
            }
            return result;
        }
    }

    private static double seconds(Result result) {
        return result.nanoseconds() / 1e9;
    }

    private static double mips(Result result) {
        return result.instructions() * 1e3 / result.nanoseconds();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
