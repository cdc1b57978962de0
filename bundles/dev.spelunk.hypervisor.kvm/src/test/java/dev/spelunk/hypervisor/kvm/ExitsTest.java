// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.hypervisor.VirtualMachine.Outcome;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.parts.FirmwareCalls.Action;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.BusAbort;
import dev.spelunk.api.state.BusTarget;
import dev.spelunk.api.state.PeState;
import dev.spelunk.hypervisor.kvm.interrupts.HostInterrupts;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.vm.KvmVirtualMachine;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Entry, aborts, MMIO, PSCI, waiting, and trapped registers beside SPE's. */
class ExitsTest {
    private static final long EC_HVC = 0x16L << 26 | 1L << 25;
    private static final long EC_SMC = 0x17L << 26 | 1L << 25;
    private static final long EC_WFX = 0x01L << 26 | 1L << 25;
    private final Bench bench = new Bench();

    @Test
    void entersAtEl1WithTheMmuOff() {
        bench.vm = new KvmVirtualMachine(bench.description(), bench.settings());
        bench.pe.executed = 1600;
        bench.pe.x[5] = 7;
        bench.vm.start(bench.context, 0x4008_0000L, 0x4400_0000L);
        assertThat(bench.pe.pc).isEqualTo(0x4008_0000L);
        assertThat(bench.pe.spsr()).isEqualTo(0x3C5);
        assertThat(bench.pe.x[0]).isEqualTo(0x4400_0000L);
        assertThat(bench.pe.x[5]).isZero();
        assertThat(bench.hardware(SystemRegister.SCTLR_EL1) & 1).isZero();
    }

    @Test
    @DisplayName("the virtual counter of a VM begins at zero")
    void counterOffset() {
        bench.pe.executed = 1600;
        bench.start();
        assertThat(bench.hardware(SystemRegister.CNTVOFF_EL2)).isEqualTo(100);
    }

    @Test
    @DisplayName("memory is mapped when the guest first touches it, in blocks of 2 MiB")
    void stage2Fault() {
        bench.start();
        bench.pe.pc = 0x4000_0040L;
        bench.stage2Abort(0x4020_1000L, false, true, false);
        assertThat(bench.outcome).isEqualTo(Outcome.RESUME);
        assertThat(bench.pe.pc).as("the access is made again").isEqualTo(0x4000_0040L);
        assertThat(bench.vm.exits()).containsEntry("stage 2 fault", 1L);
        bench.stage2Abort(0x4000_0000L, false, false, true);
        assertThat(bench.vm.state().stage2Counts()).containsExactly(1, 2, 0);
        Translation out = new Translation();
        assertThat(bench.context.translator.translateStage2(out, 0x4020_1234L, 2))
                .isTrue();
        assertThat(out.pa).isEqualTo(Bench.HOST + 0x20_1234L);
    }

    @Test
    @DisplayName("an access that neither memslot nor device backs is an External abort to the guest, as in KVM")
    void nothingThere() {
        bench.start();
        bench.context.register(SystemRegister.VBAR_EL1, 0x4000_8000L);
        bench.pe.pc = 0x4000_0040L;
        bench.stage2Abort(0x0A00_0008L, true, true, false);
        assertThat(bench.core.exceptionsToGuest).isEqualTo(1);
        assertThat(bench.hardware(SystemRegister.ESR_EL1)).isEqualTo(0x25L << 26 | 1L << 25 | 0x10);
        assertThat(bench.hardware(SystemRegister.FAR_EL1)).isEqualTo(0x0A00_0008L);
        assertThat(bench.hardware(SystemRegister.ELR_EL1)).isEqualTo(0x4000_0040L);
        assertThat(bench.pe.pc).isEqualTo(0x4000_8200L);
        bench.stage2Abort(0x0A00_0000L, false, false, true);
        assertThat(bench.hardware(SystemRegister.ESR_EL1) >>> 26).isEqualTo(0x21);
    }

