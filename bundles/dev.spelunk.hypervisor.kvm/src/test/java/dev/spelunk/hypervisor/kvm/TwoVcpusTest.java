// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.hypervisor.kvm.registers.HypervisorControls;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A VM of two vCPUs on two PEs. */
class TwoVcpusTest {
    private final Bench bench = new Bench(85, 2);

    @Test
    @DisplayName("each vCPU has its own in-memory registers; pages that both pin stay pinned until both let go")
    void ownRegistersSharedPins() {
        bench.start().enableMmu().mapBuffer(1).enableBuffer(BUFFER_VA, BUFFER_VA + 0x1000);
        assertThat(bench.vm.state().pinnedPages()).isEqualTo(4);
        bench.select(1);
        assertThat(bench.read(SystemRegister.PMBLIMITR_EL1)).isZero();
        bench.context.register(SystemRegister.TTBR0_EL1, Bench.TABLES);
        bench.context.register(SystemRegister.TCR_EL1, 25L | 25L << 16 | 2L << 30);
        bench.context.register(SystemRegister.SCTLR_EL1, 1);
        bench.context.translator.contextChanged();
        bench.enableBuffer(BUFFER_VA, BUFFER_VA + 0x1000);
        assertThat(bench.vm.state().pinnedPages()).isEqualTo(4);
        bench.write(SystemRegister.PMBLIMITR_EL1, 0);
        assertThat(bench.vm.state().pinnedPages()).isEqualTo(4);
        bench.select(0).write(SystemRegister.PMBLIMITR_EL1, 0);
        assertThat(bench.vm.state().pinnedPages()).isZero();
    }

    @Test
    @DisplayName("an interrupt for a vCPU in the guest kicks its PE; it takes the interrupt from its list registers")
    void kick() {
        bench.start();
        bench.distributor().redistributors().write(0x20000 + 0x10080, 4, 0xFFFF_FFFFL);
        bench.distributor().redistributors().write(0x20000 + 0x10100, 4, 1 << 5);
        bench.distributor().distributor().write(0, 4, 0x12);
        bench.select(1).takeInterrupts();
        bench.write(SystemRegister.ICC_PMR_EL1, 0xF0);
        bench.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        bench.select(0).write(SystemRegister.ICC_SGI1R_EL1, 5L << 24 | 2);
        bench.select(1).settle();
        assertThat(bench.pe.interrupts & PeState.IRQ).isNotZero();
        assertThat(bench.takeInterrupts()).isEqualTo(1);
        assertThat(bench.pe.interrupts & PeState.VIRQ).isNotZero();
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(5);
    }

    @Test
    @DisplayName(
            "CPU_ON resets the vCPU: its registers are as after a reset, its host's controls are there, its pins gone")
    void powerOn() {
        bench.firmware = (x, pes) -> {
            assertThat(pes.count()).isEqualTo(2);
            assertThat(pes.affinity(1)).isEqualTo(bench.affinity(1));
            x[0] = 0;
            return new FirmwareCalls.Request(FirmwareCalls.Action.CPU_ON, 1, 0x4010_0000L, 77);
        };
        bench.start().select(1).enableBuffer(Bench.BUFFER_IPA, Bench.BUFFER_IPA + 0x1000);
        assertThat(bench.vm.state().pinnedPages()).isEqualTo(1);
        bench.context.register(SystemRegister.TTBR0_EL1, 0x4000_0000L);
        bench.context.register(SystemRegister.SCTLR_EL1, bench.context.register(SystemRegister.SCTLR_EL1) | 1);
        bench.pe.powered = false;
        bench.select(0).pe.idleCycles += 5000;
        bench.exit(Core.SYNCHRONOUS, 0x16L << 26 | 1L << 25, 0);
        assertThat(bench.pe.x[0]).isZero();
        assertThat(bench.pe.el).isEqualTo(1);
        bench.select(1).settle();
        assertThat(bench.pe.el).isEqualTo(1);
        assertThat(bench.pe.pc).isEqualTo(0x4010_0000L);
        assertThat(bench.pe.x[0]).isEqualTo(77);
        assertThat(bench.pe.powered).isTrue();
        assertThat(bench.pe.cycles()).isGreaterThanOrEqualTo(5000);
        assertThat(bench.hardware(SystemRegister.SCTLR_EL1) & 1).isZero();
        assertThat(bench.hardware(SystemRegister.TTBR0_EL1)).isZero();
        assertThat(bench.hardware(SystemRegister.HCR_EL2)).isEqualTo(HypervisorControls.HCR_GUEST);
        assertThat(bench.hardware(SystemRegister.ICC_IGRPEN1_EL1)).isEqualTo(1);
        assertThat(bench.vm.state().pinnedPages()).isZero();
        assertThat(bench.read(SystemRegister.PMBLIMITR_EL1)).isZero();
    }
}
