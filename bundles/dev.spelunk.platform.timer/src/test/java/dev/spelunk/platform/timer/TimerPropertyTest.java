// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import static dev.spelunk.api.registers.SystemRegister.CNTVOFF_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTV_CTL_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTV_CVAL_EL0;
import static dev.spelunk.api.registers.SystemRegister.CNTV_TVAL_EL0;
import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;

@Label("Timers for any values (DDI 0487, D12.2.4)")
class TimerPropertyTest {
    @Property(seed = "20261121")
    @Label("TimerValue reads the low 32 bits of the distance, zero-extended")
    void timerValueReads(@ForAll long compare, @ForAll long offset, @ForAll int ticks) {
        Bench b = Bench.full().ticks(ticks & 0x7FFF_FFFFL).at(1);
        b.context.register(CNTVOFF_EL2, offset);
        b.write(CNTV_CVAL_EL0, compare);
        b.write(CNTV_CTL_EL0, 1);
        assertThat(b.read(CNTV_TVAL_EL0)).isEqualTo(compare - ((ticks & 0x7FFF_FFFFL) - offset) & 0xFFFF_FFFFL);
    }

    @Property(seed = "20261121")
    @Label("between now and the deadline no line changes")
    void deadlineIsExact(@ForAll short compare, @ForAll byte offset, @ForAll byte start) {
        Bench b = Bench.full().ticks(start & 0xFF).at(1);
        b.context.register(CNTVOFF_EL2, offset);
        b.write(CNTV_CVAL_EL0, compare);
        b.write(CNTV_CTL_EL0, 1);
        b.settle();
        boolean before = b.line(27);
        long deadline = b.deadline(0);
        if (deadline == Long.MAX_VALUE) {
            b.context.pe.executed += 1L << 50;
            b.device.advance(0);
            assertThat(b.line(27)).isEqualTo(before);
            return;
        }
        b.context.pe.executed = deadline - 1;
        b.device.advance(0);
        assertThat(b.line(27)).isEqualTo(before);
        b.context.pe.executed = deadline;
        b.device.advance(0);
        assertThat(b.line(27)).isNotEqualTo(before);
    }
}