    @Test
    @DisplayName("an access to a device without a valid syndrome is an External abort to the guest")
    void noSyndrome() {
        bench.start();
        bench.stage2Abort(0x0800_0000L, false, false, false);
        assertThat(bench.core.exceptionsToGuest).isEqualTo(1);
    }

    @Test
    void userSpaceDevices() {
        long[] written = new long[3];
        bench.userDevices.add(0x0900_0000L, 0x1000, new BusTarget() {
            @Override
            public long read(long offset, int size) {
                return offset == 0x18 ? 0x8090 : 0xFFFF_FFFF_8765_4321L;
            }

            @Override
            public void write(long offset, int size, long value) {
                if (offset == 0x20) {
                    throw BusAbort.INSTANCE;
                }
                written[0] = offset;
                written[1] = size;
                written[2] = value;
            }
        });
        bench.start();
        bench.pe.pc = 0x4000_0040L;
        bench.pe.x[1] = 0x1122_3344_5566_7788L;
        bench.stage2Abort(0x0900_0010L, true, true, false);
        assertThat(written).containsExactly(0x10, 8, 0x1122_3344_5566_7788L);
        assertThat(bench.pe.pc).isEqualTo(0x4000_0044L);
        bench.stage2Abort(0x0900_0018L, false, true, false);
        assertThat(bench.pe.x[1]).isEqualTo(0x8090);

        // LDRSH W1: signed, 16 bits, into a W register.
        bench.context.register(SystemRegister.HPFAR_EL2, 0x0900_0000L >>> 12 << 4);
        bench.exit(Core.SYNCHRONOUS, 0x24L << 26 | 1L << 25 | 1L << 24 | 1L << 22 | 1L << 21 | 1L << 16 | 0x05, 0x18);
        assertThat(bench.pe.x[1]).isEqualTo(0xFFFF_8090L);
        // STRB W1.
        bench.exit(Core.SYNCHRONOUS, 0x24L << 26 | 1L << 25 | 1L << 24 | 1L << 16 | 1L << 6 | 0x05, 0x11);
        assertThat(written).containsExactly(0x11, 1, 0x90);
        // LDR X1, then to XZR.
        bench.exit(Core.SYNCHRONOUS, 0x24L << 26 | 1L << 25 | 1L << 24 | 3L << 22 | 31L << 16 | 1L << 15 | 0x05, 0);
        assertThat(bench.pe.x[PeState.ZERO]).isZero();
        assertThat(bench.vm.exits()).containsEntry("MMIO: user space device", 5L);
        assertThat(bench.core.exceptionsToGuest).isZero();
        bench.stage2Abort(0x0900_0020L, true, true, false);
        assertThat(bench.core.exceptionsToGuest)
                .as("the device's own External abort")
                .isEqualTo(1);
    }

    @Test
    void theTablesMemoryIsUsedUp() {
        bench.start();
        bench.vm.state().stage2Free(Bench.HOST);
        bench.stage2Abort(0x4020_1000L, false, true, false);
        assertThat(bench.outcome).isEqualTo(Outcome.FAILED);
        assertThat(bench.vm.failure()).contains("stage 2 tables");
    }

    @Test
    void whatItCannotServeFailsWithASentence() {
        bench.start();
        bench.pe.pc = 0x4000_0040L;
        bench.exit(Core.SYNCHRONOUS, 0x3FL << 26, 0);
        assertThat(bench.outcome).isEqualTo(Outcome.FAILED);
        assertThat(bench.vm.failure()).contains("0x40000040").contains("syndrome");
        Bench other = new Bench().start();
        other.exit(Core.SERROR, 0, 0);
        assertThat(other.outcome).isEqualTo(Outcome.FAILED);
        assertThat(other.vm.failure()).contains("SError");
    }

