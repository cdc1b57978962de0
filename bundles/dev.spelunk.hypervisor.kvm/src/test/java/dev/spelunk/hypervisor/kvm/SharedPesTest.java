// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.hypervisor.kvm.registers.HypervisorControls;
import dev.spelunk.hypervisor.kvm.vm.KvmVirtualMachine;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("vCPUs that share PEs: load and put, time slices, blocking, moves, and a task of the host")
class SharedPesTest {
    private static final long WFI = 0x01L << 26 | 1L << 25;
    private static final long WFE = WFI | 1;
    private static final long HVC = 0x16L << 26 | 1L << 25;
    private static final long SVC = 0x15L << 26 | 1L << 25;
    private static final long SECOND = 0x4010_0000L;

    private Bench bench;

    /** The VM is made and its first vCPU entered; one that an HVC switches on is vCPU 1. */
    private void start(Bench made) {
        bench = made;
        int[] next = {1};
        bench.firmware = (x, pes) -> {
            boolean off = x[0] == 1;
            x[0] = 0;
            return off
                    ? new FirmwareCalls.Request(FirmwareCalls.Action.CPU_OFF, 0, 0, 0)
                    : new FirmwareCalls.Request(FirmwareCalls.Action.CPU_ON, next[0]++, SECOND, 77);
        };
        bench.vm = new KvmVirtualMachine(bench.description(), bench.settings());
        for (int i = bench.contexts.length - 1; i >= 0; i--) {
            bench.select(i);
            bench.vm.start(bench.context, Bench.GUEST, 5);
            bench.settle();
        }
    }

    private void exit(int kind, long syndrome) {
        bench.exit(kind, syndrome, 0);
    }

    private void switchOn() {
        bench.pe.x[0] = 0;
        exit(Core.SYNCHRONOUS, HVC);
        assertThat(bench.outcome).isEqualTo(Outcome.RESUME);
    }

    /** Time passes, and the run loop tells the VM what is due. */
    private void pass(long cycles) {
        bench.pe.executed += cycles;
        while (bench.vm.deadline(bench.pe.index) <= bench.pe.cycles()) {
            bench.vm.advance(bench.pe.index);
            bench.settle();
            bench.takeInterrupts();
        }
    }

