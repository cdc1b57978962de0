// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.parts.Parts;
import java.util.Locale;

/**
 * What swaps cost a machine that profiles itself: how long it stands still for the exchange of each kind of part, and
 * its throughput after all swaps against before.
 */
public final class SwapCost {
    private static final int WARM_UP_SECONDS = 8;
    private static final int MEASURED_SECONDS = 10;
    private static final double LONGEST_MEDIAN_MILLISECONDS = 5;
    private static final double LEAST_THROUGHPUT = 0.9;

    private SwapCost() {}

    /**
     * Measures, prints, and fails when a figure is not what it is held to.
     *
     * @param arguments number of swaps of each kind of part; 120 makes more than 1,000 in all
     */
    public static void main(String[] arguments) throws InterruptedException {
        int swaps = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 120;
        boolean good = true;
        try (BundledGuest guest = new BundledGuest();
                Machine machine = guest.machine("kvm", "scale=1000000 spe.interval=4096")) {
            SwapService service = guest.swaps();
            Thread thread = new Thread(machine::run, "machine");
            thread.start();
            Thread.sleep(WARM_UP_SECONDS * 1000L);
            double before = throughput(machine);
            int done = 0;
            for (String part : Parts.SWAPPABLE) {
                for (int i = 0; i < swaps; i++) {
                    service.swap(machine, SwapRequest.anew(part));
                }
                SwapReport report = service.report(machine);
                double median = report.medianPause(done) / 1e6;
                good &= median < LONGEST_MEDIAN_MILLISECONDS;
                System.out.printf(
                        Locale.ROOT, "%-12s %d swaps, median pause %.3f ms%n", part, report.swaps() - done, median);
                done = report.swaps();
            }
            double after = throughput(machine);
            good &= after >= LEAST_THROUGHPUT * before;
            System.out.printf(
                    Locale.ROOT,
                    "%d swaps, median pause %.3f ms, longest %.3f ms%n",
                    done,
                    service.report(machine).medianPause() / 1e6,
                    service.report(machine).longestPause() / 1e6);
            System.out.printf(
                    Locale.ROOT,
                    "throughput %.1f guest MIPS before, %.1f after: %.0f%%%n",
                    before,
                    after,
                    100 * after / before);
            machine.interrupt();
            thread.join();
        }
        System.exit(good ? 0 : 1);
    }

    private static double throughput(Machine machine) throws InterruptedException {
        long instructions = machine.instructions();
        long began = System.nanoTime();
        Thread.sleep(MEASURED_SECONDS * 1000L);
        return (machine.instructions() - instructions) * 1e3 / (System.nanoTime() - began);
    }
}
