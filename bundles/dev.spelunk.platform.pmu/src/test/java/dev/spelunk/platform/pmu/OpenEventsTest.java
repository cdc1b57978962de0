// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PmuState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Events that a part brings")
class OpenEventsTest {
    private static final int OWN = 0xC123;
    private static final int L1D_CACHE = 0x04;

    @Test
    @DisplayName("An event with a number and a counter of its own is counted, and overflows when it happens")
    void ownCounter() {
        Bench b = Bench.events(PmuEvent.counted(OWN, "OWN"));
        b.context.pe.count(OWN);
        b.write(PmuRegisters.value(0), 0xFFFF_FFFEL).count(0, OWN).run(100);
        b.context.pe.count(OWN);
        assertThat(b.context.pe.changed & PeState.CHANGED_EVENTS).isNotZero();
        b.settle();
        assertThat(b.counter(0)).as("what happened before does not count").isEqualTo(0xFFFF_FFFFL);
        assertThat(b.overflows()).isZero();
        b.context.pe.count(OWN);
        b.settle();
        assertThat(b.overflows()).isEqualTo(1);
        assertThat(b.context.pe.pmu.happened(OWN)).isEqualTo(3);
    }

    @Test
    @DisplayName("An event that operations decide overflows at its operation")
    void ofOperations() {
        Bench b = Bench.events(new PmuEvent() {
            @Override
            public int number() {
                return OWN;
            }

            @Override
            public String name() {
                return "EVERY_THIRD";
            }

            @Override
            public long happened(PeState pe) {
                return pe.executed / 3;
            }

            @Override
            public long operationsUntil(PeState pe, long times) {
                return 3 * (pe.executed / 3 + times) - pe.executed;
            }
        });
        b.write(PmuRegisters.value(0), 0xFFFF_FFFFL).count(0, OWN);
        assertThat(b.deadline(0)).isEqualTo(b.context.pe.cycles() + 3);
        b.run(2);
        assertThat(b.overflows()).isZero();
        b.run(1);
        assertThat(b.overflows()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "PMCEID0_EL0 and PMCEID1_EL0 say what is counted, an event that a part brings too; another number counts nothing")
    void identification() {
        assertThat(Bench.v3p5().read(PmuRegisters.PMCEID0_EL0) >>> L1D_CACHE & 1)
                .isZero();
        Bench b = Bench.events(PmuEvent.counted(L1D_CACHE, "L1D_CACHE"), PmuEvent.counted(0x4025, "SECOND"));
        assertThat(b.read(PmuRegisters.PMCEID0_EL0) >>> L1D_CACHE & 1).isEqualTo(1);
        assertThat(b.read(PmuRegisters.PMCEID0_EL0) >>> 8 & 1)
                .as("INST_RETIRED")
                .isEqualTo(1);
        assertThat(b.read(PmuRegisters.PMCEID0_EL0 + 1) >>> 32 + 5 & 1).isEqualTo(1);
        b.count(0, OWN);
        b.context.pe.count(OWN);
        b.settle();
        assertThat(b.counter(0)).isZero();
    }

    @Test
    @DisplayName("There is room for 64 events with counters of their own, found again by number")
    void room() {
        PmuState state = Bench.v3p5().context.pe.pmu;
        assertThat(state.happened(OWN)).isZero();
        PeState pe = Bench.v3p5().context.pe;
        for (int n = 1; n <= PmuState.EVENTS; n++) {
            pe.count(n);
            pe.count(1);
        }
        assertThat(pe.pmu.happened(1)).isEqualTo(PmuState.EVENTS + 1);
        assertThat(pe.pmu.happened(PmuState.EVENTS)).isEqualTo(1);
    }
}