    @Test
    @DisplayName(
            "HVC goes on behind the instruction; a trapped SMC is advanced and served alike; an immediate is not supported")
    void firmwareCalls() {
        long[] last = new long[1];
        bench.firmware = (x, pes) -> {
            last[0] = x[0];
            x[0] = 0x10001;
            switch ((int) last[0]) {
                case 8:
                    return new FirmwareCalls.Request(Action.SYSTEM_OFF);
                case 9:
                    return new FirmwareCalls.Request(Action.SYSTEM_RESET);
                default:
                    return new FirmwareCalls.Request(Action.RETURN);
            }
        };
        bench.start();
        bench.pe.pc = 0x4000_0044L;
        bench.pe.x[0] = 0x8400_0000L;
        bench.exit(Core.SYNCHRONOUS, EC_HVC, 0);
        assertThat(bench.pe.x[0]).isEqualTo(0x10001);
        assertThat(bench.pe.pc).isEqualTo(0x4000_0044L);
        bench.exit(Core.SYNCHRONOUS, EC_SMC, 0);
        assertThat(bench.pe.pc).isEqualTo(0x4000_0048L);
        assertThat(last[0]).isEqualTo(0x10001);
        bench.exit(Core.SYNCHRONOUS, EC_SMC | 7, 0);
        assertThat(bench.pe.x[0]).isEqualTo(-1);
        assertThat(bench.vm.exits()).containsEntry("HVC", 1L).containsEntry("SMC", 2L);
        bench.pe.x[0] = 8;
        bench.exit(Core.SYNCHRONOUS, EC_HVC, 0);
        assertThat(bench.outcome).isEqualTo(Outcome.SYSTEM_OFF);
        bench.pe.x[0] = 9;
        bench.exit(Core.SYNCHRONOUS, EC_HVC, 0);
        assertThat(bench.outcome).isEqualTo(Outcome.SYSTEM_RESET);
    }

    @Test
    @DisplayName("a standby waits as WFI does, unless an interrupt is pending; CPU_OFF takes the vCPU out of the run")
    void standbyAndOff() {
        Action[] action = {Action.STANDBY};
        bench.firmware = (x, pes) -> new FirmwareCalls.Request(action[0]);
        bench.start();
        bench.exit(Core.SYNCHRONOUS, EC_HVC, 0);
        assertThat(bench.pe.waiting).isTrue();
        assertThat(bench.pe.waitingForEvent).isFalse();
        bench.pe.waiting = false;
        bench.context.interrupts.setLine(0, HostInterrupts.VIRTUAL_TIMER, true);
        bench.settle();
        bench.exit(Core.SYNCHRONOUS, EC_HVC, 0);
        assertThat(bench.pe.waiting).isFalse();
        action[0] = Action.CPU_OFF;
        bench.exit(Core.SYNCHRONOUS, EC_HVC, 0);
        assertThat(bench.pe.powered).isFalse();
        assertThat(bench.outcome).isEqualTo(Outcome.RESUME);
    }

    @Test
    void withoutFirmwareCallsAreNotSupported() {
        bench.start();
        bench.exit(Core.SYNCHRONOUS, EC_HVC, 0);
        assertThat(bench.pe.x[0]).isEqualTo(-1);
    }

    @Test
    @DisplayName("WFI waits behind the instruction, unless an interrupt is pending")
    void waiting() {
        bench.start();
        bench.pe.pc = 0x4000_0040L;
        bench.exit(Core.SYNCHRONOUS, EC_WFX, 0);
        assertThat(bench.pe.waiting).isTrue();
        assertThat(bench.pe.pc).isEqualTo(0x4000_0044L);
        assertThat(bench.pe.el).isEqualTo(1);
        bench.pe.waiting = false;
        bench.context.interrupts.setLine(0, HostInterrupts.VIRTUAL_TIMER, true);
        bench.settle();
        bench.exit(Core.SYNCHRONOUS, EC_WFX, 0);
        assertThat(bench.pe.waiting).isFalse();
    }

