// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import static dev.spelunk.api.registers.SystemRegister.CNTHCTL_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTHP_CTL_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTHP_CVAL_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTHV_CTL_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTHV_CVAL_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTKCTL_EL1;
import static dev.spelunk.api.registers.SystemRegister.CNTP_CTL_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTP_CVAL_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTP_TVAL_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTVOFF_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTV_CTL_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTV_CVAL_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTV_TVAL_EL0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The timers' registers and lines (DDI 0487, D12.2.4)")
class TimerTest {
    @Test
    @DisplayName("a written TimerValue is a signed 32-bit distance from the count that the timer compares")
    void timerValueIsSigned() {
        Bench b = Bench.full().ticks(1000).at(1);
        b.context.register(CNTVOFF_EL2, 600);
        b.write(CNTV_TVAL_EL0, 100);
        assertThat(b.read(CNTV_CVAL_EL0)).isEqualTo(500);
        b.write(CNTV_TVAL_EL0, 0xFFFF_FFFFL);
        assertThat(b.read(CNTV_CVAL_EL0)).isEqualTo(399);
        b.write(CNTV_TVAL_EL0, 0x1_0000_0005L);
        assertThat(b.read(CNTV_CVAL_EL0)).isEqualTo(405);
        b.write(CNTP_TVAL_EL0, 0x8000_0000L);
        assertThat(b.read(CNTP_CVAL_EL0)).isEqualTo(1000 + Integer.MIN_VALUE);
    }

    @Test
    @DisplayName("ISTATUS says whether the condition is met, whatever IMASK says, and cannot be written")
    void status() {
        Bench b = Bench.full().ticks(99).at(1);
        b.write(CNTV_CVAL_EL0, 100);
        b.write(CNTV_CTL_EL0, 7);
        assertThat(b.read(CNTV_CTL_EL0)).isEqualTo(3);
        b.ticks(100);
        assertThat(b.read(CNTV_CTL_EL0)).isEqualTo(7);
        b.write(CNTV_CTL_EL0, 4);
        assertThat(b.read(CNTV_CTL_EL0)).isZero();
    }

    @Test
    @DisplayName("the condition compares unsigned values")
    void unsigned() {
        Bench b = Bench.full().ticks(100).at(1);
        b.write(CNTP_CTL_EL0, 1);
        b.write(CNTP_CVAL_EL0, -1);
        assertThat(b.read(CNTP_CTL_EL0)).isEqualTo(1);
        b.context.register(CNTVOFF_EL2, 101);
        b.write(CNTV_CTL_EL0, 1);
        b.write(CNTV_CVAL_EL0, 5);
        assertThat(b.read(CNTV_CTL_EL0)).isEqualTo(5);
    }

    @Test
    @DisplayName("every write tells the run loop")
    void writesAreFlagged() {
        Bench b = Bench.full().at(2);
        int[] registers = {
            CNTV_TVAL_EL0,
            CNTV_CVAL_EL0,
            CNTV_CTL_EL0,
            CNTP_TVAL_EL0,
            CNTP_CVAL_EL0,
            CNTP_CTL_EL0,
            CNTHP_CTL_EL2,
            CNTHP_CVAL_EL2,
            SystemRegister.CNTHP_TVAL_EL2,
            CNTHV_CTL_EL2,
            CNTHV_CVAL_EL2,
            SystemRegister.CNTHV_TVAL_EL2,
            CNTVOFF_EL2,
            CNTHCTL_EL2
        };
        for (int register : registers) {
            b.context.pe.changed = 0;
            b.write(register, 1);
            assertThat(b.context.pe.changed & PeState.CHANGED_TIMERS)
                    .as(Encoding.name(register))
                    .isNotZero();
        }
    }

