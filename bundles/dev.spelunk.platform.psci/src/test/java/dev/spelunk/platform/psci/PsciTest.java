// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.psci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.parts.FirmwareCalls.Outcome;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.registers.RegisterModelComponent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("PSCI 1.1 (DEN 0022) and SMCCC 1.1 (DEN 0028)")
class PsciTest {
    private static final long ENTRY = 0x4008_0000L;
    private static final long NOT_SUPPORTED = -1;
    private static final long INVALID_PARAMETERS = -2;
    private static final long ALREADY_ON = -4;
    private static final long INVALID_ADDRESS = -9;

    private final MachineState machine = new MachineState(2, new PhysicalMemory(0x4000_0000L, 0x1000), 1);
    private final PeContext[] pes = {new PeContext(machine, machine.pes[0]), new PeContext(machine, machine.pes[1])};
    private final Psci psci = new Psci();
    private Outcome outcome;

    @BeforeEach
    void powerUp() {
        Architecture architecture = new Architecture(85, Set.of("FEAT_EL2", "FEAT_EL3", "FEAT_VHE"), null, Map.of());
        for (PeContext context : pes) {
            context.architecture = architecture;
            context.registers = new RegisterModelComponent().create(context, List.of(), null);
            context.pe.el = 1;
        }
        pes[0].pe.powered = true;
        pes[0].pe.executed = 5000;
    }

    private long call(int function, long... arguments) {
        return callAt(1, function, arguments);
    }

    private long callAt(int startEl, int function, long... arguments) {
        long[] x = pes[0].pe.x;
        x[0] = function & 0xFFFF_FFFFL;
        System.arraycopy(arguments, 0, x, 1, arguments.length);
        outcome = psci.call(pes, pes[0], startEl);
        return x[0];
    }

    private long affinity(int pe) {
        return pes[pe].register(SystemRegister.MPIDR_EL1) & 0xFF_00FF_FFFFL;
    }

