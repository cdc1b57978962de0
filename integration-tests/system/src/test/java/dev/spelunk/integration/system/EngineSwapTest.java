// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.SwapReport;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.machine.SwapService;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.composition.Overrides;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Interpreter and translator take each other's place while the guest profiles itself: records stay the same, and nothing is
 * left of an engine that has gone. {@code -Dspelunk.swaps=N} says how many swaps.
 */
class EngineSwapTest {
    private static final int SWAPS = Integer.getInteger("spelunk.swaps", 100);
    /** Classes that a run may load for the first time, apart from translated code. */
    private static final int OTHER_CLASSES = 400;

    @BeforeAll
    static void home() {
        Machines.setup();
    }

    @Test
    void nothingChangesAndNothingStays() throws InterruptedException {
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        Overrides all = Overrides.NONE.withConfiguration("dev.spelunk.pe.translator", Map.of("translate", "all"));
        try (Composition composition = new Composition("default", null, all)) {
            RunOptions options = RunOptions.of(Guests.BUNDLED)
                    .withBootArguments("workload=sort,scan switch=1 spe.jitter=1 spe.interval=1024 spe.buffer=16K")
                    .withSeed(3);
            byte[] expected;
            long instructions;
            try (Machine machine = composition.machine(options)) {
                Result result = machine.run();
                assertThat(result.ending()).isEqualTo(Ending.EXITED);
                expected = Machines.records(machine);
                instructions = result.instructions();
            }
            assertThat(expected).isNotEmpty();
            int loaded = classes.getLoadedClassCount();
            long before = classes.getTotalLoadedClassCount();
            try (Machine machine = composition.machine(options)) {
                SwapService swaps = composition.service(SwapService.class);
                Random random = new Random(7);
                long[] points = random.longs(SWAPS, instructions / 50, instructions * 49 / 50)
                        .sorted()
                        .toArray();
                for (int i = 0; i < SWAPS; i++) {
                    String with = i % 2 == 0 ? "translator" : "interpreter";
                    swaps.swapAt(machine, points[i], new SwapRequest(Parts.PE, null, with, false));
                }
                Result result = machine.run();
                assertThat(result.instructions()).isEqualTo(instructions);
                assertThat(Machines.records(machine)).isEqualTo(expected);
                SwapReport report = swaps.report(machine);
                assertThat(report.refused()).isEmpty();
                assertThat(report.swaps()).isEqualTo(SWAPS);
            }
            assertThat(classes.getTotalLoadedClassCount() - before)
                    .as("classes of translated code")
                    .isGreaterThan(10L * SWAPS);
            for (int i = 0; i < 50 && classes.getLoadedClassCount() > loaded + OTHER_CLASSES; i++) {
                System.gc();
                Thread.sleep(100);
            }
            assertThat(classes.getLoadedClassCount()).as("classes that stay").isLessThan(loaded + OTHER_CLASSES);
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("spelunk-translator");
    }
}
