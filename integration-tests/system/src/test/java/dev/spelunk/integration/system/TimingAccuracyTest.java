// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.parts.TimingModel;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The in-order model that sees only windows before samples against the same model that sees every operation:
 * both are fed from one run, each with state of its own, and asked about the same samples.
 */
class TimingAccuracyTest {
    private static final int INTERVAL = 4096;
    private static final long MOST_INSTRUCTIONS = 24_000_000;
    private static final double PERCENTAGE_POINTS = 3;
    private static final double PART = 0.05;

    @TempDir
    private static Path folder;

    /** What the samples of one model say. */
    private static final class Samples {
        private static final int[] EVENTS = {3, 5, 7, 9};
        private static final String[] NAMES = {"L1D refill", "TLB walk", "mispredicted", "last level miss"};
        private final long[] events = new long[EVENTS.length];
        private final long[] latencies = new long[3];
        private long operations;
        private long accesses;
        private long branches;

        void add(Operation o) {
            operations++;
            accesses += o.events >>> 4 & 1;
            branches += o.operationClass == Operation.BRANCH ? 1 : 0;
            for (int i = 0; i < EVENTS.length; i++) {
                events[i] += o.events >>> EVENTS[i] & 1;
            }
            latencies[0] += o.totalLatency;
            latencies[1] += o.issueLatency;
            latencies[2] += o.translationLatency;
        }

        double rate(int i) {
            return 100.0 * events[i] / Math.max(1, EVENTS[i] == 7 ? branches : accesses);
        }

        double mean(int i) {
            return (double) latencies[i] / Math.max(1, i == 2 ? accesses : operations);
        }
    }

    /** Feeds both models; takes a sample about every {@link #INTERVAL} operations. */
    private static final class Both implements OperationTimer {
        private final OperationTimer windowed;
        private final OperationTimer full;
        private final Samples ofWindowed = new Samples();
        private final Samples ofFull = new Samples();
        private final Operation copy = new Operation();
        private long left = INTERVAL;
        private long seen;
        private long operations;
        private int jitter = 1;

        Both(PeContext pe) {
            windowed = model("inorder-sampled").create(scratch(pe));
            full = model("inorder-full").create(scratch(pe));
        }

        private static TimingModel model(String variant) {
            return Machines.composition(variant(variant)).service(TimingModel.class);
        }

        /** The same PE with microarchitectural state of its own. */
        private static PeContext scratch(PeContext pe) {
            PeContext context = new PeContext(new MachineState(1, new PhysicalMemory(0, 4096), 1), pe.pe);
            context.architecture = pe.architecture;
            return context;
        }

        @Override
        public int warmingWindow() {
            return EVERY_OPERATION;
        }

        @Override
        public void warm(Operation operation) {
            operations++;
            left--;
            if (left > 0) {
                if (left <= windowed.warmingWindow()) {
                    seen++;
                    windowed.warm(operation);
                }
                full.warm(operation);
                return;
            }
            seen++;
            copy.copyFrom(operation);
            windowed.time(copy);
            ofWindowed.add(copy);
            copy.copyFrom(operation);
            full.time(copy);
            ofFull.add(copy);
            jitter = jitter * 1103515245 + 12345;
            left = INTERVAL + (jitter >>> 24);
        }

        @Override
        public void time(Operation operation) {
            warm(operation);
        }

        @Override
        public void invalidate() {
            windowed.invalidate();
            full.invalidate();
        }
    }

    private static String variant(String name) {
        Path file = folder.resolve(name + ".json");
        String mode = name.substring("inorder-".length());
        try {
            Files.writeString(
                    file,
                    "{\"id\": \"test:" + name + ":1\", \"bundles\": [{\"id\":"
                            + " \"dev.spelunk:dev.spelunk.timing.inorder:0.2.0-SNAPSHOT\"}], \"configurations\":"
                            + " {\"dev.spelunk.timing.inorder\": {\"mode\": \"" + mode
                            + "\"}}, \"extensions\": {\"spelunk-variant\":"
                            + " {\"json\": {\"extends\": \"default\", \"remove\": [\"dev.spelunk:dev.spelunk.timing.fixed\"]}}}}");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return file.toString();
    }

    private static void compare(String workload, Machines.Setup setup) {
        Both[] both = new Both[1];
        Machines.Run run = setup.limit(MOST_INSTRUCTIONS)
                .run(
                        (machine, swaps) -> {
                            both[0] = new Both(machine.pes().get(0));
                            machine.pes().get(0).latencyModel = both[0];
                        },
                        (machine, swaps) -> {});
        Samples sampled = both[0].ofWindowed;
        Samples full = both[0].ofFull;
        assertThat(both[0].operations).as(run.told()).isGreaterThan(1_000_000);
        assertThat(sampled.accesses).isEqualTo(full.accesses).isGreaterThan(20);
        for (int i = 0; i < Samples.EVENTS.length; i++) {
            System.out.printf(
                    Locale.ROOT,
                    "%-28s %-16s %7.2f%% of %7.2f%%%n",
                    workload,
                    Samples.NAMES[i],
                    sampled.rate(i),
                    full.rate(i));
        }
        System.out.printf(
                Locale.ROOT,
                "%-28s latency %.2f of %.2f, issue %.2f of %.2f, translation %.2f of %.2f; saw %.1f%%%n",
                workload,
                sampled.mean(0),
                full.mean(0),
                sampled.mean(1),
                full.mean(1),
                sampled.mean(2),
                full.mean(2),
                100.0 * both[0].seen / both[0].operations);
        for (int i = 0; i < Samples.EVENTS.length; i++) {
            assertThat(sampled.rate(i))
                    .as("%s: %s, %%", workload, Samples.NAMES[i])
                    .isBetween(full.rate(i) - PERCENTAGE_POINTS, full.rate(i) + PERCENTAGE_POINTS);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(sampled.mean(i))
                    .as("%s: mean latency %d", workload, i)
                    .isBetween(full.mean(i) * (1 - PART), full.mean(i) * (1 + PART));
        }
        assertThat(both[0].seen).as("operations that the windows show").isLessThan(both[0].operations / 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pointer-chase", "sort", "matrix", "scan"})
    @DisplayName("Workloads of the bundled guest")
    void bundled(String workload) {
        compare(workload, Machines.setup().append("spe=off workload=" + workload));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kernels-O2.elf", "kernels-O3.elf", "json-O2.elf", "strings-O2.elf", "sha256-O2.elf"})
    @DisplayName("Compiled kernels")
    void kernels(String program) throws IOException, InterruptedException {
        compare(program, Machines.setup().hypervisor("none").guest(Guests.built("TimingAccuracyTest", program)));
    }
}