    @Test
    @DisplayName("at EL2 with E2H the EL0 names reach the EL2 timers, and the EL02 names those of EL1")
    void redirection() {
        Bench b = Bench.full().ticks(50).at(2).hcr(Bench.E2H);
        b.write(CNTP_CVAL_EL0, 111);
        b.write(CNTV_CVAL_EL0, 222);
        b.write(CNTP_CTL_EL0, 1);
        b.write(Bench.el02(CNTP_CVAL_EL0), 333);
        b.write(Bench.el02(CNTV_CVAL_EL0), 444);
        b.context.register(CNTVOFF_EL2, 20);
        b.write(Bench.el02(CNTV_TVAL_EL0), 5);
        assertThat(b.context.register(CNTHP_CVAL_EL2)).isEqualTo(111);
        assertThat(b.context.register(CNTHV_CVAL_EL2)).isEqualTo(222);
        assertThat(b.context.register(CNTHP_CTL_EL2)).isEqualTo(1);
        assertThat(b.context.register(CNTP_CVAL_EL0)).isEqualTo(333);
        assertThat(b.context.register(CNTV_CVAL_EL0)).isEqualTo(35);
        assertThat(b.context.register(CNTP_CTL_EL0)).isZero();
        assertThat(b.read(CNTP_CVAL_EL0)).isEqualTo(111);
        assertThat(b.read(Bench.el02(CNTP_CVAL_EL0))).isEqualTo(333);
    }

    @Test
    @DisplayName("from EL0 of a host the EL0 names reach the EL2 timers; the EL2 virtual timer has no offset")
    void redirectionFromHostEl0() {
        Bench b = Bench.full().ticks(50).hcr(Bench.E2H | Bench.TGE).at(0);
        b.context.register(CNTVOFF_EL2, 20);
        b.context.register(CNTV_CVAL_EL0, 7);
        b.write(CNTV_TVAL_EL0, 10);
        b.write(CNTV_CTL_EL0, 3);
        b.write(CNTP_CVAL_EL0, 9);
        assertThat(b.context.register(CNTHV_CVAL_EL2)).isEqualTo(60);
        assertThat(b.context.register(CNTHV_CTL_EL2)).isEqualTo(3);
        assertThat(b.context.register(CNTHP_CVAL_EL2)).isEqualTo(9);
        assertThat(b.context.register(CNTV_CVAL_EL0)).isEqualTo(7);
        assertThat(b.context.register(CNTV_CTL_EL0)).isZero();
        assertThat(b.read(CNTV_CVAL_EL0)).isEqualTo(60);
        b.at(1).hcr(Bench.E2H);
        assertThat(b.read(CNTV_CVAL_EL0)).isEqualTo(7);
    }

