// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.spelunk.api.problems.BrokenInvariantException;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.hypervisor.kvm.checks.Invariant;
import dev.spelunk.hypervisor.kvm.interrupts.HostInterrupts;
import java.util.Arrays;
import java.util.EnumSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each invariant of register handling notices a world switch, a trap handler or a policy that is broken in its way. */
class BrokenWorldSwitchTest {
    private static final long LIMIT = BUFFER_VA + 0x4000;
    private static final long S = 1L << 17;

    private final Bench bench = new Bench();

    private void profile() {
        bench.start().enableMmu().mapBuffer(4).enableBuffer(BUFFER_VA, LIMIT);
    }

    private void anExit() {
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
    }

    private void memory(int register, long value) {
        bench.vm.vcpu(0).memory(register, value);
    }

    /** Breaks something, and does what shows it. */
    private void breakIt(Invariant invariant) {
        switch (invariant) {
            case SAMPLING_CONTROLS_DIRECT -> bench.registers.spoil(SystemRegister.MDCR_EL2, v -> v | 1 << 14);
            case BUFFER_REGISTERS_TRAPPED -> bench.registers.spoil(SystemRegister.MDCR_EL2, v -> v | 3 << 12);
            case ID_REGISTERS_TRAPPED -> bench.context.register(SystemRegister.HDFGRTR_EL2, 0);
            case LIMIT_LOADED_WHILE_ENABLED -> bench.registers.spoil(SystemRegister.PMBLIMITR_EL1, v -> v & ~1);
            case LIMIT_LOADED_WITH_STAGE_2_ON -> bench.registers.spoil(SystemRegister.HCR_EL2, v -> v & ~1);
            case LIMIT_OFF_BEFORE_STAGE_2 -> bench.registers.spoil(SystemRegister.PMBLIMITR_EL1, v -> v | 1);
            case LIMIT_CHANGED_BY_GUEST -> memory(SystemRegister.PMBLIMITR_EL1, LIMIT - 0x1000 | 1);
            case POINTER_LOADED_BEFORE_LIMIT -> bench.registers.spoil(SystemRegister.PMBPTR_EL1, v -> v + 64);
            case POINTER_READ_BACK ->
                bench.registers.after(
                        SystemRegister.PMBLIMITR_EL1,
                        () -> bench.context.register(SystemRegister.PMBPTR_EL1, BUFFER_VA + 128));
            case POINTER_CHANGED_BY_GUEST -> memory(SystemRegister.PMBPTR_EL1, BUFFER_VA + 64);
            case STATUS_NEVER_WRITTEN -> {
                bench.context.register(SystemRegister.PMBSR_EL1, S | 1);
                bench.registers.spoil(SystemRegister.PMBSR_EL1, v -> S | 2);
            }
            case STATUS_CLEARED_ON_EXIT -> {
                bench.context.register(SystemRegister.PMBSR_EL1, S | 1);
                bench.registers.drop(SystemRegister.PMBSR_EL1);
            }
            case STATUS_REPORTED -> {
                bench.context.register(SystemRegister.PMBSR_EL1, S | 1);
                bench.registers.after(SystemRegister.HCR_EL2, () -> memory(SystemRegister.PMBSR_EL1, 1L << 18));
            }
            case STATUS_CHANGED_FOR_A_REASON -> memory(SystemRegister.PMBSR_EL1, 1L << 19);
            case LINE_FOLLOWS_STATUS ->
                bench.registers.after(
                        SystemRegister.PMBLIMITR_EL1, () -> bench.distributor().setLine(0, HostInterrupts.SPE, true));
            case HOST_CONTROLS -> bench.context.register(SystemRegister.PMSCR_EL2, 1 << 4);
            case MAXIMUM_SHOWN -> bench.broken = SystemRegister.PMBIDR_EL1;
            case FEATURES_HIDDEN -> bench.broken = SystemRegister.PMSIDR_EL1;
            case VERSION_LIMITED -> bench.broken = SystemRegister.ID_AA64DFR0_EL1;
        }
        bench.read(bench.broken == 0 ? SystemRegister.ID_AA64PFR0_EL1 : bench.broken);
    }

    @ParameterizedTest
    @EnumSource
    void isNoticed(Invariant invariant) {
        profile();
        BrokenInvariantException e = catchThrowableOfType(BrokenInvariantException.class, () -> breakIt(invariant));
        assertThat(e).as(invariant.label).isNotNull();
        assertThat(e.invariant()).isEqualTo(invariant.label);
        assertThat(e).hasMessageContaining(invariant.text).hasMessageContaining("PMBLIMITR_EL1");
    }

    @Test
    @DisplayName("names are one of a kind, and a sound world switch breaks none")
    void sound() {
        assertThat(Arrays.stream(Invariant.values()).map(i -> i.label))
                .doesNotHaveDuplicates()
                .hasSize(EnumSet.allOf(Invariant.class).size());
        profile();
        for (int i = 0; i < 400; i++) {
            bench.sample();
            anExit();
        }
        assertThat(bench.vm.bufferEvents()).containsKey("buffer full");
    }
}