    @Test
    @DisplayName("The first vCPU has PE 0; the other PEs are off until somebody comes")
    void begins() {
        start(Bench.shared(2, 3, false));
        assertThat(bench.pe.pc).isEqualTo(Bench.GUEST);
        assertThat(bench.pe.x[0]).isEqualTo(5);
        assertThat(bench.pe.el).isEqualTo(1);
        assertThat(bench.contexts[1].pe.powered).isFalse();
        assertThat(bench.vm.deadline(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(bench.vm.idle()).isFalse();
    }

    @Test
    @DisplayName("A vCPU that is switched on goes to the PE of its number, at the time of who did it")
    void ownPe() {
        start(Bench.shared(2, 2, false));
        bench.pe.executed += 5000;
        switchOn();
        assertThat(bench.pe.pc).as("vCPU 0 goes on").isEqualTo(Bench.GUEST);
        bench.select(1);
        assertThat(bench.pe.powered).isTrue();
        assertThat(bench.pe.pc).isEqualTo(SECOND);
        assertThat(bench.pe.x[0]).isEqualTo(77);
        assertThat(bench.pe.cycles()).isGreaterThanOrEqualTo(5000);
        assertThat(bench.hardware(SystemRegister.HCR_EL2)).isEqualTo(HypervisorControls.HCR_GUEST);
    }

    @Test
    @DisplayName("Two on one PE take turns at the end of a slice; registers and the buffer of each come back")
    void preempted() {
        start(Bench.shared(1, 2, false));
        bench.enableMmu().mapBuffer(1).enableBuffer(BUFFER_VA, BUFFER_VA + 0x1000);
        bench.write(SystemRegister.TPIDR_EL1, 0x1111);
        bench.pe.x[7] = 0xAAAA;
        bench.pe.v[3] = 0x5555;
        switchOn();
        assertThat(bench.pe.x[7]).as("vCPU 1 waits for its turn").isEqualTo(0xAAAA);
        long due = bench.vm.deadline(0);
        assertThat(due - bench.pe.cycles()).isBetween(1L, 1000L);
        bench.pe.pc = 0x4000_1234L;
        pass(999 - bench.pe.cycles() % 1000);
        pass(1000);
        assertThat(bench.pe.pc).isEqualTo(SECOND);
        assertThat(bench.pe.x[0]).isEqualTo(77);
        assertThat(bench.pe.x[7]).isZero();
        assertThat(bench.read(SystemRegister.TPIDR_EL1)).isNotEqualTo(0x1111);
        assertThat(bench.hardware(SystemRegister.PMBLIMITR_EL1) & 1).isZero();
        assertThat(bench.read(SystemRegister.PMBLIMITR_EL1)).isZero();
        bench.write(SystemRegister.TPIDR_EL1, 0x2222);
        pass(1000);
        assertThat(bench.pe.pc).isEqualTo(0x4000_1234L);
        assertThat(bench.pe.x[7]).isEqualTo(0xAAAA);
        assertThat(bench.pe.v[3]).isEqualTo(0x5555);
        assertThat(bench.read(SystemRegister.TPIDR_EL1)).isEqualTo(0x1111);
        assertThat(bench.read(SystemRegister.PMBLIMITR_EL1)).isEqualTo(BUFFER_VA + 0x1000 | 1);
        assertThat(bench.hardware(SystemRegister.PMBLIMITR_EL1) & 1).isEqualTo(1);
        assertThat(bench.vm.host()).containsEntry("vCPUs preempted at the end of their time slice", 2L);
        pass(1000);
        assertThat(bench.read(SystemRegister.TPIDR_EL1)).isEqualTo(0x2222);
    }

    @Test
    @DisplayName("WFI gives the PE to who waits for it; who is alone keeps it and waits there")
    void blocks() {
        start(Bench.shared(1, 2, false));
        exit(Core.SYNCHRONOUS, WFI);
        assertThat(bench.pe.waiting).as("alone").isTrue();
        assertThat(bench.vm.idle()).isTrue();
        start(Bench.shared(1, 2, false));
        switchOn();
        exit(Core.SYNCHRONOUS, WFI);
        assertThat(bench.pe.pc).isEqualTo(SECOND);
        assertThat(bench.pe.waiting).isFalse();
        assertThat(bench.vm.idle()).isFalse();
        exit(Core.SYNCHRONOUS, WFI);
        assertThat(bench.pe.waiting).as("both wait").isTrue();
        assertThat(bench.vm.idle()).isTrue();
    }

    @Test
    @DisplayName("A WFE yields to who waits, and costs no turn when nobody does")
    void yields() {
        start(Bench.shared(1, 2, false));
        exit(Core.SYNCHRONOUS, WFE);
        assertThat(bench.pe.pc).as("behind the WFE").isEqualTo(Bench.GUEST + 4);
        switchOn();
        exit(Core.SYNCHRONOUS, WFE);
        assertThat(bench.pe.pc).isEqualTo(SECOND);
        exit(Core.SYNCHRONOUS, WFE);
        assertThat(bench.pe.pc).isBetween(Bench.GUEST, Bench.GUEST + 0x100);
        assertThat(bench.vm.idle()).isFalse();
        for (int i = 0; i < 80; i++) {
            bench.pe.pc = bench.pe.pc >= SECOND ? SECOND : Bench.GUEST;
            exit(Core.SYNCHRONOUS, WFE);
        }
        assertThat(bench.vm.idle()).as("nobody does anything else").isTrue();
        bench.pe.x[3]++;
        exit(Core.SYNCHRONOUS, WFE);
        assertThat(bench.vm.idle()).isFalse();
    }

    @Test
    @DisplayName("CPU_OFF gives the PE away for good; without anybody it is off")
    void off() {
        start(Bench.shared(1, 2, false));
        switchOn();
        bench.pe.x[0] = 1;
        exit(Core.SYNCHRONOUS, HVC);
        assertThat(bench.pe.pc).isEqualTo(SECOND);
        assertThat(bench.vm.deadline(0)).as("nobody waits").isEqualTo(Long.MAX_VALUE);
        bench.pe.x[0] = 1;
        exit(Core.SYNCHRONOUS, HVC);
        assertThat(bench.pe.powered).isFalse();
        assertThat(bench.vm.idle()).isTrue();
    }

    @Test
    @DisplayName("A vCPU that is moved leaves its PE and goes on where it was on the other")
    void moves() {
        start(Bench.shared(2, 2, false));
        bench.pe.x[7] = 0xAAAA;
        bench.vm.move(0, 0);
        assertThat(bench.takeInterrupts()).as("it is there").isZero();
        bench.vm.move(0, 1);
        bench.settle();
        bench.pe.pc = 0x4000_0040L;
        assertThat(bench.takeInterrupts()).isPositive();
        assertThat(bench.pe.powered).isFalse();
        bench.select(1);
        assertThat(bench.pe.powered).isTrue();
        assertThat(bench.pe.pc).isEqualTo(0x4000_0040L);
        assertThat(bench.pe.x[7]).isEqualTo(0xAAAA);
        assertThat(bench.pe.cycles()).isGreaterThanOrEqualTo(bench.contexts[0].pe.cycles());
    }

    @Test
    @DisplayName("A timer of a vCPU that blocks elsewhere wakes it when it expires")
    void wakesByTimer() {
        start(Bench.shared(1, 2, false));
        switchOn();
        bench.context.register(SystemRegister.CNTV_CVAL_EL0, 500);
        bench.context.register(SystemRegister.CNTV_CTL_EL0, 1);
        bench.distributor().redistributors().write(0x10080, 4, 0xFFFF_FFFFL);
        bench.distributor().redistributors().write(0x10100, 4, 1L << 27);
        bench.distributor().distributor().write(0, 4, 0x12);
        bench.write(SystemRegister.ICC_PMR_EL1, 0xF0);
        bench.write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        long wait = bench.pe.pc;
        exit(Core.SYNCHRONOUS, WFI);
        assertThat(bench.pe.pc).isEqualTo(SECOND);
        long due = bench.vm.deadline(0);
        assertThat(due).isBetween(bench.pe.cycles() + 1, 500L * 16 + 16);
        pass(due - bench.pe.cycles() - 1);
        assertThat(bench.pe.pc).isEqualTo(SECOND);
        pass(1);
        assertThat(bench.pe.pc).isEqualTo(wait + 4);
        assertThat(bench.pe.waiting).isFalse();
    }

    @Test
    @DisplayName("The host's task profiles itself with the buffer of EL2, and its SPE state is its own")
    void hostTask() {
        start(Bench.shared(1, 1, true));
        assertThat(bench.pe.pc).as("the task was there first").isNotEqualTo(Bench.GUEST);
        assertThat(bench.pe.el).isEqualTo(2);
        assertThat(bench.hardware(SystemRegister.MDCR_EL2) >>> 12 & 3)
                .as("E2PB")
                .isZero();
        assertThat(bench.hardware(SystemRegister.HCR_EL2)).isEqualTo(HypervisorControls.HCR_HOST);
        long code = bench.pe.pc;
        assertThat(bench.context.memory.read(code, 4)).isEqualTo(0x10004003);
        long limit = bench.pe.x[1];
        assertThat(limit - bench.pe.x[0]).isEqualTo(1 << 20);
        bench.context.registers.write(SystemRegister.PMBPTR_EL1, bench.pe.x[0]);
        bench.context.registers.write(SystemRegister.PMBLIMITR_EL1, limit | 1);
        bench.context.registers.write(SystemRegister.PMSCR_EL2, 3);
        bench.pe.x[4] = 99;
        bench.pe.el = 0;
        bench.pe.pc = code + 72;
        exit(Core.SYNCHRONOUS, SVC);
        assertThat(bench.outcome).as("its kernel is code too").isEqualTo(Outcome.RESUME);
        bench.pe.el = 0;
        bench.pe.pc = code + 72;
        pass(1001);
        assertThat(bench.pe.pc).as("the slice is over").isEqualTo(Bench.GUEST);
        assertThat(bench.hardware(SystemRegister.PMBLIMITR_EL1) & 1).isZero();
        assertThat(bench.hardware(SystemRegister.PMSCR_EL2)).isZero();
        assertThat(bench.hardware(SystemRegister.HCR_EL2))
                .as("a WFE leaves the guest while another one waits")
                .isEqualTo(HypervisorControls.HCR_GUEST | HCR_EL2.TWE);
        pass(1001);
        assertThat(bench.pe.pc).isEqualTo(code + 72);
        assertThat(bench.pe.el).isZero();
        assertThat(bench.pe.x[4]).isEqualTo(99);
        assertThat(bench.hardware(SystemRegister.PMBLIMITR_EL1)).isEqualTo(limit | 1);
        assertThat(bench.hardware(SystemRegister.PMSCR_EL2)).isEqualTo(3);
        bench.context.registers.write(SystemRegister.PMBSR_EL1, 1L << 17 | 1);
        bench.settle();
        assertThat(bench.takeInterrupts()).isPositive();
        assertThat(bench.hardware(SystemRegister.PMBSR_EL1))
                .as("its driver serves it")
                .isZero();
        assertThat(bench.hardware(SystemRegister.PMBLIMITR_EL1)).isZero();
        assertThat(bench.pe.pc).isEqualTo(code + 72);
        exit(Core.SYNCHRONOUS, 0x24L << 26);
        assertThat(bench.outcome).isEqualTo(Outcome.FAILED);
        assertThat(bench.vm.failure()).isEqualTo("the host's task took an exception that is no system call");
    }
}