    @Test
    @DisplayName("versions are PSCI 1.1 and SMCCC 1.1, and no Trusted OS migrates")
    void versions() {
        assertThat(call(0x8400_0000)).isEqualTo(0x1_0001);
        assertThat(call(0x8000_0000)).isEqualTo(0x1_0001);
        assertThat(call(0x8400_0006)).isEqualTo(2);
        assertThat(outcome).isEqualTo(Outcome.CONTINUE);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x8000_0000,
                0x8400_0000,
                0x8400_0001,
                0xC400_0001,
                0x8400_0002,
                0x8400_0003,
                0xC400_0003,
                0x8400_0004,
                0xC400_0004,
                0x8400_0006,
                0x8400_0008,
                0x8400_0009,
                0x8400_000A,
                0x8400_0012,
                0xC400_0012
            })
    @DisplayName("PSCI_FEATURES knows what is implemented")
    void features(int function) {
        assertThat(call(0x8400_000A, function & 0xFFFF_FFFFL)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x8400_0005,
                0x8400_0007,
                0x8400_000B,
                0x8400_000E,
                0xC400_000E,
                0xC400_0000,
                0xC400_0008,
                0x8000_8000,
                0x8600_0000,
                0,
                -1
            })
    @DisplayName("everything else is NOT_SUPPORTED, called or asked about")
    void unknown(int function) {
        assertThat(call(0x8400_000A, function & 0xFFFF_FFFFL)).isEqualTo(NOT_SUPPORTED);
        assertThat(call(function)).isEqualTo(NOT_SUPPORTED);
        assertThat(outcome).isEqualTo(Outcome.CONTINUE);
        assertThat(pes[0].pe.powered).isTrue();
    }

    @Test
    @DisplayName("SMCCC_ARCH_FEATURES: itself and the version, no workarounds")
    void architectureFeatures() {
        assertThat(call(0x8000_0001, 0x8000_0000L)).isZero();
        assertThat(call(0x8000_0001, 0x8000_0001L)).isZero();
        for (long workaround : new long[] {0x8000_8000L, 0x8000_7FFFL, 0x8000_3FFFL}) {
            assertThat(call(0x8000_0001, workaround)).isEqualTo(NOT_SUPPORTED);
        }
    }

    @Test
    @DisplayName("SYSTEM_OFF, SYSTEM_RESET and a warm SYSTEM_RESET2 end the run; other reset types are invalid")
    void system() {
        call(0x8400_0008);
        assertThat(outcome).isEqualTo(Outcome.SYSTEM_OFF);
        call(0x8400_0009);
        assertThat(outcome).isEqualTo(Outcome.SYSTEM_RESET);
        call(0xC400_0012, 0);
        assertThat(outcome).isEqualTo(Outcome.SYSTEM_RESET);
        assertThat(call(0x8400_0012, 0x8000_0000L)).isEqualTo(INVALID_PARAMETERS);
        assertThat(outcome).isEqualTo(Outcome.CONTINUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @DisplayName("CPU_ON starts a PE at the entry, MMU off, everything masked, context in X0, at the caller's time")
    void cpuOn(int el) {
        PeState pe = pes[1].pe;
        int sctlr = el == 1 ? SystemRegister.SCTLR_EL1 : SystemRegister.SCTLR_EL2;
        long reset = pes[1].register(sctlr);
        pes[1].register(sctlr, reset | 1);
        pes[1].register(SystemRegister.VBAR_EL1, 0x8000);
        pes[1].register(SystemRegister.HCR_EL2, 1L << 27 | 1L << 31);
        long mpidr = pes[1].register(SystemRegister.MPIDR_EL1);
        pes[1].register(SystemRegister.SCR_EL3, 0x531);
        pe.daif = 0;
        pe.nzcv = 15;
        pe.pan = true;
        pe.waiting = true;
        pe.el = 3 - el;
        pe.spSel = 0;
        pe.exclusiveAddress = 64;
        assertThat(callAt(el, 0xC400_0003, affinity(1), ENTRY, 0x1234_5678_9ABC_DEF0L))
                .isZero();
        assertThat(pe.powered).isTrue();
        assertThat(pe.waiting).isFalse();
        assertThat(pe.pc).isEqualTo(ENTRY);
        assertThat(pe.x[0]).isEqualTo(0x1234_5678_9ABC_DEF0L);
        assertThat(pe.el).isEqualTo(el);
        assertThat(pe.spsr()).isEqualTo(0x3C0 | el << 2 | 1);
        assertThat(pe.exclusiveAddress).isEqualTo(-1);
        assertThat(pe.changed).isEqualTo(-1);
        assertThat(pe.cycles()).isEqualTo(5000);
        assertThat(pes[1].register(sctlr)).isEqualTo(reset);
        assertThat(pes[1].register(sctlr) & 1).isZero();
        assertThat(pes[1].register(SystemRegister.VBAR_EL1)).isZero();
        assertThat(pes[1].register(SystemRegister.MPIDR_EL1)).isEqualTo(mpidr);
        assertThat(pes[1].register(SystemRegister.SCR_EL3)).isEqualTo(0x531);
        assertThat(pes[1].register(SystemRegister.HCR_EL2) & 1L << 27).isEqualTo(el == 1 ? 1L << 27 : 0);
        if (el == 2) {
            assertThat(pes[1].register(SystemRegister.VMPIDR_EL2)).isEqualTo(mpidr);
        }
    }

    @Test
    @DisplayName("the 32-bit CPU_ON takes 32 bits of each argument")
    void cpuOn32() {
        assertThat(call(0x8400_0003, affinity(1) | 7L << 32, ENTRY | 1L << 40, -1))
                .isZero();
        assertThat(pes[1].pe.pc).isEqualTo(ENTRY);
        assertThat(pes[1].pe.x[0]).isEqualTo(0xFFFF_FFFFL);
    }

    @Test
    @DisplayName("CPU_ON: ALREADY_ON, INVALID_PARAMETERS for no such PE, INVALID_ADDRESS for an unaligned entry")
    void cpuOnErrors() {
        assertThat(call(0xC400_0003, affinity(0), ENTRY, 0)).isEqualTo(ALREADY_ON);
        assertThat(call(0xC400_0003, 0x77, ENTRY, 0)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0xC400_0003, affinity(1) | 1L << 31, ENTRY, 0)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0xC400_0003, affinity(1), ENTRY + 2, 0)).isEqualTo(INVALID_ADDRESS);
        assertThat(pes[1].pe.powered).isFalse();
    }

    @Test
    @DisplayName("CPU_OFF switches the caller off and does not return")
    void cpuOff() {
        call(0x8400_0002);
        assertThat(pes[0].pe.powered).isFalse();
        assertThat(pes[0].pe.changed & PeState.CHANGED_POWER).isNotZero();
        assertThat(outcome).isEqualTo(Outcome.CONTINUE);
    }

    @Test
    @DisplayName("AFFINITY_INFO: ON, OFF, a cluster is ON while one of it is, no such PE")
    void affinityInfo() {
        assertThat(call(0xC400_0004, affinity(0), 0)).isZero();
        assertThat(call(0xC400_0004, affinity(1), 0)).isEqualTo(1);
        assertThat(call(0xC400_0004, affinity(1) & ~0xFF, 1)).isZero();
        assertThat(call(0xC400_0004, 0x5500, 0)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0xC400_0004, affinity(0), 4)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0x8400_0004, 3L << 32 | affinity(1), 0)).isEqualTo(1);
        pes[0].pe.powered = false;
        assertThat(call(0xC400_0004, affinity(1) & ~0xFF, 1)).isEqualTo(1);
        assertThat(call(0xC400_0004, 0, 3)).isEqualTo(1);
    }

    @Test
    @DisplayName("CPU_SUSPEND is a standby that returns SUCCESS; reserved bits are invalid")
    void suspend() {
        assertThat(call(0xC400_0001, 0x0101_FFFF)).isZero();
        assertThat(pes[0].pe.waiting).isTrue();
        pes[0].pe.waiting = false;
        assertThat(call(0x8400_0001, 0x8000_0000L)).isEqualTo(INVALID_PARAMETERS);
        assertThat(call(0x8400_0001, 0x0002_0000L)).isEqualTo(INVALID_PARAMETERS);
        assertThat(pes[0].pe.waiting).isFalse();
    }
}
