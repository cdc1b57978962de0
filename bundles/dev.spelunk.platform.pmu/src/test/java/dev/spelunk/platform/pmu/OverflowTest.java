// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMCR_EL0;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PmuState;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Overflow, its interrupt, chained counters and freezing (DDI 0487, D13.3, D13.5.2). */
class OverflowTest {
    private static final int C = Bench.CYCLE_COUNTER;
    private static final long NEAR_32 = 0xFFFF_FFF0L;

    @Test
    void overflowsAtTheExactOperationAndInterrupts() {
        Bench b = Bench.v3p5().write(SystemRegister.PMINTENSET_EL1, 1);
        b.write(PmuRegisters.value(0), NEAR_32).count(0, Bench.INST_RETIRED);
        b.run(15);
        assertThat(b.overflows()).isZero();
        assertThat(b.line(PmuDevice.INTID)).isFalse();
        b.run(1);
        assertThat(b.overflows()).isEqualTo(1);
        assertThat(b.line(PmuDevice.INTID)).isTrue();
        assertThat(b.counter(0)).as("64-bit counters go on").isEqualTo(1L << 32);
        b.write(SystemRegister.PMCR_EL0, 0);
        assertThat(b.line(PmuDevice.INTID)).as("PMCR_EL0.E = 0").isFalse();
        b.write(SystemRegister.PMCR_EL0, 1);
        assertThat(b.line(PmuDevice.INTID)).isTrue();
        b.write(SystemRegister.PMOVSCLR_EL0, 1);
        assertThat(b.line(PmuDevice.INTID)).isFalse();
        b.write(SystemRegister.PMOVSSET_EL0, 1);
        assertThat(b.line(PmuDevice.INTID)).as("set by software").isTrue();
    }

    @Test
    void beforeV3p5CountersHave32Bits() {
        Bench b = Bench.v3p1().write(PmuRegisters.value(0), -1L);
        assertThat(b.counter(0)).isEqualTo(0xFFFF_FFFFL);
        b.count(0, Bench.INST_RETIRED).run(3);
        assertThat(b.counter(0)).isEqualTo(2);
        assertThat(b.overflows()).isEqualTo(1);
    }

    @Test
    void longCountersOverflowFromBit63() {
        Bench b = Bench.v3p5().write(SystemRegister.PMCR_EL0, PMCR_EL0.LP);
        b.write(PmuRegisters.value(0), NEAR_32).write(PmuRegisters.value(1), -16L);
        b.count(0, Bench.INST_RETIRED).count(1, Bench.INST_RETIRED);
        b.run(15);
        assertThat(b.overflows()).isZero();
        b.run(2);
        assertThat(b.overflows()).isEqualTo(2);
        assertThat(b.counter(1)).isEqualTo(1);
    }

    @Test
    void cycleCounterOverflowsFromBit63() {
        Bench b = Bench.v3p5().write(PmuRegisters.value(C), NEAR_32).count(C, 0);
        b.run(100);
        assertThat(b.overflows()).isZero();
        b.write(PmuRegisters.value(C), -3L);
        b.run(3);
        assertThat(b.overflows()).isEqualTo(1L << 31);
        assertThat(b.counter(C)).isZero();
    }

    @Test
    void chainCountsOverflowsOfThePrecedingCounter() {
        Bench b = Bench.v3p1().write(PmuRegisters.value(0), NEAR_32).write(PmuRegisters.value(1), 0xFFFF_FFFFL);
        b.count(1, Bench.CHAIN).count(0, Bench.INST_RETIRED);
        b.run(16);
        assertThat(b.counter(0)).isZero();
        assertThat(b.counter(1)).isZero();
        assertThat(b.overflows()).as("both overflowed").isEqualTo(3);
        b.run(16);
        assertThat(b.counter(1)).isZero();
    }

    @Test
    void noChainFromLongOrOddCounters() {
        Bench b = Bench.v3p5().write(SystemRegister.PMCR_EL0, PMCR_EL0.LP);
        b.write(PmuRegisters.value(0), NEAR_32).count(1, Bench.CHAIN).count(0, Bench.INST_RETIRED);
        b.run(20);
        assertThat(b.counter(1)).isZero();
        b = Bench.v3p5()
                .write(PmuRegisters.value(1), NEAR_32)
                .count(2, Bench.CHAIN)
                .count(1, Bench.INST_RETIRED);
        b.run(20);
        assertThat(b.counter(2)).isZero();
    }

    @Test
    void exceptionsOverflowWhenTheyHappen() {
        Bench b = Bench.v3p5().write(PmuRegisters.value(0), 0xFFFF_FFFFL).count(0, 0x09);
        b.run(100);
        assertThat(b.overflows()).isZero();
        b.context.pe.count(PmuState.EXC_TAKEN);
        assertThat(b.context.pe.changed & PeState.CHANGED_EVENTS)
                .as("the run loop looks")
                .isNotZero();
        b.settle();
        assertThat(b.overflows()).isEqualTo(1);
    }

