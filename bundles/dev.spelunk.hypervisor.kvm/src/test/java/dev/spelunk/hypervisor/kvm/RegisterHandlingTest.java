// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static dev.spelunk.hypervisor.kvm.Bench.BUFFER_VA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.hypervisor.kvm.RecordingRegisters.Write;
import dev.spelunk.hypervisor.kvm.registers.HypervisorControls;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The register handling note of the series, sentence by sentence, on the real register rules. */
class RegisterHandlingTest {
    private static final long LIMIT = BUFFER_VA + 0x4000;
    private static final long S = 1L << 17;
    private static final int[] BUFFER = {
        SystemRegister.PMBLIMITR_EL1, SystemRegister.PMBPTR_EL1, SystemRegister.PMBSR_EL1
    };
    private static final int[] SAMPLING = {
        SystemRegister.PMSCR_EL1,
        SystemRegister.PMSICR_EL1,
        SystemRegister.PMSIRR_EL1,
        SystemRegister.PMSFCR_EL1,
        SystemRegister.PMSEVFR_EL1,
        SystemRegister.PMSLATFR_EL1
    };

    private final Bench bench = new Bench();

    private Bench profiling() {
        bench.start().enableMmu().mapBuffer(4).enableBuffer(BUFFER_VA, LIMIT);
        return bench;
    }

    /** An exit that has nothing to do with SPE. */
    private void unrelatedExit() {
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
    }

