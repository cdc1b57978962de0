// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Interrupts of the guest: through the real GIC model, physical and virtual. */
class VirtualInterruptsTest {
    private static final long GICD = 0x0800_0000L;
    private static final long GICR = 0x080A_0000L;
    private static final int UART = 33;
    private final Bench bench = new Bench();

    /** A guest that has brought up its GIC by MMIO and by its CPU interface. */
    @BeforeEach
    void guest() {
        bench.start();
        store(GICD, 0x12, 4);
        store(GICR + 0x14, 0, 4);
        store(GICR + 0x10080, 0xFFFF_FFFFL, 4);
        store(GICR + 0x10100, 1 << 3 | 1 << 21 | 1 << 27 | 1 << 30, 4);
        store(GICD + 0x84, 0xFFFF_FFFFL, 4);
        store(GICD + 0x104, 1L << UART - 32, 4);
        bench.write(SystemRegister.ICC_PMR_EL1, 0xF0);
        bench.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
    }

    private void store(long ipa, long value, int size) {
        bench.pe.x[1] = value;
        bench.context.register(SystemRegister.HPFAR_EL2, ipa >>> 12 << 4);
        bench.exit(
                0,
                0x24L << 26
                        | 1L << 25
                        | 1L << 24
                        | (long) Integer.numberOfTrailingZeros(size) << 22
                        | 1L << 16
                        | 1L << 6
                        | 0x05,
                ipa);
        assertThat(bench.core.exceptionsToGuest).isZero();
    }

    private boolean virtualInterrupt() {
        return (bench.pe.interrupts & PeState.VIRQ) != 0;
    }

    private boolean physicalInterrupt() {
        return (bench.pe.interrupts & PeState.IRQ) != 0;
    }

    /** The virtual timer as the timer device drives it. */
    private void timer(long control, long compare) {
        bench.context.register(SystemRegister.CNTV_CTL_EL0, control);
        bench.context.register(SystemRegister.CNTV_CVAL_EL0, compare);
        bench.context.interrupts.setLine(0, 27, control == 1 && bench.pe.cycles() / 16 >= compare);
        bench.settle();
    }

    @Test
    void theGuestsGicIsItsOwn() {
        assertThat(bench.vm.exits().get("MMIO: virtual GIC")).isEqualTo(6);
        assertThat(bench.vm.traps()).doesNotContainKey("ICC_PMR_EL1");
        assertThat(bench.distributor().isEnabled(0, 21)).isTrue();
        assertThat(bench.distributor().isEnabled(0, 20)).isFalse();
    }

    @Test
    @DisplayName(
            "the SPE interrupt is pending while in-memory S is 1, and not again at once when the handler clears it")
    void profilingInterrupt() {
        bench.write(SystemRegister.PMBSR_EL1, 1 << 17);
        assertThat(virtualInterrupt()).isTrue();
        assertThat(physicalInterrupt()).isFalse();
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(21);
        assertThat(virtualInterrupt()).isFalse();
        bench.read(SystemRegister.PMBSR_EL1);
        assertThat(virtualInterrupt()).as("active, not pending beside").isFalse();
        bench.write(SystemRegister.PMBSR_EL1, 0);
        bench.write(SystemRegister.ICC_EOIR1_EL1, 21);
        bench.takeInterrupts();
        assertThat(virtualInterrupt()).isFalse();
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(1023);
    }

    @Test
    @DisplayName("ended while the line is still high, a level interrupt is pending again")
    void levelStaysHigh() {
        bench.write(SystemRegister.PMBSR_EL1, 1 << 17);
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(21);
        bench.write(SystemRegister.ICC_EOIR1_EL1, 21);
        assertThat(bench.takeInterrupts()).as("GIC maintenance").isEqualTo(1);
        assertThat(bench.vm.exits()).containsEntry("IRQ: GIC maintenance", 1L);
        assertThat(virtualInterrupt()).isTrue();
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(21);
    }

    @Test
    @DisplayName("an SGI that comes while the guest has acknowledged the one before is not lost")
    void edgeWhileActive() {
        bench.distributor().softwareGenerated(0, 3L << 24 | 1);
        bench.settle();
        bench.takeInterrupts();
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(3);
        bench.distributor().softwareGenerated(0, 3L << 24 | 1);
        bench.settle();
        bench.takeInterrupts();
        assertThat(virtualInterrupt()).as("active and pending").isFalse();
        bench.write(SystemRegister.ICC_EOIR1_EL1, 3);
        bench.takeInterrupts();
        assertThat(virtualInterrupt()).isTrue();
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(3);
        bench.write(SystemRegister.ICC_EOIR1_EL1, 3);
        bench.takeInterrupts();
        assertThat(virtualInterrupt()).isFalse();
        assertThat(bench.distributor().isPending(0, 3)).isFalse();
    }

