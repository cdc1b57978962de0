// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the in-order timing model costs with its default window against seeing every operation, and fixed timing
 * beside them: the same work of the bundled guest, in turns inside one JVM. Time is the processor time of the
 * thread that runs the machine.
 */
public final class TimingCost {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private TimingCost() {}

    /**
     * Measures and prints.
     *
     * @param arguments number of rounds, scale of the guest's work, sampling interval
     */
    public static void main(String[] arguments) throws IOException {
        int rounds = Integer.parseInt(arguments[0]);
        String boot = "scale=" + arguments[1] + " spe.walk=0 spe.interval=" + arguments[2];
        Path folder = Files.createTempDirectory("timing-cost");
        double[] part = new double[rounds];
        try (BundledGuest fixed = new BundledGuest();
                BundledGuest sampled = new BundledGuest(variant(folder, "sampled"));
                BundledGuest full = new BundledGuest(variant(folder, "full"))) {
            for (int i = -1; i < rounds; i++) {
                double ofFixed = seconds(fixed, boot);
                double ofSampled = seconds(sampled, boot);
                double ofFull = seconds(full, boot);
                System.out.printf(
                        Locale.ROOT,
                        "%s: fixed %.2f s, inorder sampled %.2f s, full %.2f s; sampled is %.1f%% of full%n",
                        i < 0 ? "warm-up" : "round " + (i + 1),
                        ofFixed,
                        ofSampled,
                        ofFull,
                        100 * ofSampled / ofFull);
                if (i >= 0) {
                    part[i] = ofSampled / ofFull;
                }
            }
        } finally {
            Files.delete(folder.resolve("sampled.json"));
            Files.delete(folder.resolve("full.json"));
            Files.delete(folder);
        }
        Arrays.sort(part);
        System.out.printf(
                Locale.ROOT,
                "with the default window the in-order model costs %.1f%% of what seeing every operation costs"
                        + " (median of %d rounds)%n",
                100 * part[rounds / 2],
                rounds);
    }

    private static String variant(Path folder, String mode) throws IOException {
        Path file = folder.resolve(mode + ".json");
        Files.writeString(
                file,
                "{\"id\": \"benchmark:" + mode + ":1\", \"bundles\": [{\"id\":"
                        + " \"dev.spelunk:dev.spelunk.timing.inorder:0.2.0-SNAPSHOT\"}], \"configurations\":"
                        + " {\"dev.spelunk.timing.inorder\": {\"mode\": \"" + mode
                        + "\"}}, \"extensions\": {\"spelunk-variant\":"
                        + " {\"json\": {\"extends\": \"default\", \"remove\": [\"dev.spelunk:dev.spelunk.timing.fixed\"]}}}}");
        return file.toString();
    }

    private static double seconds(BundledGuest guest, String boot) {
        try (Machine machine = guest.machine("kvm", boot)) {
            long began = THREADS.getCurrentThreadCpuTime();
            Result result = machine.run();
            long nanoseconds = THREADS.getCurrentThreadCpuTime() - began;
            if (result.ending() != Ending.EXITED || result.exitCode() != 0) {
                throw new IllegalStateException("the guest does not end well: " + result);
            }
            return nanoseconds / 1e9;
        }
    }
}
