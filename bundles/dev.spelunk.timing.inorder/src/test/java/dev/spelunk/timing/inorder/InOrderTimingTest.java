// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.timing.OperationTimer;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InOrderTimingTest {
    private static final long L1D_ACCESS = 1 << 2;
    private static final long L1D_REFILL = 1 << 3;
    private static final long TLB_ACCESS = 1 << 4;
    private static final long TLB_WALK = 1 << 5;
    private static final long MISPREDICTED = 1 << 7;
    private static final long LLC_ACCESS = 1 << 8;
    private static final long LLC_MISS = 1 << 9;
    private static final long MISALIGNED = 1 << 11;
    private static final long L2D_ACCESS = 1 << 19;
    private static final long L2D_MISS = 1 << 20;
    private static final long A = 0x4010_0000L;

    private final Models pe = new Models(Map.of("dataSource", "neoverse", "queueEntries", 1, "width", 1));

    /** A load that waits for nothing before it, so that its latency is that of the access alone. */
    private Operation alone(long va) {
        pe.context.pe.executed += 10;
        pe.add();
        return pe.load(va);
    }

    @Test
    @DisplayName("A first access comes from memory after a walk, the next from the L1D: events, latency and source")
    void coldAndWarm() {
        Operation cold = alone(A);
        assertThat(cold.events)
                .isEqualTo(L1D_ACCESS
                        | L1D_REFILL
                        | TLB_ACCESS
                        | TLB_WALK
                        | LLC_ACCESS
                        | LLC_MISS
                        | L2D_ACCESS
                        | L2D_MISS);
        assertThat(cold.translationLatency).isEqualTo(30);
        assertThat(cold.totalLatency - cold.issueLatency).isEqualTo(120 + 30);
        assertThat(cold.dataSource).isEqualTo(0xE);
        Operation warm = alone(A + 8);
        assertThat(warm.events).isEqualTo(L1D_ACCESS | TLB_ACCESS);
        assertThat(warm.totalLatency - warm.issueLatency).isEqualTo(4 + 1);
        assertThat(warm.dataSource).isZero();
        assertThat(warm.is(Operation.HAS_DATA_SOURCE)).isTrue();
    }

    @Test
    @DisplayName("What the L1D gave up comes from the L2, what that gave up from the last level")
    void levels() {
        pe.use(Map.of(
                "dataSource", "neoverse", "l1dSize", 1, "l1dWays", 1, "l2Size", 2, "l2Ways", 1, "lastLevelSize", 64));
        alone(A);
        alone(A + 1024);
        Operation second = alone(A);
        assertThat(second.dataSource).isEqualTo(0x8);
        assertThat(second.events & (L2D_ACCESS | L2D_MISS | LLC_ACCESS | L1D_REFILL))
                .isEqualTo(L2D_ACCESS | L1D_REFILL);
        assertThat(second.totalLatency - second.issueLatency).isEqualTo(11 + 1);
        alone(A + 2048);
        Operation third = alone(A);
        assertThat(third.dataSource).isEqualTo(0xB);
        assertThat(third.events & (LLC_ACCESS | LLC_MISS)).isEqualTo(LLC_ACCESS);
    }

    @Test
    @DisplayName("Without a last level there are no last level events, and what the L2 has not is memory's")
    void noLastLevel() {
        pe.use(Map.of("dataSource", "neoverse", "lastLevelSize", 0));
        Operation cold = alone(A);
        assertThat(cold.events & (LLC_ACCESS | LLC_MISS)).isZero();
        assertThat(cold.dataSource).isEqualTo(0xE);
    }

    @Test
    @DisplayName("Pages of a mapping share a TLB entry; the same page of another address space does not")
    void tlb() {
        alone(A);
        assertThat(alone(A + 64).events & TLB_WALK).isZero();
        assertThat(pe.access(Models.LDR, Operation.LOAD, A, A + 0x10_0000, 8).events & TLB_WALK)
                .isNotZero();
        Operation large =
                pe.operation(Models.LDR, Operation.LOAD_STORE, Operation.LOAD | Operation.HAS_VA | Operation.HAS_PA);
        large.va = 0x8000_0000L;
        large.pa = 0x6000_0000L;
        large.pageBits = 21;
        assertThat(pe.timed(large).events & TLB_WALK).isNotZero();
        large.va += 0x12_3000;
        large.pa += 0x12_3000;
        large.events = 0;
        pe.context.pe.executed++;
        assertThat(pe.timed(large).events & TLB_WALK).isZero();
    }

    @Test
    @DisplayName("The L2 TLB serves what the DTLB gave up")
    void secondTlb() {
        pe.use(Map.of("dtlbEntries", 1, "dtlbWays", 1));
        alone(A);
        alone(A + 0x1000);
        Operation back = alone(A);
        assertThat(back.events & TLB_WALK).isZero();
        assertThat(back.translationLatency).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"0xd508871f, true", "0xd5088720, true", "0xd5088721, false", "0xd503201f, false"})
    @DisplayName("TLBI drops what it names: all, the page in X0, or another page; other operations nothing")
    void tlbi(String word, boolean walks) {
        alone(A);
        pe.context.pe.x[0] = A >>> 12;
        pe.context.pe.x[1] = (A >>> 12) + 7;
        pe.timed(pe.operation((int) Long.parseLong(word.substring(2), 16), Operation.OTHER, Operation.MAINTENANCE));
        assertThat((alone(A).events & TLB_WALK) != 0).isEqualTo(walks);
    }

    @Test
    @DisplayName("An access over the end of a line takes longer, and has event 11 when it is misaligned")
    void misaligned() {
        alone(A);
        alone(A + 64);
        pe.context.pe.executed += 10;
        pe.add();
        Operation over = pe.load(A + 60);
        assertThat(over.events & MISALIGNED).isNotZero();
        assertThat(over.totalLatency - over.issueLatency).isEqualTo(4 + 1 + 2);
        assertThat(alone(A + 33).events & MISALIGNED).as("within a line").isZero();
    }

    @Test
    @DisplayName("Stores have no data source and do not wait for memory; Device accesses no cache events")
    void others() {
        pe.add();
        Operation store = pe.store(A);
        assertThat(store.is(Operation.HAS_DATA_SOURCE)).isFalse();
        assertThat(store.events).isEqualTo(L1D_ACCESS | L1D_REFILL | TLB_ACCESS | TLB_WALK | LLC_ACCESS | LLC_MISS);
        assertThat(store.totalLatency - store.issueLatency).isEqualTo(1 + 30);
        Operation device = pe.access(Models.LDR, Operation.LOAD | Operation.NON_CACHEABLE, A + 0x1000, 0x900_0000L, 4);
        assertThat(device.events).isEqualTo(TLB_ACCESS | TLB_WALK);
        assertThat(device.is(Operation.HAS_DATA_SOURCE)).isFalse();
    }

    @Test
    @DisplayName("An access that ended in an exception did not happen")
    void exception() {
        Operation o = pe.access(Models.LDR, Operation.LOAD | Operation.EXCEPTION, A, A, 8);
        assertThat(o.events).isZero();
        assertThat(o.is(Operation.HAS_TRANSLATION_LATENCY | Operation.HAS_DATA_SOURCE))
                .isFalse();
        assertThat(alone(A).events & L1D_REFILL).isNotZero();
    }

    @Test
    @DisplayName("An operation issues when what it reads is ready, in order")
    void dependence() {
        pe.use(Map.of("queueEntries", 8, "width", 1));
        alone(A);
        pe.context.pe.executed += 10;
        Operation load = pe.load(A);
        Operation free = pe.timed(pe.operation(0x8B0A0129, Operation.OTHER, 0));
        assertThat(free.issueLatency)
                .as("add x9, x9, x10 reads nothing that is not ready")
                .isLessThanOrEqualTo(2);
        Operation user = pe.timed(pe.operation(0x8B000000, Operation.OTHER, 0));
        assertThat(user.issueLatency)
                .as("add x0, x0, x0 waits for the load")
                .isGreaterThanOrEqualTo(load.totalLatency - 4);
    }

    @Test
    @DisplayName("A loop's branch is learned; its end, an unknown target and a stray return are mispredicted")
    void prediction() {
        int conditional = Operation.CONDITIONAL | Operation.TAKEN;
        for (int i = 0; i < 20; i++) {
            pe.branch(A, conditional, A - 64);
        }
        assertThat(pe.branch(A, conditional, A - 64).events & MISPREDICTED).isZero();
        assertThat(pe.branch(A, Operation.CONDITIONAL | Operation.CONDITION_FAILED, 0).events & MISPREDICTED)
                .isNotZero();
        int indirect = Operation.INDIRECT | Operation.TAKEN;
        assertThat(pe.branch(A + 8, indirect, A + 800).events & MISPREDICTED).isNotZero();
        assertThat(pe.branch(A + 8, indirect, A + 800).events & MISPREDICTED).isZero();
        pe.branch(A + 16, Operation.BRANCH_WITH_LINK | Operation.TAKEN, A + 900);
        int procedureReturn = indirect | Operation.PROCEDURE_RETURN;
        assertThat(pe.branch(A + 900, procedureReturn, A + 20).events & MISPREDICTED)
                .isZero();
        assertThat(pe.branch(A + 900, procedureReturn, A + 24).events & MISPREDICTED)
                .isNotZero();
        assertThat(pe.branch(A + 32, Operation.TAKEN, A + 4000).events & MISPREDICTED)
                .as("a direct branch")
                .isZero();
    }

    @Test
    @DisplayName("Alternating outcomes are learned from the history")
    void history() {
        int wrong = 0;
        for (int i = 0; i < 200; i++) {
            int outcome = i % 2 == 0 ? Operation.TAKEN : Operation.CONDITION_FAILED;
            boolean mispredicted = (pe.branch(A, Operation.CONDITIONAL | outcome, A + 40).events & MISPREDICTED) != 0;
            wrong += i >= 100 && mispredicted ? 1 : 0;
        }
        assertThat(wrong).isZero();
    }

    @Test
    @DisplayName("A model made anew goes on with the machine's state; one of another shape begins empty")
    void swap() {
        alone(A);
        Map<String, Object> same = Map.of("dataSource", "neoverse", "queueEntries", 1, "width", 1);
        pe.use(same);
        assertThat(alone(A).events & L1D_REFILL).isZero();
        pe.use(Map.of("l1dSize", 32));
        assertThat(alone(A).events & L1D_REFILL).isNotZero();
    }

    @Test
    @DisplayName(
            "The window is that of the configuration, every operation while the last level is cold, and in full mode")
    void window() {
        pe.use(Map.of("warmingWindow", 77));
        assertThat(pe.timer.warmingWindow()).isEqualTo(77);
        for (int i = 0; i < 400; i++) {
            pe.timer.warm(pe.load(A + 64L * i));
        }
        assertThat(pe.timer.warmingWindow()).as("every line is new").isEqualTo(OperationTimer.EVERY_OPERATION);
        for (int i = 0; i < 200_000; i++) {
            pe.timer.warm(pe.operation(Models.ADD, Operation.OTHER, 0));
        }
        assertThat(pe.timer.warmingWindow()).isEqualTo(77);
        pe.use(Map.of("warmingWindow", 77, "mode", "full"));
        assertThat(pe.timer.warmingWindow()).isEqualTo(OperationTimer.EVERY_OPERATION);
        assertThat(pe.timer.report())
                .containsExactly("inorder: every operation went through caches, TLBs and predictor");
    }

    @Test
    @DisplayName("Without a share for priming the window stays, and the report says when the last level is stale")
    void stale() {
        pe.use(Map.of("warmingWindow", 50, "primingShare", 0, "lastLevelSize", 64));
        assertThat(pe.timer.report()).hasSize(2).last().isEqualTo("last level: current");
        for (int sample = 0; sample < 100; sample++) {
            pe.context.pe.executed += 1000;
            for (int i = 0; i < 50; i++) {
                pe.load(A + 64L * (50 * sample + i));
            }
        }
        assertThat(pe.timer.warmingWindow()).isEqualTo(50);
        assertThat(pe.timer.report().get(0))
                .contains("50 operations before each sample", "they saw 4.8% of the operations");
        assertThat(pe.timer.report().get(1))
                .startsWith("last level: STALE: about 100,")
                .contains("it holds 1,024");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mode           | half | mode is half, but must be sampled or full
            dataSource     | x1   | dataSource is x1, but must be none or neoverse
            warmingWindow  | -1   | warmingWindow is -1, but must be from 0 to 1000000
            primingShare   | 101  | primingShare is 101, but must be from 0 to 100
            l2Latency      | -1   | l2Latency is -1, but must be from 0 to 100000
            targetEntries  | 3    | targetEntries is 3, but must be a power of two from 1 to 1048576
            l1dWays        | 0    | l1dWays is 0, but must be from 1 to 1024
            l1dSize        | 48   | l1dSize 48 and l1dWays 4 do not make a power of two of sets: they make 768 entries / 4 ways
            """)
    @DisplayName("What is out of range is refused with PID, key and range")
    void refused(String key, String value, String message) {
        Object typed = value.matches("-?\\d+") ? (Object) Integer.valueOf(value) : value;
        assertThatThrownBy(() -> Models.model(Map.of(key, typed)))
                .isInstanceOf(BadInputException.class)
                .hasMessage("dev.spelunk.timing.inorder: " + message);
    }
}