    @Test
    void hostActionsCostVirtualTime() {
        bench.costs = new HostCosts(100, 20, 3, 1000, 50_000, 0, 0, 1_000_000, 0);
        bench.start();
        assertThat(bench.pe.idleCycles).isEqualTo(20);
        bench.exit(Core.SYNCHRONOUS, EC_WFX, 0);
        assertThat(bench.pe.idleCycles).isEqualTo(140);
        bench.stage2Abort(0x4020_0000L, false, true, false);
        assertThat(bench.pe.idleCycles).isEqualTo(140 + 120 + 50_000);
        bench.enableMmu().mapBuffer(2);
        long before = bench.pe.idleCycles;
        bench.write(SystemRegister.PMBPTR_EL1, Bench.BUFFER_VA);
        bench.write(SystemRegister.PMBLIMITR_EL1, Bench.BUFFER_VA + 0x2001);
        assertThat(bench.pe.idleCycles - before)
                .as("two exits, two walks, five pins, two blocks")
                .isEqualTo(2 * 120 + 2 * 1000 + 5 * 3 + 2 * 50_000);
        assertThatThrownBy(() -> new HostCosts(0, 0, -1, 0, 0, 0, 0, 0, 0)).isInstanceOf(BadInputException.class);
    }

    @Test
    void bootTimeRegistersOfDebugAndMonitors() {
        bench.start();
        int mdscr = Encoding.of(2, 0, 0, 2, 2);
        int osdlr = Encoding.of(2, 0, 1, 3, 4);
        bench.write(mdscr, 1L << 12);
        assertThat(bench.read(mdscr)).isEqualTo(1L << 12);
        bench.write(osdlr, 1);
        assertThat(bench.read(osdlr)).isZero();
        bench.write(SystemRegister.PMCR_EL0, -1);
        assertThat(bench.read(SystemRegister.PMCR_EL0)).isZero();
        bench.write(SystemRegister.ACTLR_EL1, -1);
        assertThat(bench.read(SystemRegister.ACTLR_EL1)).isZero();
        assertThat(bench.core.exceptionsToGuest).isZero();
        assertThat(bench.vm.traps()).containsKeys("MDSCR_EL1", "PMCR_EL0", "ACTLR_EL1");
    }

    @Test
    void setWayMaintenanceDoesNothing() {
        bench.start();
        bench.pe.pc = 0x4000_0040L;
        bench.exit(
                Core.SYNCHRONOUS, 0x18L << 26 | 1L << 25 | Encoding.syndrome(Encoding.of(1, 0, 7, 14, 2), 2, false), 0);
        assertThat(bench.pe.pc).isEqualTo(0x4000_0044L);
        assertThat(bench.vm.traps()).containsEntry("S1_0_C7_C14_2", 1L);
    }

    @Test
    @DisplayName("another instance of the hypervisor takes over a running VM with all that it remembers")
    void takeOver() {
        bench.start().enableMmu().mapBuffer(4).enableBuffer(Bench.BUFFER_VA, Bench.BUFFER_VA + 0x4000);
        bench.sample();
        KvmVirtualMachine old = bench.vm;
        bench.vm = new KvmVirtualMachine(bench.description(), bench.settings());
        assertThat(bench.vm.exits()).isEqualTo(old.exits());
        assertThat(bench.read(SystemRegister.PMBPTR_EL1)).isEqualTo(Bench.BUFFER_VA + 64);
        assertThat(bench.sample()).isTrue();
        assertThat(bench.records).hasSize(2);
        bench.write(SystemRegister.PMBLIMITR_EL1, 0);
        assertThat(bench.vm.state().pinnedPages()).isZero();
    }

    @Test
    void aMemslotOfHalfPagesIsRefused() {
        Bench odd = new Bench();
        odd.memslotSize--;
        assertThatThrownBy(() -> new KvmVirtualMachine(odd.description(), odd.settings()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("whole pages");
    }
}
