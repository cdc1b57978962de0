// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.fixed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.profiling.ProfilingRulesBuilder;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.testkit.Configs;
import dev.spelunk.testkit.Operations;
import dev.spelunk.testkit.TestMachine;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fixed cycles for each class. */
class FixedTimingModelTest {
    private static final Map<String, Object> CYCLES =
            Map.of("issue", 2, "other", 10, "branch", 20, "load", 30, "store", 40, "atomic", 50, "translation", 7);

    private static FixedTimingModel model(Map<String, Object> changed) {
        return new FixedTimingModel(Configs.of(FixedTimingModel.Config.class, changed));
    }

    private static OperationTimer timer(Map<String, Object> changed, long events) {
        ProfilingRulesBuilder rules = new ProfilingRulesBuilder();
        rules.events = events;
        return model(changed)
                .create(TestMachine.builder()
                        .profiling(rules.build().extension())
                        .build()
                        .context);
    }

    private static Operation timed(OperationTimer timer, int operationClass, int flags) {
        Operation operation = Operations.of(0, operationClass, flags);
        operation.events = 0x43;
        timer.time(operation);
        return operation;
    }

    @Test
    @DisplayName("Total latency is issue plus class, and translation for a data access")
    void classes() {
        OperationTimer timer = timer(CYCLES, 0xFFF);
        assertThat(timed(timer, Operation.OTHER, 0).totalLatency).isEqualTo(12);
        assertThat(timed(timer, Operation.BRANCH, Operation.TAKEN).totalLatency).isEqualTo(22);
        assertThat(timed(timer, Operation.LOAD_STORE, Operation.LOAD | Operation.HAS_VA).totalLatency)
                .isEqualTo(39);
        assertThat(timed(timer, Operation.LOAD_STORE, Operation.STORE | Operation.HAS_VA).totalLatency)
                .isEqualTo(49);
        assertThat(timed(
                                timer,
                                Operation.LOAD_STORE,
                                Operation.LOAD | Operation.STORE | Operation.ATOMIC | Operation.HAS_VA)
                        .totalLatency)
                .isEqualTo(59);
        assertThat(timed(timer, Operation.OTHER, 0).issueLatency).isEqualTo(2);
        assertThat(timer.warmingWindow()).isZero();
    }

    @Test
    @DisplayName("Translation latency belongs to accesses that happened")
    void translation() {
        OperationTimer timer = timer(CYCLES, 0xFFF);
        Operation load = timed(timer, Operation.LOAD_STORE, Operation.LOAD | Operation.HAS_VA);
        assertThat(load.is(Operation.HAS_TRANSLATION_LATENCY)).isTrue();
        assertThat(load.translationLatency).isEqualTo(7);
        Operation aborted = timed(timer, Operation.LOAD_STORE, Operation.LOAD | Operation.HAS_VA | Operation.EXCEPTION);
        assertThat(aborted.is(Operation.HAS_TRANSLATION_LATENCY)).isFalse();
        assertThat(timed(timer, Operation.OTHER, 0).is(Operation.HAS_TRANSLATION_LATENCY))
                .isFalse();
    }

    @Test
    @DisplayName("No event and no data source is made up; what the PE knew stays")
    void nothingMadeUp() {
        OperationTimer timer = timer(CYCLES, -1L);
        Operation load = timed(
                timer,
                Operation.LOAD_STORE,
                Operation.LOAD | Operation.HAS_VA | Operation.MISALIGNED | Operation.TLB_WALK);
        assertThat(load.events).isEqualTo(0x43);
        assertThat(load.is(Operation.HAS_DATA_SOURCE)).isFalse();
    }

    @Test
    @DisplayName("Misaligned accesses have event 11 only where they take longer and the composed rules know it")
    void misaligned() {
        int flags = Operation.LOAD | Operation.HAS_VA | Operation.MISALIGNED;
        Operation slow = timed(timer(Map.of("misaligned", 6), 0xFFF), Operation.LOAD_STORE, flags);
        assertThat(slow.events).isEqualTo(0x843);
        assertThat(slow.totalLatency).isEqualTo(1 + 3 + 1 + 6);
        Operation base = timed(timer(Map.of("misaligned", 6), 0x7FF), Operation.LOAD_STORE, flags);
        assertThat(base.events).isEqualTo(0x43);
        assertThat(base.totalLatency).isEqualTo(11);
        Operation same = timed(timer(Map.of(), 0xFFF), Operation.LOAD_STORE, flags);
        assertThat(same.events).isEqualTo(0x43);
        assertThat(same.totalLatency).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"issue", "other", "branch", "load", "store", "atomic", "translation", "misaligned"})
    @DisplayName("Cycles out of range are refused with PID, key and range")
    void refused(String key) {
        for (int value : new int[] {-1, 1_000_001}) {
            assertThatThrownBy(() -> model(Map.of(key, value)))
                    .isInstanceOf(BadInputException.class)
                    .hasMessage("dev.spelunk.timing.fixed: " + key + " is " + value
                            + ", but must be from 0 to 1000000 cycles");
        }
    }
}
