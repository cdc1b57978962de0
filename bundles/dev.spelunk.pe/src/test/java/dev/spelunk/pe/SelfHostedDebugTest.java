// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Self-hosted debug of a PE alone; the guest suite-debug.elf tests it from the inside of a composed machine. */
class SelfHostedDebugTest {
    private static final int NOP = 0xD503201F;
    private static final int LDXR_X1_X0 = 0xC85F7C01;
    private static final int LDR_X1_X0 = 0xF9400001;
    private static final long MDSCR_SS = 1;
    private static final long MDSCR_KDE = 1L << 13;
    private static final long MDSCR_MDE = 1L << 15;
    private static final int DBGBVR0_EL1 = Encoding.of(2, 0, 0, 0, 4);
    private static final int DBGBCR0_EL1 = Encoding.of(2, 0, 0, 0, 5);
    private static final int DBGWVR0_EL1 = Encoding.of(2, 0, 0, 0, 6);
    private static final int DBGWCR0_EL1 = Encoding.of(2, 0, 0, 0, 7);
    private static final long VECTORS = BareMachine.BASE + 0x8000;
    private static final long MDCR_TDE = 1L << 8;

    private final BareMachine m = BareMachine.full();

    @BeforeEach
    void vectors() {
        m.set(SystemRegister.VBAR_EL1, VECTORS);
        m.set(SystemRegister.VBAR_EL2, VECTORS + 0x800);
        m.pe.daif = 0;
    }

    private void user() {
        m.pe.el = 0;
        m.pe.spSel = 0;
    }

    private long exceptionClass() {
        return m.get(SystemRegister.ESR_EL1) >>> 26;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("one operation is stepped, at full speed and when it is observed")
    void step(boolean observed) {
        m.code(NOP, NOP);
        user();
        m.set(SystemRegister.MDSCR_EL1, MDSCR_SS);
        m.pe.ss = true;
        if (observed) {
            assertThat(m.core.runObserved(new Operation())).isEqualTo(Core.CONTINUE);
            assertThat(m.core.observed()).isTrue();
            assertThat(m.core.runObserved(new Operation())).isEqualTo(Core.CONTINUE);
            assertThat(m.core.observed()).as("the exception is no operation").isFalse();
        } else {
            m.run(1);
            assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
            assertThat(m.pe.ss).isFalse();
            m.at(VECTORS + 0x400).code(NOP);
            m.run(1);
        }
        assertThat(exceptionClass()).isEqualTo(0x32);
        assertThat(m.get(SystemRegister.ESR_EL1) & 0x1FFFFFF).isEqualTo(1 << 24 | 0x22);
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE + 4);
        assertThat(m.get(SystemRegister.SPSR_EL1) >>> 21 & 1).isZero();
        assertThat(m.pe.el).isEqualTo(1);
    }

    @Test
    @DisplayName("a stepped Load-Exclusive is told in the syndrome")
    void exclusive() {
        m.code(LDXR_X1_X0, NOP);
        m.pe.x[0] = BareMachine.BASE + 0x100;
        user();
        m.set(SystemRegister.MDSCR_EL1, MDSCR_SS);
        m.pe.ss = true;
        m.run(1);
        assertThat(m.pe.stepped).isEqualTo(PeState.STEPPED_EXCLUSIVE);
        m.at(VECTORS + 0x400).code(NOP);
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1) >>> 6 & 1).isOne();
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, 0x32, 1",
        "0, true, 0x32, 2",
        "1, true, 0x32, 2",
        "1, false, 0x33, 1",
        "2, true, 0x33, 2",
        "2, false, 0, 0"
    })
    @DisplayName("MDCR_EL2.TDE routes debug exceptions to EL2, and none is taken to a lower Exception level")
    void routing(int el, boolean tde, String taken, int target) {
        m.code(NOP, NOP);
        m.at(VECTORS + 0x200).code(NOP);
        m.pe.el = el;
        m.pe.spSel = el == 0 ? 0 : 1;
        m.set(SystemRegister.MDCR_EL2, tde ? MDCR_TDE : 0);
        m.set(SystemRegister.MDSCR_EL1, MDSCR_SS | MDSCR_KDE);
        m.core.run(1);
        int register = target == 2 ? SystemRegister.ESR_EL2 : SystemRegister.ESR_EL1;
        assertThat(m.get(register) >>> 26).isEqualTo(Long.decode(taken).longValue());
        if (target != 0) {
            assertThat(m.pe.el).isEqualTo(target);
        } else {
            assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 0x32", "true, 0"})
    @DisplayName("while the OS Double Lock is locked no debug exception is taken (FEAT_DoubleLock)")
    void doubleLock(boolean locked, String taken) {
        BareMachine machine = new BareMachine("FEAT_DoubleLock");
        machine.set(SystemRegister.VBAR_EL1, VECTORS);
        machine.at(VECTORS + 0x400).code(NOP);
        machine.at(BareMachine.BASE).code(NOP, NOP);
        machine.pe.pc = BareMachine.BASE;
        machine.pe.daif = 0;
        machine.pe.el = 0;
        machine.pe.spSel = 0;
        machine.set(SystemRegister.OSDLR_EL1, locked ? 1 : 0);
        machine.set(SystemRegister.MDSCR_EL1, MDSCR_SS);
        machine.core.run(1);
        assertThat(machine.get(SystemRegister.ESR_EL1) >>> 26)
                .isEqualTo(Long.decode(taken).longValue());
    }

    @Test
    @DisplayName("a breakpoint stops before its operation, which is not counted")
    void breakpoint() {
        m.code(NOP, NOP, NOP);
        user();
        m.set(SystemRegister.MDSCR_EL1, MDSCR_MDE);
        m.set(DBGBVR0_EL1, BareMachine.BASE + 8);
        m.set(DBGBCR0_EL1, 1 | 2 << 1 | 0xF << 5);
        m.at(VECTORS + 0x400).code(NOP);
        m.run(3);
        assertThat(exceptionClass()).isEqualTo(0x30);
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE + 8);
        assertThat(m.pe.executed).isEqualTo(2);
        assertThat(m.pe.pc).isEqualTo(VECTORS + 0x400);
    }

    @Test
    @DisplayName("a watchpoint is seen on a page that has been used before, and not any more when it is disabled")
    void watchpoint() {
        m.code(LDR_X1_X0, LDR_X1_X0, LDR_X1_X0, LDR_X1_X0);
        long address = BareMachine.BASE + 0x2000;
        m.pe.x[0] = address;
        m.memory.write(address, 8, 42);
        user();
        m.run(1);
        assertThat(m.pe.x[1]).isEqualTo(42);
        m.pe.x[1] = 0;
        m.set(SystemRegister.MDSCR_EL1, MDSCR_MDE);
        m.set(DBGWVR0_EL1, address);
        m.set(DBGWCR0_EL1, 1 | 2 << 1 | 1 << 3 | 0xFF << 5);
        m.run(1);
        assertThat(exceptionClass()).isEqualTo(0x34);
        assertThat(m.get(SystemRegister.FAR_EL1)).isEqualTo(address);
        assertThat(m.pe.x[1]).as("the load was not made").isZero();
        user();
        m.pe.pc = BareMachine.BASE + 8;
        m.set(SystemRegister.MDSCR_EL1, 0);
        m.run(1);
        assertThat(m.pe.x[1]).isEqualTo(42);
    }
}