    @Test
    @Tag("T100")
    @DisplayName("T100: whatever the guest writes to PMBSR_EL1, hardware is only ever written zero")
    void statusNeverGoesToHardware() {
        profiling();
        bench.write(SystemRegister.PMBSR_EL1, S | 1);
        bench.write(SystemRegister.PMBSR_EL1, 1L << 26 | 1L << 19);
        for (int i = 0; i < 300; i++) {
            bench.sample();
            if (bench.takeInterrupts() > 0) {
                bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA);
                bench.write(SystemRegister.PMBSR_EL1, 1L << 18);
            }
        }
        assertThat(bench.vm.bufferEvents()).containsKey("buffer full");
        assertThat(bench.registers.values(SystemRegister.PMBSR_EL1))
                .isNotEmpty()
                .containsOnly(0L);
        assertThat(bench.memory(SystemRegister.PMBSR_EL1) & 1L << 18).isNotZero();
    }

    @Test
    @Tag("T101")
    @DisplayName("T101: after every exit hardware PMBLIMITR_EL1.E is 0, and became 0 while stage 2 was on")
    void limitOffBeforeStage2() {
        profiling();
        bench.registers.writes.clear();
        unrelatedExit();
        List<Write> writes = bench.registers.writes;
        Write off = writes.stream()
                .filter(w -> w.encoding() == SystemRegister.PMBLIMITR_EL1)
                .findFirst()
                .orElseThrow();
        assertThat(off.value() & 1).isZero();
        assertThat(off.stage2On()).isTrue();
        int stage2Off = indexOf(writes, SystemRegister.HCR_EL2, HypervisorControls.HCR_HOST);
        assertThat(writes.indexOf(off)).isLessThan(stage2Off);
        assertThat(indexOf(writes, SystemRegister.MDCR_EL2, 0))
                .as("host's E2PB before stage 2 goes off")
                .isLessThan(stage2Off);
    }

    private static int indexOf(List<Write> writes, int encoding, long value) {
        for (int i = 0; i < writes.size(); i++) {
            if (writes.get(i).encoding() == encoding && writes.get(i).value() == value) {
                return i;
            }
        }
        throw new AssertionError("not written: " + Encoding.name(encoding));
    }

    @Test
    @Tag("T102")
    @DisplayName(
            "T102: PMBPTR_EL1 and PMBLIMITR_EL1 are loaded only while E = 1 and S = 0, with stage 2 on, PMBLIMITR_EL1 last")
    void loadedOnlyWhenEnabled() {
        bench.start().enableMmu().mapBuffer(4);
        bench.registers.writes.clear();
        bench.write(SystemRegister.PMBPTR_EL1, BUFFER_VA);
        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT);
        bench.write(SystemRegister.PMBSR_EL1, S);
        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT | 1);
        assertThat(bench.registers.values(SystemRegister.PMBPTR_EL1)).isEmpty();
        assertThat(bench.registers.values(SystemRegister.PMBLIMITR_EL1)).isEmpty();

        bench.write(SystemRegister.PMBSR_EL1, 0);
        assertThat(bench.registers.values(SystemRegister.PMBPTR_EL1)).containsExactly(BUFFER_VA);
        assertThat(bench.registers.values(SystemRegister.PMBLIMITR_EL1)).containsExactly(LIMIT | 1);
        Write limit = bench.registers.writes.get(bench.registers.last(SystemRegister.PMBLIMITR_EL1));
        assertThat(limit.stage2On()).isTrue();
        assertThat(bench.registers.last(SystemRegister.PMBLIMITR_EL1))
                .isEqualTo(bench.registers.writes.size() - 1)
                .isGreaterThan(bench.registers.last(SystemRegister.PMBPTR_EL1));
        assertThat(bench.hardware(SystemRegister.PMBLIMITR_EL1)).isEqualTo(LIMIT | 1);
    }

    @Test
    @Tag("T103")
    @DisplayName("T103: in-memory PMBPTR_EL1 takes hardware's value on exit iff the predicate held at entry")
    void pointerReadBack() {
        profiling();
        bench.sample();
        assertThat(bench.memory(SystemRegister.PMBPTR_EL1))
                .as("the guest still runs")
                .isEqualTo(BUFFER_VA);
        unrelatedExit();
        assertThat(bench.memory(SystemRegister.PMBPTR_EL1)).isEqualTo(BUFFER_VA + 64);
        assertThat(bench.read(SystemRegister.PMBPTR_EL1)).isEqualTo(BUFFER_VA + 64);

        bench.write(SystemRegister.PMBLIMITR_EL1, LIMIT);
        bench.context.register(SystemRegister.PMBPTR_EL1, 0xDEAD_0000L);
        unrelatedExit();
        assertThat(bench.memory(SystemRegister.PMBPTR_EL1))
                .as("not loaded: hardware's value means nothing")
                .isEqualTo(BUFFER_VA + 64);
    }

    @Test
    @Tag("T104")
    @DisplayName("T104: hardware PMBSR_EL1 with S = 1 at exit is cleared, whatever the exit's reason")
    void statusCleared() {
        profiling();
        bench.write(SystemRegister.PMBPTR_EL1, LIMIT - 64);
        bench.sample();
        assertThat(bench.hardware(SystemRegister.PMBSR_EL1) & S).isNotZero();
        assertThat(bench.pe.interrupts & PeState.IRQ).isNotZero();
        unrelatedExit();
        assertThat(bench.hardware(SystemRegister.PMBSR_EL1)).isZero();
        assertThat(bench.memory(SystemRegister.PMBSR_EL1)).isEqualTo(S | 1);
        assertThat(bench.pe.interrupts & PeState.IRQ)
                .as("the physical line is low again")
                .isZero();
    }

    @Test
    @Tag("T105")
    @DisplayName(
            "T105: with FEAT_FGT the sampling controls go direct; PMSIDR_EL1, PMBIDR_EL1 and the buffer registers trap")
    void directAndTrapped() {
        bench.start();
        for (int register : SAMPLING) {
            assertThat(bench.registers.decide(register, true)).isEqualTo(Access.ALLOWED);
            assertThat(bench.registers.decide(register, false)).isEqualTo(Access.ALLOWED);
        }
        for (int register : BUFFER) {
            assertThat(bench.traps(register, true)).isTrue();
            assertThat(bench.traps(register, false)).isTrue();
        }
        assertThat(bench.traps(SystemRegister.PMSIDR_EL1, true)).isTrue();
        assertThat(bench.traps(SystemRegister.PMBIDR_EL1, true)).isTrue();
        long exits = bench.vm.exits().getOrDefault("system register", 0L);
        bench.write(SystemRegister.PMSIRR_EL1, 0x1234_5600L);
        assertThat(bench.read(SystemRegister.PMSIRR_EL1)).isEqualTo(0x1234_5600L);
        assertThat(bench.vm.exits().getOrDefault("system register", 0L)).isEqualTo(exits);
        bench.read(SystemRegister.PMSIDR_EL1);
        assertThat(bench.vm.traps()).containsEntry("PMSIDR_EL1", 1L);
    }

    @Test
    @DisplayName("8.4: without FEAT_FGT all sampling registers trap and are forwarded, PMBIDR_EL1 does not")
    void withoutFineGrainedTraps() {
        Bench v82 = new Bench(82).start();
        for (int register : SAMPLING) {
            assertThat(v82.traps(register, true)).isTrue();
        }
        assertThat(v82.traps(SystemRegister.PMSIDR_EL1, true)).isTrue();
        assertThat(v82.registers.decide(SystemRegister.PMBIDR_EL1, true)).isEqualTo(Access.ALLOWED);
        v82.write(SystemRegister.PMSIRR_EL1, 0x700);
        v82.write(SystemRegister.PMSCR_EL1, 3);
        v82.write(SystemRegister.PMSLATFR_EL1, 0x55);
        assertThat(v82.hardware(SystemRegister.PMSIRR_EL1)).isEqualTo(0x700);
        assertThat(v82.hardware(SystemRegister.PMSCR_EL1)).isEqualTo(3);
        assertThat(v82.hardware(SystemRegister.PMSCR_EL2)).isZero();
        assertThat(v82.read(SystemRegister.PMSLATFR_EL1)).isEqualTo(0x55);
        assertThat(v82.read(SystemRegister.PMSCR_EL1)).isEqualTo(3);
        assertThat(v82.read(SystemRegister.PMSIDR_EL1))
                .isEqualTo(v82.context.architecture.profiling().pmsidr());
    }

    @Test
    @DisplayName("8.4: profiling works without FEAT_FGT")
    void profilesWithoutFineGrainedTraps() {
        Bench v82 = new Bench(82).start().enableMmu().mapBuffer(1);
        v82.enableBuffer(BUFFER_VA, BUFFER_VA + 0x1000);
        assertThat(v82.sample()).isTrue();
        assertThat(v82.sample()).isTrue();
        assertThat(v82.records).hasSize(2);
        assertThat(v82.read(SystemRegister.PMBPTR_EL1)).isEqualTo(BUFFER_VA + 128);
    }

    @Test
    @Tag("T106")
    @DisplayName("T106: the guest's PMSVer is hardware's, at most 6; EL2, FGT and VHE are hidden")
    void version() {
        bench.start();
        assertThat(bench.read(SystemRegister.ID_AA64DFR0_EL1) >>> 32 & 15).isEqualTo(2);
        assertThat(new Bench(82).start().read(SystemRegister.ID_AA64DFR0_EL1) >>> 32 & 15)
                .isEqualTo(1);
        int index = bench.registers.index(SystemRegister.ID_AA64DFR0_EL1);
        for (long hardware = 0; hardware < 16; hardware++) {
            bench.pe.sys[index] = bench.pe.sys[index] & ~(15L << 32) | hardware << 32;
            assertThat(bench.read(SystemRegister.ID_AA64DFR0_EL1) >>> 32 & 15).isEqualTo(Math.min(hardware, 6));
        }
        assertThat(bench.read(SystemRegister.ID_AA64PFR0_EL1) >>> 8 & 15).isZero();
        assertThat(bench.read(SystemRegister.ID_AA64MMFR0_EL1) >>> 56 & 15).isZero();
        assertThat(bench.read(SystemRegister.ID_AA64MMFR1_EL1) >>> 8 & 15).isZero();
        assertThat(bench.hardware(SystemRegister.ID_AA64PFR0_EL1) >>> 8 & 15).isEqualTo(1);
    }

    @Test
    @Tag("T26")
    @DisplayName(
            "T26: PMBIDR_EL1.P is 0 to the guest while E2PB = 10, trapped or not, and 1 while the host owns the buffer")
    void programmingAllowed() {
        for (int version : new int[] {82, 85}) {
            Bench b = new Bench(version).start();
            assertThat(b.read(SystemRegister.PMBIDR_EL1) & 1 << 4).isZero();
            b.context.register(SystemRegister.MDCR_EL2, 0);
            assertThat(b.registers.read(SystemRegister.PMBIDR_EL1) & 1 << 4).isNotZero();
        }
    }

    @Test
    @Tag("T25")
    @DisplayName("T25: PMBIDR_EL1.MaxBuffSize shows the guest what user space set; without a limit it shows hardware's")
    void maximumShown() {
        assertThat(bench.start().read(SystemRegister.PMBIDR_EL1))
                .isEqualTo(bench.context.architecture.profiling().pmbidr());
        Bench limited = new Bench();
        limited.maxBufferSize = 0x200000;
        assertThat(limited.start().read(SystemRegister.PMBIDR_EL1))
                .isEqualTo(limited.context.architecture.profiling().pmbidr() | 0x0200L << 32);
    }

    @Test
    void aMaximumThatCannotBeShownIsRefused() {
        bench.maxBufferSize = 0x1001;
        assertThatThrownBy(bench::start).isInstanceOf(BadInputException.class).hasMessageStartingWith("EDOM");
        Bench v82 = new Bench(82);
        v82.maxBufferSize = 0x1000;
        assertThatThrownBy(v82::start).isInstanceOf(BadInputException.class).hasMessageContaining("FEAT_FGT");
    }

    @Test
    @DisplayName(
            "8.5 row 10: PMSCR_EL2 denies physical addresses, host context and physical time; the VM's option allows PA")
    void samplingControlOfTheHost() {
        assertThat(bench.start().hardware(SystemRegister.PMSCR_EL2)).isZero();
        Bench open = new Bench();
        open.physicalAddresses = true;
        assertThat(open.start().hardware(SystemRegister.PMSCR_EL2)).isEqualTo(1 << 4);
    }

    @Test
    @DisplayName(
            "8.5 row 10: while the guest runs E2PB = 10, HDFGRTR_EL2 bits 30 and 63 are 1, stage 2 is on, TGE is 0")
    void controlsWhileTheGuestRuns() {
        bench.start();
        assertThat(bench.pe.el).isEqualTo(1);
        assertThat(bench.hardware(SystemRegister.MDCR_EL2) >>> 12 & 7).isEqualTo(2);
        assertThat(bench.hardware(SystemRegister.HDFGRTR_EL2)).isEqualTo(1L << 63 | 1L << 30);
        long hcr = bench.hardware(SystemRegister.HCR_EL2);
        assertThat(hcr & 1).isEqualTo(1);
        assertThat(hcr >>> 27 & 1).isZero();
        assertThat(hcr >>> 34 & 1).isEqualTo(1);
        assertThat(hcr >>> 18 & 1).as("TID3").isEqualTo(1);
        assertThat(bench.context.system.profilingBufferOwnerEl()).isEqualTo(1);
        assertThat(new Bench(82).start().hardware(SystemRegister.MDCR_EL2) >>> 12 & 7)
                .as("TPMS and E2PB")
                .isEqualTo(6);
    }

    @Test
    @DisplayName("8.5 row 15: the in-memory buffer registers of a new vCPU are zero")
    void inMemoryReset() {
        bench.start();
        for (int register : BUFFER) {
            assertThat(bench.read(register)).isZero();
        }
    }

    @Test
    @DisplayName("8.5 row 7: COLL is ORed into memory on exit and cleared in hardware, without an event")
    void collision() {
        profiling();
        bench.context.register(SystemRegister.PMBSR_EL1, 1L << 16);
        unrelatedExit();
        assertThat(bench.memory(SystemRegister.PMBSR_EL1)).isEqualTo(1L << 16);
        assertThat(bench.hardware(SystemRegister.PMBSR_EL1)).isZero();
        assertThat(bench.line()).isFalse();
        assertThat(bench.vm.bufferEvents()).isEmpty();
        assertThat(bench.sample()).as("profiling goes on").isTrue();
    }

    @Test
    @DisplayName("8.5 row 9: an exit completes the sample in flight into the guest's buffer before the buffer goes off")
    void sampleInFlight() {
        profiling();
        bench.pe.executed += bench.context.sampler.grant();
        bench.context.sampler.synchronize();
        Operation operation = new Operation();
        operation.begin(bench.pe.pc, 1, true, bench.pe.cycles());
        operation.totalLatency = 1000;
        bench.pe.executed++;
        bench.context.sampler.sample(operation);
        assertThat(bench.records).isEmpty();
        unrelatedExit();
        assertThat(bench.records).hasSize(1);
        assertThat(bench.memory(SystemRegister.PMBPTR_EL1)).isEqualTo(BUFFER_VA + 64);
        assertThat(bench.peek(Bench.BUFFER_IPA)).as("in the guest's own memory").isNotZero();
    }

    @Test
    void res0BitsOfInMemoryRegistersReadZero() {
        bench.start();
        bench.write(SystemRegister.PMBLIMITR_EL1, 0xFFE);
        assertThat(bench.read(SystemRegister.PMBLIMITR_EL1) & ~6L).isZero();
        bench.write(SystemRegister.PMBSR_EL1, -1);
        assertThat(bench.read(SystemRegister.PMBSR_EL1) >>> 56).isZero();
        assertThat(bench.core.exceptionsToGuest).isZero();
    }

    @Test
    void anUnknownTrapIsUndefinedToTheGuest() {
        bench.start();
        bench.context.register(SystemRegister.VBAR_EL1, 0x4000_8000L);
        bench.pe.pc = 0x4000_0100L;
        bench.exit(
                Core.SYNCHRONOUS, 0x18L << 26 | 1L << 25 | Encoding.syndrome(Encoding.of(3, 0, 11, 0, 0), 3, true), 0);
        assertThat(bench.core.exceptionsToGuest).isEqualTo(1);
        assertThat(bench.hardware(SystemRegister.ESR_EL1)).isEqualTo(1L << 25);
        assertThat(bench.hardware(SystemRegister.ELR_EL1)).isEqualTo(0x4000_0100L);
        assertThat(bench.pe.pc).isEqualTo(0x4000_8200L);
    }
}
