// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMUSERENR_EL0;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may access which register, and what of it is RES0 (DDI 0487, D13.11 and D24.5). */
class AccessTest {
    private static final int C = Bench.CYCLE_COUNTER;
    private static final long TGE_E2H = 1L << 27 | 1L << 34;

    @Test
    void el0NeedsPmuserenr() {
        Bench b = Bench.v3p5().el(0);
        for (int register : new int[] {
            SystemRegister.PMCR_EL0,
            PmuRegisters.value(0),
            PmuRegisters.value(C),
            SystemRegister.PMCNTENSET_EL0,
            PmuRegisters.type(0),
            SystemRegister.PMOVSCLR_EL0,
            PmuRegisters.PMSELR_EL0
        }) {
            assertThat(b.decide(register, true)).isEqualTo(Access.trap(1));
            assertThat(b.decide(register, false)).isEqualTo(Access.trap(1));
        }
        assertThat(b.decide(SystemRegister.PMUSERENR_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(SystemRegister.PMUSERENR_EL0, false)).isEqualTo(Access.UNDEFINED);
        assertThat(b.decide(SystemRegister.PMINTENSET_EL1, true)).isEqualTo(Access.UNDEFINED);
        b.context.register(SystemRegister.HCR_EL2, TGE_E2H);
        assertThat(b.decide(PmuRegisters.value(C), true)).isEqualTo(Access.trap(2));
    }

    @Test
    void eachBitOfPmuserenrAllowsItsPart() {
        Bench b = Bench.v3p5().el(0);
        b.context.register(SystemRegister.PMUSERENR_EL0, PMUSERENR_EL0.CR);
        assertThat(b.decide(PmuRegisters.value(C), true)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(PmuRegisters.value(C), false)).isEqualTo(Access.trap(1));
        assertThat(b.decide(PmuRegisters.value(0), true)).isEqualTo(Access.trap(1));
        b.context.register(SystemRegister.PMUSERENR_EL0, PMUSERENR_EL0.ER);
        assertThat(b.decide(PmuRegisters.value(0), true)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(PmuRegisters.PMXEVCNTR_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(PmuRegisters.PMSELR_EL0, false)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(PmuRegisters.value(0), false)).isEqualTo(Access.trap(1));
        assertThat(b.decide(PmuRegisters.PMXEVTYPER_EL0, true)).isEqualTo(Access.trap(1));
        b.context.register(SystemRegister.PMUSERENR_EL0, PMUSERENR_EL0.SW);
        assertThat(b.decide(PmuRegisters.PMSWINC_EL0, false)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(PmuRegisters.value(C), true)).isEqualTo(Access.trap(1));
        b.context.register(SystemRegister.PMUSERENR_EL0, PMUSERENR_EL0.EN);
        assertThat(b.decide(SystemRegister.PMCR_EL0, false)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(PmuRegisters.PMCEID0_EL0, true)).isEqualTo(Access.ALLOWED);
    }

    @Test
    void hypervisorTraps() {
        Bench b = Bench.v3p5();
        b.context.register(SystemRegister.MDCR_EL2, 1 << 5 | 6);
        assertThat(b.decide(SystemRegister.PMCR_EL0, true)).isEqualTo(Access.trap(2));
        assertThat(b.decide(SystemRegister.PMUSERENR_EL0, true)).isEqualTo(Access.ALLOWED);
        b.context.register(SystemRegister.MDCR_EL2, 1 << 6 | 6);
        assertThat(b.decide(SystemRegister.PMUSERENR_EL0, true)).isEqualTo(Access.trap(2));
        assertThat(b.decide(SystemRegister.PMINTENSET_EL1, false)).isEqualTo(Access.trap(2));
        b.el(2);
        assertThat(b.decide(SystemRegister.PMCR_EL0, true)).isEqualTo(Access.ALLOWED);
    }

    @Test
    void fineGrainedTraps() {
        Bench b = Bench.v3p5();
        int[][] bits = {
            {PmuRegisters.value(3), 12},
            {PmuRegisters.type(3), 13},
            {PmuRegisters.type(C), 14},
            {PmuRegisters.value(C), 15},
            {SystemRegister.PMCNTENCLR_EL0, 16},
            {SystemRegister.PMINTENSET_EL1, 17},
            {SystemRegister.PMOVSSET_EL0, 18},
            {PmuRegisters.PMSELR_EL0, 19},
            {SystemRegister.PMUSERENR_EL0, 57}
        };
        for (int[] bit : bits) {
            b.context.register(SystemRegister.HDFGRTR_EL2, 1L << bit[1]);
            b.context.register(SystemRegister.HDFGWTR_EL2, 0);
            assertThat(b.decide(bit[0], true)).as("read, bit %d", bit[1]).isEqualTo(Access.trap(2));
            assertThat(b.decide(bit[0], false)).as("write, bit %d", bit[1]).isEqualTo(Access.ALLOWED);
            b.context.register(SystemRegister.HDFGRTR_EL2, 0);
            b.context.register(SystemRegister.HDFGWTR_EL2, 1L << bit[1]);
            assertThat(b.decide(bit[0], true)).isEqualTo(Access.ALLOWED);
            assertThat(b.decide(bit[0], false)).isEqualTo(Access.trap(2));
        }
        b.context.register(SystemRegister.HDFGWTR_EL2, 1L << 21 | 1 << 20);
        assertThat(b.decide(SystemRegister.PMCR_EL0, false)).isEqualTo(Access.trap(2));
        assertThat(b.decide(SystemRegister.PMCR_EL0, true)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(PmuRegisters.PMSWINC_EL0, false)).isEqualTo(Access.trap(2));
        b.context.register(SystemRegister.HDFGRTR_EL2, 1L << 58 | 1 << 22);
        assertThat(b.decide(PmuRegisters.PMCEID1_EL0, true)).isEqualTo(Access.trap(2));
        assertThat(b.decide(PmuRegisters.PMMIR_EL1, true)).isEqualTo(Access.trap(2));
    }

    @Test
    void countersThatEl2KeepsAreNotThereBelow() {
        Bench b = Bench.v3p5().el(2).write(SystemRegister.MDCR_EL2, 4).write(SystemRegister.PMCNTENSET_EL0, -1);
        assertThat(b.read(SystemRegister.PMCNTENSET_EL0)).isEqualTo(1L << 31 | 0x3F);
        assertThat(b.read(SystemRegister.PMCR_EL0) >>> 11 & 31).isEqualTo(6);
        b.el(1);
        assertThat(b.read(SystemRegister.PMCR_EL0) >>> 11 & 31).isEqualTo(4);
        assertThat(b.read(SystemRegister.PMCNTENSET_EL0)).isEqualTo(1L << 31 | 0xF);
        assertThat(b.decide(PmuRegisters.value(3), true)).isEqualTo(Access.ALLOWED);
        assertThat(b.decide(PmuRegisters.value(4), true)).isEqualTo(Access.trap(2));
        assertThat(b.decide(PmuRegisters.type(5), false)).isEqualTo(Access.trap(2));
        b.write(SystemRegister.PMCNTENCLR_EL0, -1);
        b.el(2);
        assertThat(b.read(SystemRegister.PMCNTENCLR_EL0)).as("EL2's own stay").isEqualTo(0x30);
        b.write(SystemRegister.MDCR_EL2, 0).el(1);
        assertThat(b.read(SystemRegister.PMCR_EL0) >>> 11 & 31)
                .as("a reserved HPMN is all")
                .isEqualTo(6);
    }

    @Test
    void noneBelowEl2WithFeatHpmn0() {
        Bench b = Bench.with("FEAT_PMUv3p8", "FEAT_HPMN0")
                .el(2)
                .write(SystemRegister.MDCR_EL2, 0)
                .el(1);
        assertThat(b.read(SystemRegister.PMCR_EL0) >>> 11 & 31).isZero();
        assertThat(b.decide(PmuRegisters.value(0), true)).isEqualTo(Access.trap(2));
        b.write(SystemRegister.PMCNTENSET_EL0, -1);
        assertThat(b.read(SystemRegister.PMCNTENSET_EL0)).isEqualTo(1L << 31);
        assertThat(b.read(SystemRegister.ID_AA64DFR0_EL1) >>> 60 & 15).isEqualTo(1);
        assertThat(b.read(SystemRegister.ID_AA64DFR0_EL1) >>> 8 & 15).isEqualTo(8);
    }

    @Test
    void selectedCounter() {
        Bench b = Bench.v3p5().write(PmuRegisters.PMSELR_EL0, 2);
        b.write(PmuRegisters.PMXEVTYPER_EL0, -1).write(PmuRegisters.PMXEVCNTR_EL0, 77);
        assertThat(b.read(PmuRegisters.type(2)))
                .as("P U NSK NSU NSH M evtCount")
                .isEqualTo(0xFC00_FFFFL);
        assertThat(b.counter(2)).isEqualTo(77);
        assertThat(b.read(PmuRegisters.PMXEVCNTR_EL0)).isEqualTo(77);
        b.write(PmuRegisters.PMSELR_EL0, 31).write(PmuRegisters.PMXEVTYPER_EL0, -1);
        assertThat(b.read(PmuRegisters.type(C))).isEqualTo(0xFC00_0000L);
        assertThat(b.decide(PmuRegisters.PMXEVCNTR_EL0, true)).isEqualTo(Access.UNDEFINED);
        b.write(PmuRegisters.PMSELR_EL0, 6);
        assertThat(b.decide(PmuRegisters.PMXEVTYPER_EL0, true)).isEqualTo(Access.UNDEFINED);
        assertThat(b.decide(PmuRegisters.value(6), true)).isEqualTo(Access.UNDEFINED);
    }

    @Test
    void fieldsOfPmcr() {
        assertThat(written(Bench.v3p1())).isEqualTo(6 << 11 | 1 << 5 | 1 << 6 | 1);
        assertThat(written(Bench.v3p5())).isEqualTo(6 << 11 | 1 << 7 | 1 << 5 | 1 << 6 | 1);
        assertThat(written(Bench.with("FEAT_SPEv1p2")))
                .isEqualTo(1L << 32 | 6 << 11 | 1 << 9 | 1 << 7 | 1 << 5 | 1 << 6 | 1);
        Bench stated = new Bench(Set.of("FEAT_PMUv3"), Map.of("PMCR_EL0", 0x410C_2000L));
        assertThat(stated.read(SystemRegister.PMCR_EL0))
                .as("IMP, IDCODE and N of the variant")
                .isEqualTo(0x410C_2040L);
        assertThat(stated.decide(PmuRegisters.value(3), true)).isEqualTo(Access.ALLOWED);
        assertThat(stated.decide(PmuRegisters.value(4), true)).isEqualTo(Access.UNDEFINED);
        assertThat(stated.decide(PmuRegisters.PMMIR_EL1, true))
                .as("FEAT_PMUv3p4")
                .isEqualTo(Access.UNDEFINED);
        stated.write(PmuRegisters.type(0), -1);
        assertThat(stated.read(PmuRegisters.type(0)))
                .as("ten bits of event number")
                .isEqualTo(0xC000_03FFL);
    }

    private static long written(Bench b) {
        return b.write(SystemRegister.PMCR_EL0, -1).read(SystemRegister.PMCR_EL0);
    }

    @Test
    void withoutFeatPmuv3NothingIsThere() {
        Bench b = new Bench(Set.of("FEAT_EL2"), Map.of());
        assertThat(b.read(SystemRegister.ID_AA64DFR0_EL1) >>> 8 & 15).isEqualTo(15);
        b.write(SystemRegister.PMCR_EL0, 1)
                .write(SystemRegister.PMCNTENSET_EL0, -1)
                .run(100);
        assertThat(b.read(PmuRegisters.value(C))).isZero();
    }
}