    @Test
    void noDeadlineWhileThePeWaits() {
        Bench b = Bench.v3p5().write(PmuRegisters.value(0), NEAR_32).count(0, Bench.CPU_CYCLES);
        assertThat(b.deadline(0)).isEqualTo(b.context.pe.cycles() + 16);
        b.context.pe.waiting = true;
        b.device.waitingChanged(0);
        assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE);
        b.context.pe.idleCycles += 1000;
        b.context.pe.waitingCycles += 1000;
        b.context.pe.waiting = false;
        b.device.waitingChanged(0);
        assertThat(b.deadline(0)).as("the wait is not counted").isEqualTo(b.context.pe.cycles() + 16);
    }

    @Test
    void hostTimeBringsADeadlineTooEarlyAndNeverTooLate() {
        Bench b = Bench.v3p5().write(PmuRegisters.value(0), NEAR_32).count(0, Bench.INST_RETIRED);
        b.context.pe.idleCycles += 10;
        assertThat(b.deadline(0)).isEqualTo(b.context.pe.cycles() + 6);
        b.run(6);
        assertThat(b.deadline(0)).as("said anew").isEqualTo(b.context.pe.cycles() + 10);
        b.run(9);
        assertThat(b.overflows()).isZero();
        b.run(1);
        assertThat(b.overflows()).isEqualTo(1);
    }

    @Test
    void aResetLeavesNoDeadline() {
        Bench b = Bench.v3p5().write(PmuRegisters.value(0), NEAR_32).count(0, Bench.INST_RETIRED);
        b.context.registers.reset();
        b.context.pe.reset(1);
        b.settle();
        b.context.pe.executed += 100;
        b.settle();
        assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void freezeOnOverflowStopsTheRange() {
        Bench b = Bench.with().write(PmuRegisters.value(0), NEAR_32);
        b.write(SystemRegister.PMCR_EL0, PMCR_EL0.FZO);
        b.count(0, Bench.INST_RETIRED).count(1, Bench.INST_RETIRED).count(C, 0);
        b.run(100);
        assertThat(b.counter(0)).isEqualTo(1L << 32);
        assertThat(b.counter(1)).isEqualTo(16);
        assertThat(b.counter(C)).as("DP = 0").isEqualTo(100);
        b.write(SystemRegister.PMCR_EL0, b.read(SystemRegister.PMCR_EL0) | PMCR_EL0.DP);
        b.run(100);
        assertThat(b.counter(C)).as("DP = 1").isEqualTo(100);
        b.write(SystemRegister.PMOVSCLR_EL0, 1);
        b.run(5);
        assertThat(b.counter(1)).isEqualTo(21);
        assertThat(b.counter(C)).isEqualTo(105);
    }

    @Test
    @Tag("T99")
    @DisplayName("T99: a stopped buffer with PMFZ = 1 freezes the first range when PMCR_EL0.FZS says so")
    void freezeOnSpeEvent() {
        Bench b = Bench.with("FEAT_SPEv1p2").profiling(true);
        b.write(SystemRegister.PMCR_EL0, PMCR_EL0.FZS | PMCR_EL0.DP);
        b.count(0, Bench.INST_RETIRED).count(C, 0);
        b.run(10);
        assertThat(b.counter(0)).isZero();
        assertThat(b.counter(C)).as("without FEAT_SPE_DPFZS").isEqualTo(10);
        b.profiling(false).run(10);
        assertThat(b.counter(0)).isEqualTo(10);
    }

    @Test
    @Tag("T99")
    @DisplayName("T99: it freezes the cycle counter with FEAT_SPE_DPFZS and PMCR_EL0.DP = 1 only")
    void freezeOnSpeEventStopsCyclesWithDpfzsAndDp() {
        Bench b = Bench.with("FEAT_SPEv1p2", "FEAT_SPE_DPFZS").profiling(true);
        b.write(SystemRegister.PMCR_EL0, PMCR_EL0.FZS | PMCR_EL0.DP);
        b.count(C, 0).run(10);
        assertThat(b.counter(C)).isZero();
        b.write(SystemRegister.PMCR_EL0, PMCR_EL0.FZS | Bench.ENABLE).run(10);
        assertThat(b.counter(C)).as("DP = 0").isEqualTo(10);
        b.write(SystemRegister.PMBLIMITR_EL1, 1)
                .write(SystemRegister.PMCR_EL0, PMCR_EL0.FZS | PMCR_EL0.DP | Bench.ENABLE)
                .run(10);
        assertThat(b.counter(C)).as("PMFZ = 0").isEqualTo(20);
    }

    @Property(seed = "20261121", tries = 300)
    void howTheRunIsCutNeverShows(
            @ForAll @LongRange(min = 1, max = 4000) long operations,
            @ForAll @IntRange(min = 1, max = 5000) int before,
            @ForAll @IntRange(min = 1, max = 300) int piece) {
        Bench whole = chained(before);
        Bench pieces = chained(before);
        whole.run(operations);
        for (long left = operations; left > 0; left -= piece) {
            pieces.run(Math.min(piece, left));
            pieces.counter(0);
            pieces.settle();
        }
        for (int n : new int[] {0, 1, 2, C}) {
            assertThat(pieces.counter(n)).isEqualTo(whole.counter(n));
        }
        assertThat(pieces.overflows()).isEqualTo(whole.overflows());
        assertThat(pieces.line(PmuDevice.INTID))
                .isEqualTo(whole.line(PmuDevice.INTID))
                .isEqualTo(operations >= before);
    }

    private static Bench chained(int before) {
        return Bench.v3p5()
                .write(SystemRegister.PMINTENSET_EL1, 1)
                .write(PmuRegisters.value(0), (1L << 32) - before)
                .count(1, Bench.CHAIN)
                .count(0, Bench.INST_RETIRED)
                .count(2, Bench.CPU_CYCLES)
                .count(C, 0);
    }
}
