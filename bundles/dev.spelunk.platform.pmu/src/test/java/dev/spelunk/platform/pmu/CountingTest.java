// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pmu.RetiredEvent;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.PMCR_EL0;
import dev.spelunk.api.state.PmuState;
import org.junit.jupiter.api.Test;

/** What counters count and when (DDI 0487, D13.5, D13.7, D14.3). */
class CountingTest {
    private static final long FILTER_P = 1L << 31;
    private static final long FILTER_U = 1L << 30;
    private static final long FILTER_NSK = 1L << 29;
    private static final long FILTER_NSU = 1L << 28;
    private static final long FILTER_NSH = 1L << 27;

    private static final int C = Bench.CYCLE_COUNTER;
    private static final long EL2_ONLY = FILTER_P | FILTER_U | FILTER_NSH;

    @Test
    void countsOperationsAndCyclesWhileEnabled() {
        Bench b = Bench.v3p5().count(0, Bench.INST_RETIRED).count(C, 0);
        b.run(1000);
        assertThat(b.counter(0)).isEqualTo(1000);
        assertThat(b.counter(C)).isEqualTo(1000);
        b.write(SystemRegister.PMCNTENCLR_EL0, 1);
        b.run(10);
        assertThat(b.counter(0)).isEqualTo(1000);
        assertThat(b.counter(C)).isEqualTo(1010);
        b.write(SystemRegister.PMCR_EL0, 0);
        b.run(10);
        assertThat(b.counter(C)).isEqualTo(1010);
    }

    @Test
    void theClockStopsInWfiButNotInTheHostsWork() {
        Bench b = Bench.v3p5().count(0, Bench.CPU_CYCLES);
        b.context.pe.idleCycles += 500;
        b.context.pe.waitingCycles += 500;
        assertThat(b.counter(0)).isZero();
        b.context.pe.idleCycles += 70;
        assertThat(b.counter(0)).isEqualTo(70);
    }

    @Test
    void filtersByExceptionLevel() {
        Bench b = Bench.v3p5();
        b.count(0, Bench.INST_RETIRED | FILTER_P)
                .count(1, Bench.INST_RETIRED | FILTER_U)
                .count(2, Bench.INST_RETIRED)
                .count(3, Bench.INST_RETIRED | EL2_ONLY);
        for (int el = 0; el <= 2; el++) {
            b.el(el).run(el == 0 ? 100 : el == 1 ? 20 : 3);
        }
        assertThat(b.counter(0)).as("P: not at EL1").isEqualTo(100);
        assertThat(b.counter(1)).as("U: not at EL0").isEqualTo(20);
        assertThat(b.counter(2)).as("without NSH not at EL2").isEqualTo(120);
        assertThat(b.counter(3)).as("EL2 only").isEqualTo(3);
    }

    @Test
    void inNonSecureStateNskAndNsuInvertPAndU() {
        Bench b = Bench.v3p5();
        b.count(0, Bench.INST_RETIRED | FILTER_NSK)
                .count(1, Bench.INST_RETIRED | FILTER_NSU)
                .count(2, Bench.INST_RETIRED | FILTER_P | FILTER_NSK);
        b.run(20);
        b.el(0).run(100);
        assertThat(b.counter(0)).isEqualTo(100);
        assertThat(b.counter(1)).isEqualTo(20);
        assertThat(b.counter(2)).isEqualTo(120);
    }

    @Test
    void hypervisorProhibitsCountingAtEl2() {
        Bench b = Bench.v3p5().el(2);
        b.write(SystemRegister.MDCR_EL2, 4 | MDCR_EL2.HPMD | MDCR_EL2.HPME);
        b.count(0, Bench.INST_RETIRED | EL2_ONLY)
                .count(5, Bench.INST_RETIRED | EL2_ONLY)
                .count(C, EL2_ONLY);
        b.run(50);
        assertThat(b.counter(0)).as("first range").isZero();
        assertThat(b.counter(5)).as("second range").isEqualTo(50);
        assertThat(b.counter(C)).as("PMCR_EL0.DP = 0").isEqualTo(50);
        b.write(SystemRegister.PMCR_EL0, Bench.ENABLE | PMCR_EL0.DP);
        b.run(50);
        assertThat(b.counter(C)).as("PMCR_EL0.DP = 1").isEqualTo(50);
        b.write(SystemRegister.PMCR_EL0, Bench.ENABLE).write(SystemRegister.MDCR_EL2, 4 | MDCR_EL2.HCCD);
        b.run(50);
        assertThat(b.counter(C)).as("MDCR_EL2.HCCD").isEqualTo(50);
        assertThat(b.counter(0)).as("HPMD = 0").isEqualTo(50);
        assertThat(b.counter(5)).as("HPME = 0").isEqualTo(100);
    }

    @Test
    void exceptionsAreCountedWhereTheyHappen() {
        Bench b = Bench.v3p5();
        b.count(0, 0x09 | FILTER_P).count(1, 0x09 | FILTER_U).count(2, 0x0A);
        b.el(0).context.pe.count(PmuState.EXC_TAKEN);
        assertThat(b.context.pe.changed).as("the run loop looks").isNotZero();
        b.el(1).context.pe.count(PmuState.EXC_RETURN);
        b.el(0);
        assertThat(b.counter(0)).isEqualTo(1);
        assertThat(b.counter(1)).isZero();
        assertThat(b.counter(2)).isEqualTo(1);
    }