    @Test
    @DisplayName("at EL2 with E2H CNTKCTL_EL1 is CNTHCTL_EL2, and CNTKCTL_EL12 the register of EL1")
    void kernelControl() {
        Bench b = Bench.full().at(2).hcr(Bench.E2H);
        b.write(CNTKCTL_EL1, 0x301);
        b.write(Encoding.of(3, 5, 14, 1, 0), 2);
        assertThat(b.context.register(CNTHCTL_EL2)).isEqualTo(0x301);
        assertThat(b.context.register(CNTKCTL_EL1)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Timer.class)
    @DisplayName("a line rises at its deadline exactly, and falls with IMASK, ENABLE or a later CompareValue")
    void line(Timer timer) {
        Bench b = Bench.full().ticks(10).at(2);
        b.context.pe.executed += 5;
        b.write(timer.compareValue, 14);
        b.write(timer.control, 1);
        b.settle();
        assertThat(b.deadline(0)).isEqualTo(14 * 16);
        b.context.pe.executed = 14 * 16 - 1;
        b.device.advance(0);
        assertThat(b.line(timer.intid)).isFalse();
        b.context.pe.executed++;
        b.device.advance(0);
        assertThat(b.line(timer.intid)).isTrue();
        assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE);
        for (long control : new long[] {3, 2, 0}) {
            b.write(timer.control, control);
            b.settle();
            assertThat(b.line(timer.intid)).isFalse();
            assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE);
        }
        b.write(timer.control, 1);
        b.settle();
        assertThat(b.line(timer.intid)).isTrue();
        b.write(timer.compareValue, 15);
        b.settle();
        assertThat(b.line(timer.intid)).isFalse();
        assertThat(b.deadline(0)).isEqualTo(15 * 16);
    }

    @Test
    @DisplayName("the interrupts are PPIs 26, 28, 30 and 27")
    void interrupts() {
        assertThat(Timer.CNTHP.intid).isEqualTo(26);
        assertThat(Timer.CNTHV.intid).isEqualTo(28);
        assertThat(Timer.CNTP.intid).isEqualTo(30);
        assertThat(Timer.CNTV.intid).isEqualTo(27);
    }

    @Test
    @DisplayName("the deadline is the earliest of all timers")
    void earliest() {
        Bench b = Bench.full().ticks(10).at(1);
        b.context.register(CNTVOFF_EL2, 10);
        b.write(CNTV_CVAL_EL0, 20);
        b.write(CNTV_CTL_EL0, 1);
        b.write(CNTP_CVAL_EL0, 40);
        b.write(CNTP_CTL_EL0, 1);
        b.settle();
        assertThat(b.deadline(0)).isEqualTo(30 * 16);
        b.ticks(30).device.advance(0);
        assertThat(b.deadline(0)).isEqualTo(40 * 16);
        assertThat(b.line(27)).isTrue();
        assertThat(b.line(30)).isFalse();
    }

    @Test
    @DisplayName("a comparison too far away for virtual time has no deadline")
    void farAway() {
        Bench b = Bench.full().ticks(10).at(1);
        b.write(CNTP_CVAL_EL0, -1);
        b.write(CNTP_CTL_EL0, 1);
        b.settle();
        assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE);
        b.write(CNTP_CVAL_EL0, Long.MAX_VALUE / 16 + 1);
        b.settle();
        assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE);
        b.write(CNTP_CVAL_EL0, Long.MAX_VALUE / 16);
        b.settle();
        assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE / 16 * 16);
    }

    @Test
    @DisplayName("a condition that holds ends when the count wraps, and that is a deadline")
    void wrap() {
        Bench b = Bench.full().ticks(10).at(1);
        b.context.register(CNTVOFF_EL2, 12);
        b.write(CNTV_CVAL_EL0, 5);
        b.write(CNTV_CTL_EL0, 1);
        b.settle();
        assertThat(b.line(27)).isTrue();
        assertThat(b.deadline(0)).isEqualTo(12 * 16);
        b.ticks(12).device.advance(0);
        assertThat(b.line(27)).isFalse();
        assertThat(b.deadline(0)).isEqualTo(17 * 16);
    }

    @Test
    @DisplayName("FEAT_ECV_POFF: HCR_EL2.TGE takes the physical offset away, and the deadline is another from then on")
    void physicalOffset() {
        Bench b = new Bench("FEAT_EL2", "FEAT_EL3", "FEAT_VHE", "FEAT_ECV", "FEAT_ECV_POFF")
                .ticks(200)
                .at(2)
                .hcr(Bench.E2H);
        b.context.register(SystemRegister.SCR_EL3, 1 | SCR_EL3.ECVEn);
        b.context.register(CNTHCTL_EL2, dev.spelunk.api.registers.fields.CNTHCTL_EL2.ECV);
        b.context.register(SystemRegister.CNTPOFF_EL2, 100);
        b.context.register(CNTP_CVAL_EL0, 500);
        b.context.register(CNTP_CTL_EL0, 1);
        b.settle();
        assertThat(b.deadline(0)).isEqualTo(600 * 16);
        b.hcr(Bench.E2H | Bench.TGE).device.changed(0);
        assertThat(b.deadline(0)).isEqualTo(500 * 16);
    }

    @Test
    @DisplayName("a new device asks to be advanced before anything else")
    void firstAdvance() {
        Bench b = Bench.full().ticks(10);
        assertThat(b.deadline(0)).isLessThanOrEqualTo(b.context.pe.cycles());
    }
}
