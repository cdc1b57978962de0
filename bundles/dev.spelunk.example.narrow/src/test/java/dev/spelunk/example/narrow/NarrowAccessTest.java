// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.example.narrow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.testkit.Operations;
import dev.spelunk.testkit.TestMachine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NarrowAccessTest {
    private static final long EVENT = 1L << NarrowAccess.BIT;
    private final ProfilingRulesBuilder rules = new ProfilingRulesBuilder();

    @BeforeEach
    void contribute() {
        new NarrowAccess().contribute(rules);
    }

    @Test
    void theEventCanBeRecordedAndFiltered() {
        assertThat(rules.events).isEqualTo(EVENT);
        assertThat(rules.filterableEvents).isEqualTo(EVENT);
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "4, false", "8, false", "16, false"})
    void accessesOfFewerThanFourBytesHaveIt(int size, boolean expected) {
        assertThat(events(size, Operation.HAS_VA)).isEqualTo(expected ? EVENT : 0);
    }

    @Test
    void whatHasNoDataAddressDoesNot() {
        assertThat(events(0, 0)).isZero();
    }

    private long events(int size, int flags) {
        Operation sample = Operations.of(Operation.LOAD_STORE, flags);
        sample.accessSize = size;
        rules.build().collectors().get(0).collect(TestMachine.builder().build().context, sample);
        return sample.events;
    }
}
