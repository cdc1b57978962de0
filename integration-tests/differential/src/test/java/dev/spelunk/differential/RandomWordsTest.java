// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A stream of any words: each is executed, UNDEFINED or trapped, and the host sees no exception. */
class RandomWordsTest {
    private static final long WORDS = 10_000_000;

    @Test
    void everyWordIsExecutedUndefinedOrTrappedAndObservingItChangesNothing() {
        CoreEngine core = ProcessingElementTest.core(85, 0, CoreEngine.Form.SINGLE);
        CoreEngine observed = ProcessingElementTest.core(85, 0, CoreEngine.Form.OBSERVED);
        SplitMix random = new SplitMix(VectorRun.SEED);
        SplitMix sameRandom = new SplitMix(VectorRun.SEED);
        Map<Outcome.End, Long> counts = new EnumMap<>(Outcome.End.class);
        long done = 0;
        while (done < WORDS) {
            Map<Outcome.End, Long> some = core.executeEach(random);
            assertThat(observed.executeEach(sameRandom)).isEqualTo(some);
            some.forEach((end, count) -> counts.merge(end, count, Long::sum));
            done += some.values().stream().mapToLong(Long::longValue).sum();
        }
        System.out.println(done + " random words: " + counts);
        assertThat(counts.keySet()).contains(Outcome.End.values());
        // Most of the encoding space is empty, but not all of it.
        assertThat(counts.get(Outcome.End.UNDEFINED)).isBetween(done / 2, done * 9 / 10);
        assertThat(counts.get(Outcome.End.EXIT)).isGreaterThan(done / 10);
    }
}
