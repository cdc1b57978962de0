// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Writes to buffer registers while PMBLIMITR_EL1.E is 1 (DEN0154); every invariant is checked meanwhile. */
class StrictWritesTest {
    private static final long LIMIT = BUFFER_VA + 0x4000;
    private static final long S = 1L << 17;

    private static Bench bench(boolean strict) {
        Bench bench = new Bench();
        bench.settings = bench.settings().withStrictWrites(strict);
        bench.start().enableMmu().mapBuffer(4);
        bench.enableBuffer(BUFFER_VA, LIMIT);
        return bench;
    }

    @Test
    @DisplayName("they count by default, and are told by register and PC")
    void told() {
        Bench bench = bench(false);
        bench.pe.pc = 0x4000_1000L;
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA + 0x1000);
        assertThat(bench.memory(SystemRegister.PMBPTR_EL1)).isEqualTo(BUFFER_VA + 0x1000);
        for (int i = 0; i < 2; i++) {
            bench.pe.pc = 0x4000_2000L;
            bench.write(SystemRegister.PMBSR_EL1, i == 0 ? S : 0);
        }
        assertThat(bench.memory(SystemRegister.PMBSR_EL1)).isZero();
        bench.pe.pc = 0x4000_3000L;
        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT);
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA);
        bench.write(SystemRegister.PMBSR_EL1, 1L << 16);
        assertThat(bench.vm.host())
                .containsEntry("PMBPTR_EL1 written while E = 1, at 0x40001000", 1L)
                .containsEntry("PMBSR_EL1 written while E = 1, at 0x40002000", 2L);
        assertThat(bench.vm.host().keySet())
                .filteredOn(k -> k.contains("while E = 1"))
                .hasSize(2);
    }

    @Test
    @DisplayName("a hypervisor that is strict ignores them, but for clearing E")
    void ignored() {
        Bench bench = bench(true);
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA + 0x1000);
        assertThat(bench.memory(SystemRegister.PMBPTR_EL1)).isEqualTo(BUFFER_VA);
        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT + 0x1000 | 1);
        assertThat(bench.memory(SystemRegister.PMBLIMITR_EL1)).isEqualTo(LIMIT | 1);
        assertThat(bench.vm.state().pinnedPages()).isPositive();
        bench.write(SystemRegister.PMBLIMITR_EL1, 0);
        assertThat(bench.memory(SystemRegister.PMBLIMITR_EL1))
                .as("the rest of it stays")
                .isEqualTo(LIMIT);
        assertThat(bench.vm.state().pinnedPages()).isZero();
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA + 0x1000);
        assertThat(bench.memory(SystemRegister.PMBPTR_EL1)).isEqualTo(BUFFER_VA + 0x1000);
    }

    @Test
    @DisplayName(
            "a handler that clears S while E is 1 is interrupted again and again under such a hypervisor, and only there")
    void handler() {
        for (boolean strict : new boolean[] {false, true}) {
            Bench bench = bench(strict);
            bench.unmap(BUFFER_VA + 0x1000);
            bench.write(SystemRegister.PMBLIMITR_EL1, 0);
            bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT | 1);
            assertThat(bench.memory(SystemRegister.PMBSR_EL1) & S).isNotZero();
            bench.write(SystemRegister.PMBSR_EL1, 0);
            assertThat((bench.memory(SystemRegister.PMBSR_EL1) & S) != 0).isEqualTo(strict);
            assertThat(bench.line()).isEqualTo(strict);
            bench.write(SystemRegister.PMBLIMITR_EL1, 0);
            bench.write(SystemRegister.PMBSR_EL1, 0);
            assertThat(bench.line()).as("the order that DEN0154 asks for").isFalse();
        }
    }
}
