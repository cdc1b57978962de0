// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.testkit.Operations;
import dev.spelunk.testkit.TestMachine;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The filters of FEAT_SPE (DDI 0487, D17.5). */
class FiltersTest {
    private static final long FE = 1;
    private static final long FT = 2;
    private static final long FL = 4;
    private static final long B = 1 << 16;
    private static final long LD = 1 << 17;
    private static final long ST = 1 << 18;

    private final PeContext context = TestMachine.builder().build().context;
    private final ProfilingRules rules = Composed.rules(false);

    private boolean kept(long pmsfcr, long pmsevfr, long minlat, Operation operation) {
        context.register(SystemRegister.PMSFCR_EL1, pmsfcr);
        context.register(SystemRegister.PMSEVFR_EL1, pmsevfr);
        context.register(SystemRegister.PMSLATFR_EL1, minlat);
        return !Composed.rejects(context, rules, operation);
    }

    private static Operation events(long events) {
        Operation operation = Operations.of(Operation.OTHER, 0);
        operation.events = events;
        return operation;
    }

    private static Operation latency(int total) {
        Operation operation = Operations.of(Operation.OTHER, 0);
        operation.totalLatency = total;
        return operation;
    }

    @Test
    @Tag("T45")
    @DisplayName("T45: FE = 1, PMSEVFR_EL1 = {3, 5}: kept only with both events")
    void everyEvent() {
        for (int events = 0; events < 256; events++) {
            assertThat(kept(FE, 0x28, 0, events(events))).isEqualTo((events & 0x28) == 0x28);
            assertThat(kept(0, 0x28, 0, events(events))).isTrue();
        }
    }

    @Test
    @Tag("T48")
    @DisplayName("T48: bits of PMSEVFR_EL1 outside the mask have no effect; with none left FE acts as 0")
    void outsideTheMask() {
        assertThat(rules.extension().filterableEvents()).isEqualTo(0xAA);
        for (int bit = 0; bit < 64; bit++) {
            boolean filterable = (0xAA >>> bit & 1) != 0 && bit < 8;
            assertThat(kept(FE, 1L << bit, 0, events(0))).as("bit %d", bit).isEqualTo(!filterable);
            assertThat(kept(FE, 1L << bit | 1 << 7, 0, events(1 << 7))).isEqualTo(!filterable || bit == 7);
        }
        assertThat(kept(FE, 0, 0, events(0))).isTrue();
    }

    @Test
    @Tag("T49")
    @DisplayName("T49: FT = 1, ST = 1, LD = 0: a value-returning atomic is kept, for it is load and store")
    void atomic() {
        Operation swap = Operations.of(Operation.LOAD_STORE, Operation.LOAD | Operation.STORE | Operation.ATOMIC);
        assertThat(kept(FT | ST, 0, 0, swap)).isTrue();
        assertThat(kept(FT | LD, 0, 0, swap)).isTrue();
        assertThat(kept(FT | B, 0, 0, swap)).isFalse();
        Operation add = Operations.of(Operation.LOAD_STORE, Operation.STORE | Operation.ATOMIC);
        assertThat(kept(FT | LD, 0, 0, add)).isFalse();
        assertThat(kept(FT | ST, 0, 0, add)).isTrue();
    }

    @Test
    @DisplayName(
            "The type filter for every kind of operation and every value of {ST, LD, B}; none selected acts as FT = 0")
    void types() {
        Operation[] operations = {
            Operations.of(Operation.OTHER, 0),
            Operations.of(Operation.BRANCH, Operation.TAKEN),
            Operations.of(Operation.BRANCH, Operation.EXCEPTION_RETURN),
            Operations.of(Operation.LOAD_STORE, Operation.LOAD),
            Operations.of(Operation.LOAD_STORE, Operation.STORE),
            Operations.of(Operation.LOAD_STORE, Operation.LOAD | Operation.STORE | Operation.ATOMIC),
            Operations.of(Operation.LOAD_STORE, Operation.STORE | Operation.MAINTENANCE),
            Operations.of(Operation.LOAD_STORE, Operation.LOAD | Operation.MAINTENANCE),
        };
        long[] types = {0, B, B, LD, ST, LD | ST, 0, 0};
        for (int control = 0; control < 8; control++) {
            long pmsfcr = (long) control << 16;
            for (int i = 0; i < operations.length; i++) {
                assertThat(kept(FT | pmsfcr, 0, 0, operations[i]))
                        .as("%d %d", control, i)
                        .isEqualTo(control == 0 || (types[i] & pmsfcr) != 0);
                assertThat(kept(pmsfcr, 0, 0, operations[i])).isTrue();
            }
        }
    }

    @Test
    @Tag("T54")
    @DisplayName("T54: FL = 1, MINLAT = 10: latency 10 is kept, 9 dropped")
    void latency() {
        assertThat(kept(FL, 0, 10, latency(10))).isTrue();
        assertThat(kept(FL, 0, 10, latency(9))).isFalse();
        assertThat(kept(0, 0, 10, latency(9))).isTrue();
        assertThat(kept(FL, 0, 0, latency(0))).isTrue();
    }

    @Test
    @Tag("T55")
    @DisplayName("T55: a latency that saturates its counter passes every MINLAT")
    void saturated() {
        for (int minlat = 0; minlat <= 0xFFF; minlat++) {
            assertThat(kept(FL, 0, minlat, latency(0xFFF))).isTrue();
            assertThat(kept(FL, 0, minlat, latency(1_000_000))).isTrue();
        }
    }

    @Test
    @Tag("T57")
    @DisplayName("T57: an operation is kept only when no enabled filter rejects it")
    void anded() {
        for (int mask = 0; mask < 8; mask++) {
            Operation operation =
                    Operations.of(Operation.LOAD_STORE, (mask & 1) != 0 ? Operation.LOAD : Operation.STORE);
            operation.totalLatency = (mask & 2) != 0 ? 100 : 1;
            operation.events = (mask & 4) != 0 ? 8 : 0;
            assertThat(kept(FE | FT | FL | LD, 8, 50, operation)).isEqualTo(mask == 7);
        }
    }
}
