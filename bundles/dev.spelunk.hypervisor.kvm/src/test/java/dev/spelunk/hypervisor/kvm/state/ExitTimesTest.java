// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.ExitHistory;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ExitTimesTest {
    private final MachineState machine = new MachineState(1, 0, new PhysicalMemory(0x4000_0000L, 1 << 16), 1);
    private final ExitTimes times = new ExitTimes(machine);

    @BeforeEach
    void nothingYet() {
        assertThat(times.history()).usingRecursiveComparison().isEqualTo(new ExitTimes(machine).history());
        assertThat(times.history().exits()).isEmpty();
    }

    @Test
    @DisplayName("Exits of each reason by stretches of time")
    void stretches() {
        times.count(ExitReason.HVC, 0);
        times.count(ExitReason.HVC, 4095);
        times.count(ExitReason.WFX, 4096);
        times.count(ExitReason.HVC, 3 * 4096);
        times.unprofiled(1500, 2 * 4096);
        times.unprofiled(500, 2 * 4096 + 5);
        ExitHistory history = times.history();
        assertThat(history.cycles()).isEqualTo(4096);
        assertThat(history.exits()).containsOnlyKeys("HVC", "WFI or WFE");
        assertThat(history.exits().get("HVC")).containsExactly(2, 0, 0, 1);
        assertThat(history.exits().get("WFI or WFE")).containsExactly(0, 1, 0, 0);
        assertThat(history.unprofiled()).containsExactly(0, 0, 2000, 0);
    }

    @Test
    @DisplayName("A run that is longer has longer stretches, and loses no exit; a PE that is behind counts in its own")
    void longRuns() {
        for (long cycles = 0; cycles < 1 << 21; cycles += 1024) {
            times.count(ExitReason.IRQ_TIMER, cycles);
        }
        times.count(ExitReason.SMC, 100);
        ExitHistory history = times.history();
        assertThat(history.cycles()).isEqualTo(1 << 14);
        assertThat(history.exits().get("IRQ: guest's timer")).hasSize(128).containsOnly(16);
        assertThat(history.exits().get("SMC")).hasSize(128).startsWith(1, 0);
    }

    @Test
    @DisplayName("What there was is in the machine's state, and goes with the VM")
    void state() {
        times.count(ExitReason.SMC, 1 << 30);
        assertThat(new ExitTimes(machine).history()).usingRecursiveComparison().isEqualTo(times.history());
        times.clear();
        assertThat(times.history().exits()).isEmpty();
        assertThat(times.history().cycles()).isEqualTo(4096);
    }
}
