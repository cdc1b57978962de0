// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Who may read counters and use timers (accessors of DDI 0487, D24.10)")
class TimerTrapTest {
    /** A group of registers with the same controls: bits of CNTKCTL_EL1 and of CNTHCTL_EL2. */
    enum Group {
        COUNTER(0, 0, 10, SystemRegister.CNTPCT_EL0),
        TIMER(9, 1, 11, SystemRegister.CNTP_CTL_EL0, SystemRegister.CNTP_CVAL_EL0, SystemRegister.CNTP_TVAL_EL0);

        final int el0Bit;
        final int el1Bit;
        final int hostEl1Bit;
        final int[] registers;

        Group(int el0Bit, int el1Bit, int hostEl1Bit, int... registers) {
            this.el0Bit = el0Bit;
            this.el1Bit = el1Bit;
            this.hostEl1Bit = hostEl1Bit;
            this.registers = registers;
        }
    }

    private static final long ALL = 0xFFF & ~(1 << 2);

    /** Calls back for every combination of EL, HCR_EL2.{E2H,TGE}, and one bit each of the two control registers. */
    private interface Case {
        void check(Bench b, int el, boolean e2h, boolean tge);
    }

    private static void forAll(Bench b, Case check) {
        for (int n = 0; n < 12; n++) {
            int el = n % 3;
            boolean e2h = (n / 3 & 1) != 0;
            boolean tge = (n / 3 & 2) != 0;
            if (el == 1 && tge) {
                continue;
            }
            b.at(el).hcr((e2h ? Bench.E2H : 0) | (tge ? Bench.TGE : 0));
            check.check(b, el, e2h, tge);
        }
    }

