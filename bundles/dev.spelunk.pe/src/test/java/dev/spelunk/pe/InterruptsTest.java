// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Interrupts: routing, masking and waiting for them (DDI 0487, D1.3.6 and D1.6). */
class InterruptsTest {
    private static final long VBAR = BareMachine.BASE + 0x10000;
    private static final long VBAR2 = BareMachine.BASE + 0x20000;
    private static final int NOP = 0xd503201f;
    private static final int WFI = 0xd503207f;
    private static final int WFE = 0xd503205f;

    private static BareMachine machine() {
        BareMachine m = BareMachine.full();
        m.set(SystemRegister.VBAR_EL1, VBAR);
        m.set(SystemRegister.VBAR_EL2, VBAR2);
        m.code(NOP, NOP, NOP, NOP);
        m.at(VBAR + 0x280).code(NOP, NOP);
        m.at(VBAR + 0x300).code(NOP, NOP);
        m.at(VBAR + 0x380).code(NOP, NOP);
        return m;
    }

    private static void hcr(BareMachine m, long bits) {
        m.set(SystemRegister.HCR_EL2, 1L << 31 | bits);
    }

    /** IMO, TGE, EL and PSTATE.I against the EL that takes an IRQ; 0 when it stays pending. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, 1",
        "0, 0, 0, 1, 0",
        "0, 0, 1, 0, 1",
        "0, 0, 1, 1, 0",
        "0, 0, 2, 0, 0",
        "1, 0, 0, 1, 2",
        "1, 0, 1, 1, 2",
        "1, 0, 2, 0, 2",
        "1, 0, 2, 1, 0",
        "0, 1, 0, 1, 2",
        "0, 1, 2, 0, 2",
        "0, 1, 2, 1, 0"
    })
    void irqRouting(int imo, int tge, int el, int masked, int target) {
        BareMachine m = machine();
        hcr(m, (imo != 0 ? HCR_EL2.IMO : 0) | (tge != 0 ? HCR_EL2.TGE : 0));
        m.pe.el = el;
        m.pe.daif = masked != 0 ? PeState.I : 0;
        m.pe.interrupts = PeState.IRQ;
        int reason = m.run(1);
        if (target == 0) {
            assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
            return;
        }
        assertThat(m.pe.el).isEqualTo(target);
        assertThat(reason).isEqualTo(target == 2 ? Core.EXCEPTION_TO_EL2 : Core.CONTINUE);
        assertThat(m.core.lastExceptionKind()).isEqualTo(Core.IRQ);
        assertThat(m.get(target == 2 ? SystemRegister.ELR_EL2 : SystemRegister.ELR_EL1))
                .isEqualTo(BareMachine.BASE);
    }

    @Test
    void fiqBeforeIrq() {
        BareMachine m = machine();
        m.pe.daif = 0;
        m.pe.interrupts = PeState.IRQ | PeState.FIQ;
        m.run(1);
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE);
        assertThat(m.core.lastExceptionKind()).isEqualTo(Core.FIQ);
    }

    @Test
    void unmaskingTakesAPendingInterruptBeforeTheNextOperation() {
        BareMachine m = machine();
        m.at(BareMachine.BASE).code(NOP, 0xd50342ff, NOP);
        m.pe.daif = PeState.I;
        m.pe.interrupts = PeState.IRQ;
        m.run(2);
        assertThat(m.pe.executed).isEqualTo(2);
        m.run(1);
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE + 8);
        assertThat(m.pe.pc).isEqualTo(VBAR + 0x284);
    }

    @Test
    void virtualInterruptsNeedImoAndAnUnmaskedGuest() {
        BareMachine m = machine();
        hcr(m, HCR_EL2.IMO);
        m.pe.daif = 0;
        m.pe.interrupts = PeState.VIRQ;
        m.run(1);
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE);
        BareMachine off = machine();
        off.pe.daif = 0;
        off.pe.interrupts = PeState.VIRQ;
        off.run(1);
        assertThat(off.pe.pc).isEqualTo(BareMachine.BASE + 4);
        BareMachine bit = machine();
        hcr(bit, HCR_EL2.IMO | HCR_EL2.VI);
        bit.pe.daif = 0;
        bit.run(1);
        assertThat(bit.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE);
    }

    @Test
    void virtualSystemErrorIsTakenOnce() {
        BareMachine m = machine();
        hcr(m, HCR_EL2.AMO | HCR_EL2.VSE);
        m.set(SystemRegister.VSESR_EL2, 0x1000123);
        m.pe.daif = 0;
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(0x2FL << 26 | 1L << 25 | 0x1000123);
        assertThat(m.get(SystemRegister.HCR_EL2) & HCR_EL2.VSE).isZero();
    }

    @Test
    void observedFormTakesTheInterruptFirst() {
        BareMachine m = machine();
        m.pe.daif = 0;
        m.pe.interrupts = PeState.IRQ;
        m.core.runObserved(new Operation());
        assertThat(m.core.observed()).isFalse();
        assertThat(m.pe.executed).isZero();
    }

    @Test
    void waitForInterruptWakesOnAMaskedInterrupt() {
        BareMachine m = machine();
        m.at(BareMachine.BASE).code(WFI, NOP);
        m.pe.daif = 15;
        assertThat(m.run(10)).isEqualTo(Core.WAITING);
        assertThat(m.pe.waiting).isTrue();
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
        m.pe.eventRegister = true;
        assertThat(m.run(10)).isEqualTo(Core.WAITING);
        m.pe.interrupts = PeState.IRQ;
        assertThat(m.run(1)).isEqualTo(Core.CONTINUE);
        assertThat(m.pe.waiting).isFalse();
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 8);
    }

    @Test
    void waitForEventUsesTheEventRegister() {
        BareMachine m = machine();
        m.at(BareMachine.BASE).code(0xd50320bf, WFE, WFE, NOP);
        assertThat(m.run(10)).isEqualTo(Core.WAITING);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 12);
        m.pe.eventRegister = true;
        m.run(1);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 16);
        assertThat(m.pe.eventRegister).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0xd503207f, 0x2000, 0x1E00000",
        "0, 0xd503207f, 0x2000, 0x1E00000",
        "1, 0xd503205f, 0x4000, 0x1E00001"
    })
    void trappedWaits(int el, String word, String hcr, String iss) {
        BareMachine m = machine();
        m.at(BareMachine.BASE).code((int) (long) Long.decode(word));
        m.set(SystemRegister.SCTLR_EL1, SCTLR_ELx.nTWE | SCTLR_ELx.nTWI);
        hcr(m, Long.decode(hcr));
        m.pe.el = el;
        assertThat(m.run(1)).isEqualTo(Core.EXCEPTION_TO_EL2);
        assertThat(m.get(SystemRegister.ESR_EL2)).isEqualTo(1L << 26 | 1L << 25 | Long.decode(iss));
        assertThat(m.pe.waiting).isFalse();
    }

    @Test
    void waitAtEl0IsTrappedToEl1() {
        BareMachine m = machine();
        m.at(BareMachine.BASE).code(WFI);
        m.set(SystemRegister.SCTLR_EL1, 0);
        m.pe.el = 0;
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(1L << 26 | 1L << 25 | 0x1E00000);
    }
}