    @Test
    @DisplayName(
            "the guest's timer: the host takes it and forwards it; the guest's end of interrupt ends the physical one")
    void virtualTimer() {
        timer(1, 1000);
        assertThat(physicalInterrupt()).isFalse();
        bench.pe.idleCycles = 16_000;
        timer(1, 1000);
        assertThat(bench.takeInterrupts()).as("once").isEqualTo(1);
        assertThat(bench.vm.exits()).containsEntry("IRQ: guest's timer", 1L);
        assertThat(virtualInterrupt()).isTrue();
        assertThat(bench.context.interrupts.isActive(0, 27)).isTrue();
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(27);
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(physicalInterrupt() || virtualInterrupt())
                .as("active in the guest")
                .isFalse();
        timer(1, 2000);
        bench.write(SystemRegister.ICC_EOIR1_EL1, 27);
        assertThat(bench.context.interrupts.isActive(0, 27)).isFalse();
        assertThat(physicalInterrupt() || virtualInterrupt()).isFalse();

        bench.pe.idleCycles = 32_000;
        timer(1, 2000);
        assertThat(bench.takeInterrupts()).isEqualTo(1);
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(27);
        bench.write(SystemRegister.ICC_EOIR1_EL1, 27);
        bench.settle();
        assertThat(bench.takeInterrupts()).as("ended too early: it comes again").isEqualTo(1);
        assertThat(virtualInterrupt()).isTrue();
    }

    @Test
    @DisplayName(
            "a timer that the guest reprograms before it takes the interrupt is not pending any more after the next exit")
    void timerWithdrawn() {
        bench.pe.idleCycles = 16_000;
        timer(1, 1000);
        bench.takeInterrupts();
        timer(1, 5000);
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(virtualInterrupt()).isFalse();
        assertThat(bench.context.interrupts.isActive(0, 27)).isFalse();
        bench.pe.idleCycles = 80_000;
        timer(1, 5000);
        assertThat(bench.takeInterrupts()).isEqualTo(1);
        assertThat(virtualInterrupt()).isTrue();
    }

    @Test
    @DisplayName("a device of user space kicks the vCPU out of the guest")
    void deviceLine() {
        bench.vm.setLine(0, UART, true);
        bench.settle();
        assertThat(physicalInterrupt()).isTrue();
        assertThat(bench.takeInterrupts()).isEqualTo(1);
        assertThat(bench.vm.exits().keySet()).anyMatch(reason -> reason.startsWith("IRQ: kick"));
        assertThat(virtualInterrupt()).isTrue();
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(UART);
        bench.vm.setLine(0, UART, false);
        bench.settle();
        bench.takeInterrupts();
        bench.write(SystemRegister.ICC_EOIR1_EL1, UART);
        bench.takeInterrupts();
        assertThat(virtualInterrupt()).isFalse();
    }

    @Test
    void softwareGeneratedInterrupts() {
        assertThat(bench.traps(SystemRegister.ICC_SGI1R_EL1, false)).isTrue();
        bench.write(SystemRegister.ICC_SGI1R_EL1, 3L << 24 | 1);
        assertThat(virtualInterrupt()).isTrue();
        assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(3);
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        bench.write(SystemRegister.ICC_EOIR1_EL1, 3);
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(virtualInterrupt()).isFalse();
    }

    @Test
    @DisplayName("more interrupts than list registers: all of them come, the highest priority first")
    void moreThanListRegisters() {
        store(GICD + 0x104, 0x3F << 4, 4);
        for (int i = 0; i < 6; i++) {
            store(GICD + 0x400 + 36 + i, 0xA0 - 8 * i, 1);
            bench.vm.distributor().setPending(0, 36 + i, true);
        }
        bench.takeInterrupts();
        for (int i = 5; i >= 0; i--) {
            assertThat(virtualInterrupt()).as("interrupt %d", 36 + i).isTrue();
            assertThat(bench.read(SystemRegister.ICC_IAR1_EL1)).isEqualTo(36 + i);
            bench.write(SystemRegister.ICC_EOIR1_EL1, 36 + i);
            bench.settle();
            bench.takeInterrupts();
        }
        assertThat(virtualInterrupt()).isFalse();
        assertThat(bench.hardware(SystemRegister.ICH_HCR_EL2) & 2)
                .as("underflow interrupt off again")
                .isZero();
    }

    @Test
    @DisplayName("an active interrupt that is in no list register can be ended (ICH_HCR_EL2.EOIcount)")
    void endOfUnlisted() {
        store(GICD + 0x104, 0x1F << 4, 4);
        for (int i = 0; i < 5; i++) {
            store(GICD + 0x400 + 36 + i, 0x80 + 8 * i, 1);
            bench.distributor().setActive(0, 36 + i, true);
        }
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        bench.context.register(SystemRegister.ICH_AP1R0_EL2, 1L << 20);
        bench.write(SystemRegister.ICC_EOIR1_EL1, 40);
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(bench.distributor().isActive(0, 40)).isFalse();
        for (int i = 0; i < 4; i++) {
            assertThat(bench.distributor().isActive(0, 36 + i)).isTrue();
        }
    }
}
