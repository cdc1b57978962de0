// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.machine.Parts;
import dev.spelunk.api.machine.SwapRequest;
import dev.spelunk.api.machine.SwapService;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts are exchanged for equal ones while the guest profiles itself, and nothing that it can see changes. */
class SwapTest {
    private static final int SWAPS = 100;
    private static final List<String> PARTS =
            List.of(Parts.PE, Parts.MMU, Parts.SPU, Parts.TIMING, Parts.FEATURES, Parts.REGISTERS);
    private static Machines.Run undisturbed;

    private static Machines.Setup setup() {
        return Machines.setup().append("workload=sort,scan switch=1 spe.jitter=1 spe.interval=1024 spe.buffer=16K").seed(3);
    }

    @BeforeAll
    static void runWithoutSwaps() {
        undisturbed = setup().run();
        assertThat(undisturbed.result().ending()).as(undisturbed.told()).isEqualTo(Ending.EXITED);
        assertThat(undisturbed.result().exitCode()).as(undisturbed.told()).isZero();
        assertThat(undisturbed.records()).isNotEmpty();
    }

    /** What a swap of the part makes anew. */
    private static Function<PeContext, Object> object(String part) {
        switch (part) {
            case Parts.PE:
                return pe -> pe.core;
            case Parts.MMU:
                return pe -> pe.translator;
            case Parts.TIMING:
                return pe -> pe.timer;
            case Parts.REGISTERS:
                return pe -> pe.registers;
            default:
                return pe -> pe.sampler;
        }
    }

    private static void scheduleSwaps(Machine machine, SwapService swaps, String part, long seed) {
        Random random = new Random(seed);
        long total = undisturbed.result().instructions();
        for (int i = 0; i < SWAPS; i++) {
            // From when the guest has set up its driver to shortly before its end.
            long at = (long) (total * (0.02 + 0.97 * random.nextDouble()));
            swaps.swapAt(machine, at, SwapRequest.anew(part));
        }
    }

    private static void assertUnchanged(Machines.Run run) {
        assertThat(run.console()).isEqualTo(undisturbed.console());
        assertThat(run.result().instructions()).isEqualTo(undisturbed.result().instructions());
        assertThat(run.result().cycles()).isEqualTo(undisturbed.result().cycles());
        assertThat(run.result().exits()).isEqualTo(undisturbed.result().exits());
        assertThat(run.result().traps()).isEqualTo(undisturbed.result().traps());
        assertThat(run.result().bufferEvents()).isEqualTo(undisturbed.result().bufferEvents());
        assertThat(run.result().counters()).isEqualTo(undisturbed.result().counters());
        assertThat(run.records()).isEqualTo(undisturbed.records());
    }

    @ParameterizedTest
    @ValueSource(strings = {Parts.PE, Parts.MMU, Parts.SPU, Parts.TIMING, Parts.FEATURES, Parts.REGISTERS})
    @DisplayName("a hundred swaps of one part")
    void onePart(String part) {
        Object[] first = new Object[1];
        assertUnchanged(setup().run((machine, swaps) -> {
            first[0] = object(part).apply(machine.pes().get(0));
            scheduleSwaps(machine, swaps, part, 11);
        }, (machine, swaps) -> assertThat(object(part).apply(machine.pes().get(0))).isNotSameAs(first[0])));
    }

    @Test
    @DisplayName("a hundred swaps of every part in one run")
    void everyPart() {
        assertUnchanged(setup().run((machine, swaps) -> {
            for (String part : PARTS) {
                scheduleSwaps(machine, swaps, part, 100 + PARTS.indexOf(part));
            }
        }, (machine, swaps) -> { }));
    }

    @Test
    @DisplayName("swaps from another thread, whenever they come")
    void anotherThread() throws InterruptedException {
        int[] done = new int[1];
        RuntimeException[] failure = new RuntimeException[1];
        Thread[] thread = new Thread[1];
        boolean[] ended = new boolean[1];
        assertUnchanged(setup().run((machine, swaps) -> {
            thread[0] = new Thread(() -> {
                try {
                    while (machine.instructions() == 0) {
                        Thread.onSpinWait();
                    }
                    while (!ended(ended) && done[0] < SWAPS) {
                        swaps.swap(machine, SwapRequest.anew(PARTS.get(done[0] % PARTS.size())));
                        done[0]++;
                    }
                } catch (RuntimeException e) {
                    failure[0] = e;
                }
            }, "swaps");
            thread[0].start();
        }, (machine, swaps) -> end(ended)));
        thread[0].join();
        if (failure[0] != null) {
            throw failure[0];
        }
        assertThat(done[0]).isPositive();
    }

    private static synchronized boolean ended(boolean[] flag) {
        return flag[0];
    }

    private static synchronized void end(boolean[] flag) {
        flag[0] = true;
    }
}
