// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.PeState;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The SPE Profiling exception as the PE takes it, PSTATE.PM, and the trap of PSB CSYNC (DDI 0487, D17.8 and C6.2.318). */
class ProfilingExceptionTest {
    private static final long VBAR = BareMachine.BASE + 0x10000;
    private static final long VBAR2 = BareMachine.BASE + 0x20000;
    private static final int NOP = 0xd503201f;
    private static final int ERET = 0xd69f03e0;
    private static final int PSB_CSYNC = 0xd503223f;
    private static final long PM = 1L << 32;

    private static BareMachine machine() {
        String[] features = Arrays.copyOf(BareMachine.ALL, BareMachine.ALL.length + 1);
        features[features.length - 1] = "FEAT_SPE_EXC";
        BareMachine m = new BareMachine(features);
        m.set(SystemRegister.VBAR_EL1, VBAR);
        m.set(SystemRegister.VBAR_EL2, VBAR2);
        m.set(SystemRegister.HCR_EL2, 1L << 31);
        m.code(NOP, NOP, NOP, NOP);
        for (long vector : new long[] {VBAR, VBAR + 0x200, VBAR + 0x400, VBAR2 + 0x400}) {
            m.at(vector).code(NOP, ERET);
        }
        return m;
    }

    @Test
    @Tag("T98")
    @DisplayName("T98: EC 0x3D, FSC 1, asynchronous, at the vector of synchronous exceptions; PM masks from then on")
    void taken() {
        for (int target = 1; target <= 2; target++) {
            BareMachine m = machine();
            m.pe.el = 1;
            m.pe.profilingException = target;
            int reason = m.run(1);
            assertThat(m.pe.el).isEqualTo(target);
            assertThat(reason).isEqualTo(target == 2 ? Core.EXCEPTION_TO_EL2 : Core.CONTINUE);
            assertThat(m.get(target == 2 ? SystemRegister.ESR_EL2 : SystemRegister.ESR_EL1))
                    .isEqualTo(0x3DL << 26 | 1 << 25 | 1 << 1);
            assertThat(m.get(target == 2 ? SystemRegister.ELR_EL2 : SystemRegister.ELR_EL1))
                    .isEqualTo(BareMachine.BASE);
            assertThat(m.pe.pm).isTrue();
            assertThat(m.pe.profilingException).isZero();
            assertThat(m.pe.changed & PeState.CHANGED_PROFILING).isNotZero();
            assertThat(m.pe.pc & -0x80L).isEqualTo(target == 2 ? VBAR2 + 0x400 : VBAR + 0x200);
        }
    }

    @Test
    @DisplayName("An exception return restores PSTATE.PM from SPSR bit 32, also at the same Exception level")
    void restored() {
        for (long pm : new long[] {0, PM}) {
            BareMachine m = machine().at(BareMachine.BASE).code(ERET);
            m.pe.el = 1;
            m.pe.pm = pm == 0;
            m.pe.changed = 0;
            m.set(SystemRegister.SPSR_EL1, pm | 5);
            m.set(SystemRegister.ELR_EL1, BareMachine.BASE + 4);
            m.run(1);
            assertThat(m.pe.pm).isEqualTo(pm != 0);
            assertThat(m.pe.changed & PeState.CHANGED_PROFILING)
                    .as("the SPU looks again")
                    .isNotZero();
        }
    }

    @Test
    @DisplayName("One to EL3 stays pending: no code executes there")
    void monitor() {
        BareMachine m = machine();
        m.pe.el = 1;
        m.pe.profilingException = 3;
        m.run(1);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
        assertThat(m.pe.profilingException).isEqualTo(3);
    }

    @Test
    @DisplayName("Without FEAT_SPE_EXC no exception sets PSTATE.PM, and SPSR bit 32 is RES0")
    void without() {
        BareMachine m = BareMachine.full();
        m.set(SystemRegister.VBAR_EL1, VBAR);
        m.set(SystemRegister.HCR_EL2, 1L << 31);
        m.code(0xd4000001);
        m.pe.el = 1;
        m.run(1);
        assertThat(m.pe.pm).isFalse();
        assertThat(m.get(SystemRegister.SPSR_EL1) & PM).isZero();
    }

    @Test
    @DisplayName("HFGITR_EL2.PSBCSYNC traps PSB CSYNC below EL2 with EC 0x0A and ISS 4; without an SPU it is a NOP")
    void barrier() {
        boolean[] synchronizedOnce = new boolean[1];
        for (int el = 0; el <= 2; el++) {
            BareMachine m = machine().at(BareMachine.BASE).code(PSB_CSYNC);
            m.context.sampler = (Sampler) Proxy.newProxyInstance(
                    Sampler.class.getClassLoader(), new Class<?>[] {Sampler.class}, (proxy, method, arguments) -> {
                        synchronizedOnce[0] |= method.getName().equals("profilingSynchronizationBarrier");
                        return null;
                    });
            m.set(SystemRegister.HFGITR_EL2, 1L << 63);
            m.pe.el = el;
            synchronizedOnce[0] = false;
            m.run(1);
            assertThat(synchronizedOnce[0]).isEqualTo(el == 2);
            assertThat(m.pe.pc).isEqualTo(el < 2 ? VBAR2 + 0x400 : BareMachine.BASE + 4);
            if (el < 2) {
                assertThat(m.get(SystemRegister.ESR_EL2)).isEqualTo(0x0AL << 26 | 1 << 25 | 4);
            }
        }
        BareMachine none = machine().at(BareMachine.BASE).code(PSB_CSYNC);
        none.set(SystemRegister.HFGITR_EL2, 1L << 63);
        none.pe.el = 1;
        none.run(1);
        assertThat(none.pe.pc).isEqualTo(BareMachine.BASE + 4);
    }
}