    private static void expect(Bench b, int register, int expected) {
        assertThat(b.context.registers.decide(register, true)).isEqualTo(expected);
        if (register != SystemRegister.CNTPCT_EL0
                && register != SystemRegister.CNTVCT_EL0
                && register != SystemRegister.CNTFRQ_EL0) {
            assertThat(b.context.registers.decide(register, false)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(Group.class)
    @DisplayName("physical: CNTKCTL_EL1's bit at 0 traps EL0 except under a host")
    void kernelControlOfPhysical(Group group) {
        forAll(Bench.full(), (b, el, e2h, tge) -> {
            b.context.register(SystemRegister.CNTHCTL_EL2, ALL);
            b.context.register(SystemRegister.CNTKCTL_EL1, ALL & ~(1L << group.el0Bit));
            boolean host = e2h && tge;
            int expected = el == 0 && !host ? Access.trap(tge ? 2 : 1) : Access.ALLOWED;
            for (int register : group.registers) {
                expect(b, register, expected);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Group.class)
    @DisplayName("physical: CNTHCTL_EL2's bit for EL1 traps EL1 and EL0 to EL2, at its place for E2H = 0")
    void hypervisorControlOfPhysical(Group group) {
        forAll(Bench.full(), (b, el, e2h, tge) -> {
            b.context.register(SystemRegister.CNTKCTL_EL1, ALL);
            b.context.register(SystemRegister.CNTHCTL_EL2, ALL & ~(1L << group.el1Bit));
            // The bit at that place is EL0PCTEN or EL0VCTEN of a host.
            boolean asHost = el == 0 && e2h && tge && group.el1Bit == group.el0Bit;
            int expected = el < 2 && !e2h || asHost ? Access.trap(2) : Access.ALLOWED;
            for (int register : group.registers) {
                expect(b, register, expected);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Group.class)
    @DisplayName("physical: CNTHCTL_EL2's bit for EL1 at its place for E2H = 1")
    void hostControlOfPhysical(Group group) {
        forAll(Bench.full(), (b, el, e2h, tge) -> {
            b.context.register(SystemRegister.CNTKCTL_EL1, ALL);
            b.context.register(SystemRegister.CNTHCTL_EL2, ALL & ~(1L << group.hostEl1Bit));
            int expected = el < 2 && e2h && !tge ? Access.trap(2) : Access.ALLOWED;
            for (int register : group.registers) {
                expect(b, register, expected);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Group.class)
    @DisplayName("physical: CNTHCTL_EL2's bit for EL0 traps only EL0 of a host")
    void hostControlOfEl0(Group group) {
        forAll(Bench.full(), (b, el, e2h, tge) -> {
            b.context.register(SystemRegister.CNTKCTL_EL1, ALL);
            b.context.register(SystemRegister.CNTHCTL_EL2, ALL & ~(1L << group.el0Bit));
            boolean elsewhere = el < 2 && !e2h && group.el0Bit == group.el1Bit;
            int expected = el == 0 && e2h && tge || elsewhere ? Access.trap(2) : Access.ALLOWED;
            for (int register : group.registers) {
                expect(b, register, expected);
            }
        });
    }

    @Test
    @DisplayName("the trap of CNTKCTL_EL1 comes before that of CNTHCTL_EL2")
    void priority() {
        Bench b = Bench.full().at(0);
        b.context.register(SystemRegister.CNTKCTL_EL1, 0);
        b.context.register(SystemRegister.CNTHCTL_EL2, 0);
        expect(b, SystemRegister.CNTPCT_EL0, Access.trap(1));
        expect(b, SystemRegister.CNTP_CTL_EL0, Access.trap(1));
    }

    @Test
    @DisplayName("virtual: the bits for EL0 are those of CNTKCTL_EL1, or of CNTHCTL_EL2 under a host; EL1 is free")
    void virtualFromEl0() {
        int[][] groups = {
            {1, SystemRegister.CNTVCT_EL0},
            {8, SystemRegister.CNTV_CTL_EL0, SystemRegister.CNTV_CVAL_EL0, SystemRegister.CNTV_TVAL_EL0},
        };
        for (int[] group : groups) {
            long bit = 1L << group[0];
            for (int i = 1; i < group.length; i++) {
                int register = group[i];
                forAll(Bench.full(), (b, el, e2h, tge) -> {
                    b.context.register(SystemRegister.CNTKCTL_EL1, ALL & ~bit);
                    b.context.register(SystemRegister.CNTHCTL_EL2, ALL);
                    expect(b, register, el == 0 && !(e2h && tge) ? Access.trap(tge ? 2 : 1) : Access.ALLOWED);
                    b.context.register(SystemRegister.CNTKCTL_EL1, ALL);
                    b.context.register(SystemRegister.CNTHCTL_EL2, ALL & ~bit);
                    expect(b, register, el == 0 && e2h && tge ? Access.trap(2) : Access.ALLOWED);
                });
            }
        }
    }

    @Test
    @DisplayName("FEAT_ECV: EL1TVT and EL1TVCT trap EL1 and its EL0 to EL2")
    void enhancedCounterTraps() {
        Bench bench = new Bench("FEAT_EL2", "FEAT_EL3", "FEAT_VHE", "FEAT_ECV");
        forAll(bench, (b, el, e2h, tge) -> {
            b.context.register(SystemRegister.CNTKCTL_EL1, ALL);
            b.context.register(SystemRegister.CNTHCTL_EL2, ALL | 1 << 13);
            int trapped = el == 1 || el == 0 && !(e2h && tge) ? Access.trap(2) : Access.ALLOWED;
            expect(b, SystemRegister.CNTV_CTL_EL0, trapped);
            expect(b, SystemRegister.CNTVCT_EL0, Access.ALLOWED);
            b.context.register(SystemRegister.CNTHCTL_EL2, ALL | 1 << 14);
            expect(b, SystemRegister.CNTVCT_EL0, trapped);
            expect(b, SystemRegister.CNTV_TVAL_EL0, Access.ALLOWED);
        });
    }

    @Test
    @DisplayName("CNTFRQ_EL0 traps from EL0 only when neither counter may be read")
    void frequency() {
        forAll(Bench.full(), (b, el, e2h, tge) -> {
            boolean host = e2h && tge;
            for (long bits = 0; bits < 4; bits++) {
                b.context.register(SystemRegister.CNTKCTL_EL1, bits);
                b.context.register(SystemRegister.CNTHCTL_EL2, ~bits & 3);
                long decides = host ? ~bits & 3 : bits;
                expect(
                        b,
                        SystemRegister.CNTFRQ_EL0,
                        el == 0 && decides == 0 ? Access.trap(tge ? 2 : 1) : Access.ALLOWED);
            }
        });
    }

    @Test
    @DisplayName("EL2 registers are UNDEFINED below EL2, EL02 names below EL2 and without E2H")
    void higherRegisters() {
        Bench b = Bench.full().at(1);
        int[] el2 = {
            SystemRegister.CNTHCTL_EL2,
            SystemRegister.CNTVOFF_EL2,
            SystemRegister.CNTHP_CTL_EL2,
            SystemRegister.CNTHP_CVAL_EL2,
            SystemRegister.CNTHP_TVAL_EL2,
            SystemRegister.CNTHV_CTL_EL2,
            SystemRegister.CNTHV_CVAL_EL2,
            SystemRegister.CNTHV_TVAL_EL2
        };
        for (int register : el2) {
            expect(b.at(1), register, Access.UNDEFINED);
            expect(b.at(2), register, Access.ALLOWED);
        }
        int alias = Bench.el02(SystemRegister.CNTV_CTL_EL0);
        expect(b.at(2).hcr(0), alias, Access.UNDEFINED);
        expect(b.at(2).hcr(Bench.E2H), alias, Access.ALLOWED);
        expect(b.at(1).hcr(Bench.E2H), alias, Access.UNDEFINED);
    }

    @Test
    @DisplayName("without FEAT_VHE there is no EL2 virtual timer, no EL02 name and no redirection")
    void withoutHostExtensions() {
        Bench b = new Bench("FEAT_EL2", "FEAT_EL3").at(2);
        expect(b, SystemRegister.CNTHV_CTL_EL2, Access.UNDEFINED);
        expect(b, Bench.el02(SystemRegister.CNTP_CTL_EL0), Access.UNDEFINED);
        b.write(SystemRegister.CNTHCTL_EL2, -1);
        assertThat(b.context.register(SystemRegister.CNTHCTL_EL2)).isEqualTo(0xFF);
    }

    @Test
    @DisplayName("after reset EL1 may use its physical counter and timer, with either layout of CNTHCTL_EL2")
    void reset() {
        Bench b = Bench.full().at(1);
        for (long hcr : new long[] {0, Bench.E2H}) {
            b.hcr(hcr);
            expect(b, SystemRegister.CNTPCT_EL0, Access.ALLOWED);
            expect(b, SystemRegister.CNTP_CTL_EL0, Access.ALLOWED);
        }
    }
}
