// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Reset of one PE while the machine runs")
class PeResetTest {
    private static final long ENTRY = 0x4008_0000L;

    private final MachineState machine = new MachineState(2, new PhysicalMemory(0x4000_0000L, 0x1000), 1);
    private final PeContext context = new PeContext(machine, machine.pes[1]);
    private final PeState pe = context.pe;

    PeResetTest() {
        context.architecture = new Architecture(85, Set.of("FEAT_EL2", "FEAT_EL3", "FEAT_VHE"), null, Map.of());
        context.registers = new RegisterModelComponent().create(context, List.of(), null);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @DisplayName("a PE that is switched on begins at the entry, MMU off, everything masked, at the time of who asked")
    void reset(int el) {
        int sctlr = el == 1 ? SystemRegister.SCTLR_EL1 : SystemRegister.SCTLR_EL2;
        long reset = context.register(sctlr);
        context.register(sctlr, reset | 1);
        context.register(SystemRegister.VBAR_EL1, 0x8000);
        context.register(SystemRegister.HCR_EL2, 1L << 27 | 1L << 31);
        long mpidr = context.register(SystemRegister.MPIDR_EL1);
        context.register(SystemRegister.SCR_EL3, 0x531);
        pe.daif = 0;
        pe.nzcv = 15;
        pe.pan = true;
        pe.pm = true;
        pe.waiting = true;
        pe.eventRegister = true;
        pe.el = 3 - el;
        pe.spSel = 0;
        pe.exclusiveAddress = 64;
        pe.spu.inFlight = true;
        context.reset(el);
        context.powerOn(ENTRY, 0x1234_5678_9ABC_DEF0L, 5000);
        assertThat(pe.powered).isTrue();
        assertThat(pe.waiting).isFalse();
        assertThat(pe.eventRegister).isFalse();
        assertThat(pe.spu.inFlight).isFalse();
        assertThat(pe.pc).isEqualTo(ENTRY);
        assertThat(pe.x[0]).isEqualTo(0x1234_5678_9ABC_DEF0L);
        assertThat(pe.el).isEqualTo(el);
        assertThat(pe.spsr()).isEqualTo(0x3C0 | el << 2 | 1);
        assertThat(pe.exclusiveAddress).isEqualTo(-1);
        assertThat(pe.changed).isEqualTo(-1);
        assertThat(pe.cycles()).isEqualTo(5000);
        assertThat(context.register(sctlr)).isEqualTo(reset);
        assertThat(context.register(sctlr) & 1).isZero();
        assertThat(context.register(SystemRegister.VBAR_EL1)).isZero();
        assertThat(context.register(SystemRegister.MPIDR_EL1)).isEqualTo(mpidr);
        assertThat(context.register(SystemRegister.SCR_EL3)).isEqualTo(0x531);
        assertThat(context.register(SystemRegister.HCR_EL2) & 1L << 27).isEqualTo(el == 1 ? 1L << 27 : 0);
        if (el == 2) {
            assertThat(context.register(SystemRegister.VMPIDR_EL2)).isEqualTo(mpidr);
        }
    }
}
