// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.hypervisor.kvm.ModelledGuest.Action;
import dev.spelunk.hypervisor.kvm.ModelledGuest.Step;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Arbitrary interleavings of what guest, SPU, host memory, scheduler and swaps do, with every invariant at every
 * step: those of the register handling are the check's own, which the world switch runs here as with --check.
 */
class ModelCheckTest {
    /** How many sequences; each has half of {@link #STEPS} steps on the average. */
    private static final int SEQUENCES = Integer.getInteger("jqwik.tries.default", 2200);

    private static final int STEPS = 1000;
    private static long taken;
    /** What the sequences reached, by name. */
    private static final SortedMap<String, Long> REACHED = new TreeMap<>();

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Action> action = Arbitraries.frequency(
                Tuple.of(6, Action.WRITE_POINTER),
                Tuple.of(10, Action.ENABLE),
                Tuple.of(4, Action.DISABLE),
                Tuple.of(8, Action.CLEAR_STATUS),
                Tuple.of(1, Action.SET_STATUS),
                Tuple.of(6, Action.MAP),
                Tuple.of(1, Action.MAP_ELSEWHERE),
                Tuple.of(1, Action.MAP_NOWHERE),
                Tuple.of(1, Action.MAP_READ_ONLY),
                Tuple.of(1, Action.UNMAP),
                Tuple.of(30, Action.SAMPLE),
                Tuple.of(6, Action.RUN),
                Tuple.of(6, Action.TOUCH),
                Tuple.of(4, Action.UNRELATED_EXIT),
                Tuple.of(12, Action.HOST_MEMORY),
                Tuple.of(1, Action.SWAP_POLICY),
                Tuple.of(1, Action.SWAP_HYPERVISOR),
                Tuple.of(1, Action.PREEMPTION));
        Arbitrary<Step> step = Combinators.combine(
                        action,
                        Arbitraries.integers().between(0, ModelledGuest.PAGES),
                        Arbitraries.integers().between(0, 66))
                .as(Step::new);
        return step.list().ofMinSize(1).ofMaxSize(STEPS).withSizeDistribution(RandomDistribution.uniform());
    }

    @Property(seed = "20261121")
    void everyInvariantHoldsAtEveryStep(@ForAll("steps") List<Step> steps) {
        ModelledGuest guest = new ModelledGuest();
        for (Step step : steps) {
            guest.take(step);
            taken++;
        }
        guest.end();
        guest.reached().forEach((name, count) -> REACHED.merge(name, count, Long::sum));
    }

    @AfterContainer
    static void theStepsReachedWhatThereIs() {
        System.out.println("ModelCheckTest: " + taken + " steps");
        assertThat(taken).isGreaterThanOrEqualTo(SEQUENCES * (STEPS * 9L / 20));
        assertThat(REACHED.keySet())
                .contains(
                        "records",
                        "blackouts",
                        "SPU stage 2 faults",
                        "blackout operations",
                        "pages reclaimed",
                        "pages brought back in",
                        "pages migrated",
                        "pages merged",
                        "pages copied on write",
                        "huge pages split",
                        "huge pages made",
                        "host memory events that a pin refused",
                        "buffer full",
                        "stage 1 fault",
                        "stage 1 fault found at enable",
                        "external abort",
                        "access not allowed",
                        "buffer size too large");
    }
}