    @Test
    void aDisablingWriteIsCountedAnEnablingOneIsNot() {
        Bench b = Bench.v3p5().count(0, Bench.INST_RETIRED).write(SystemRegister.PMCR_EL0, 0);
        assertThat(b.counter(0)).isZero();
        b.context.registers.write(SystemRegister.PMCR_EL0, Bench.ENABLE);
        b.context.pe.executed++;
        b.settle();
        b.context.registers.write(SystemRegister.PMCR_EL0, 0);
        b.context.pe.executed++;
        b.settle();
        assertThat(b.counter(0)).isEqualTo(1);
    }

    @Test
    void aChangeOfTheEventStartsFromTheNewOnesCount() {
        Bench b = Bench.v3p5().count(0, Bench.INST_RETIRED);
        b.context.pe.idleCycles += 1_000_000;
        b.run(100);
        b.write(PmuRegisters.type(0), Bench.CPU_CYCLES);
        b.run(5);
        assertThat(b.counter(0)).isEqualTo(105);
        b.write(PmuRegisters.type(0), 0x3F);
        b.run(5);
        assertThat(b.counter(0)).as("an event that is not counted").isEqualTo(105);
        assertThat(b.read(PmuRegisters.type(0))).isEqualTo(0x3F);
    }

    @Test
    void softwareIncrement() {
        Bench b = Bench.v3p5().count(0, 0).count(1, Bench.INST_RETIRED).count(2, 0);
        b.write(PmuRegisters.PMSWINC_EL0, 7).write(PmuRegisters.PMSWINC_EL0, 1);
        assertThat(b.counter(0)).isEqualTo(2);
        assertThat(b.counter(1)).isZero();
        assertThat(b.counter(2)).isEqualTo(1);
        b.write(PmuRegisters.type(2), FILTER_P).write(PmuRegisters.PMSWINC_EL0, 4);
        assertThat(b.counter(2)).as("filtered").isEqualTo(1);
    }

    @Test
    void resetsByPmcr() {
        Bench b = Bench.v3p5().el(2).write(SystemRegister.MDCR_EL2, 2).el(1);
        for (int n = 0; n < 6; n++) {
            b.context.register(PmuRegisters.value(n), 0x1_0000_0005L);
        }
        b.context.register(PmuRegisters.value(C), 7);
        b.write(SystemRegister.PMCR_EL0, 2);
        assertThat(b.counter(0)).isZero();
        assertThat(b.counter(1)).isZero();
        assertThat(b.counter(2)).as("EL2's").isEqualTo(0x1_0000_0005L);
        assertThat(b.counter(C)).isEqualTo(7);
        b.el(2).write(SystemRegister.PMCR_EL0, 6);
        assertThat(b.counter(5)).isZero();
        assertThat(b.counter(C)).isZero();
        assertThat(b.read(SystemRegister.PMCR_EL0) & 7)
                .as("P and C read as zero")
                .isZero();
    }

    @Test
    void whatExecutedInstructionsAreIsCountedOnlyWhereACounterCountsIt() {
        Bench b = Bench.v3p5();
        PmuState pmu = b.context.pe.pmu;
        assertThat(pmu.counted).isZero();
        b.count(0, RetiredEvent.MEM_ACCESS.number() | FILTER_P).count(1, RetiredEvent.LD_RETIRED.number());
        assertThat(pmu.counted).as("at EL1").isEqualTo(RetiredEvent.LD_RETIRED.bit());
        b.el(0);
        assertThat(pmu.counted).isEqualTo(RetiredEvent.LD_RETIRED.bit() | RetiredEvent.MEM_ACCESS.bit());
        pmu.retired[RetiredEvent.MEM_ACCESS.ordinal()] += 7;
        pmu.retired[RetiredEvent.LD_RETIRED.ordinal()] += 3;
        assertThat(b.counter(0)).isEqualTo(7);
        assertThat(b.counter(1)).isEqualTo(3);
        b.write(PmuRegisters.value(0), 0xFFFF_FFF0L).write(SystemRegister.PMCR_EL0, Bench.ENABLE);
        assertThat(pmu.retiredLimit[RetiredEvent.MEM_ACCESS.ordinal()])
                .as("16 more until it overflows")
                .isEqualTo(7 + 16);
        pmu.retired[RetiredEvent.MEM_ACCESS.ordinal()] += 16;
        b.settle();
        assertThat(b.overflows()).isEqualTo(1);
        b.write(SystemRegister.PMCNTENCLR_EL0, 3);
        assertThat(pmu.counted).isZero();
    }

    @Test
    void identifiesWhatItCounts() {
        Bench b = Bench.v3p5();
        long id0 = b.read(PmuRegisters.PMCEID0_EL0);
        long id1 = b.read(PmuRegisters.PMCEID1_EL0);
        assertThat(id0)
                .isEqualTo(1L | 1 << 0x06 | 1 << 0x07 | 1 << 0x0C | 1 << 0x0D | 1 << 0x0E | 1 << 0x0F | 1 << 0x13
                        | 1 << 0x08 | 1 << 0x09 | 1 << 0x0A | 1 << 0x0B | 1 << 0x11 | 1 << 0x1B | 1 << 0x1C
                        | 1 << 0x1E);
        assertThat(id1).isEqualTo(1L << 0x01 | 1 << 0x03 | 1 << 0x04 | 1 << 0x1A | 1 << 0x1B | 1 << 0x1C);
        assertThat(b.read(SystemRegister.ID_AA64DFR0_EL1) >>> 8 & 15).isEqualTo(6);
        assertThat(Bench.v3p1().read(SystemRegister.ID_AA64DFR0_EL1) >>> 8 & 15).isEqualTo(4);
        assertThat(Bench.with().read(SystemRegister.ID_AA64DFR0_EL1) >>> 8 & 15).isEqualTo(7);
    }
}
