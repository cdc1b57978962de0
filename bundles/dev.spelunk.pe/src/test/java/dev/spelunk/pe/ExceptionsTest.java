// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.state.PeState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exceptions: which EL, vector, syndrome and saved state (DDI 0487, D1.3). */
class ExceptionsTest {
    private static final long VBAR = BareMachine.BASE + 0x10000;
    private static final long VBAR2 = BareMachine.BASE + 0x20000;
    private static final long DATA = BareMachine.BASE + 0x100000;
    private static final int NOP = 0xd503201f;
    private static final int LDR_X1_X0 = 0xf9400001;
    private static final int STR_X1_X0 = 0xf9000001;
    private static final int SVC = 0xd4000241;
    private static final int ERET = 0xd69f03e0;

    private static BareMachine machine() {
        BareMachine m = BareMachine.full();
        m.set(SystemRegister.VBAR_EL1, VBAR);
        m.set(SystemRegister.VBAR_EL2, VBAR2);
        m.pe.x[0] = DATA;
        return m;
    }

    private static long syndrome(int ec, int iss) {
        return (long) ec << 26 | 1L << 25 | iss;
    }

    private static void hcr(BareMachine m, long bits) {
        m.set(SystemRegister.HCR_EL2, 1L << 31 | bits);
    }

    @Test
    void supervisorCallFromTheSameLevel() {
        BareMachine m = machine().code(NOP, SVC);
        m.pe.nzcv = 5;
        m.pe.daif = 2;
        m.run(2);
        assertThat(m.pe.pc).isEqualTo(VBAR + 0x200);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0x15, 0x12));
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE + 8);
        assertThat(m.get(SystemRegister.SPSR_EL1)).isEqualTo(5L << 28 | 2 << 6 | 5);
        assertThat(m.pe.daif).isEqualTo(15);
        assertThat(m.pe.executed).isEqualTo(2);
        assertThat(m.pe.changed).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0x400", "1, 0, 0", "1, 1, 0x200"})
    void vectorByLevelAndStackPointer(int el, int spSel, String offset) {
        BareMachine m = machine().code(SVC);
        m.pe.el = el;
        m.pe.spSel = spSel;
        m.pe.sp[1] = 0x1234;
        m.run(1);
        assertThat(m.pe.pc).isEqualTo(VBAR + Long.decode(offset));
        assertThat(m.pe.el).isEqualTo(1);
        assertThat(m.pe.spSel).isEqualTo(1);
        assertThat(m.pe.changed & PeState.CHANGED_PROFILING).isEqualTo(el == 0 ? PeState.CHANGED_PROFILING : 0);
    }

    @Test
    void entrySetsPstateFromTheTargetsControls() {
        BareMachine m = machine().code(SVC);
        m.pe.uao = true;
        m.pe.dit = true;
        m.pe.ssbs = true;
        m.set(SystemRegister.SCTLR_EL1, 0);
        m.run(1);
        assertThat(m.pe.pan).isTrue();
        assertThat(m.pe.uao).isFalse();
        assertThat(m.pe.dit).isTrue();
        assertThat(m.pe.ssbs).isFalse();
        BareMachine n = machine().code(SVC);
        n.set(SystemRegister.SCTLR_EL1, SCTLR_ELx.SPAN | SCTLR_ELx.DSSBS);
        n.run(1);
        assertThat(n.pe.pan).isFalse();
        assertThat(n.pe.ssbs).isTrue();
    }

    @Test
    void hypervisorCallGoesToEl2() {
        BareMachine m = machine().code(0xd4000682);
        assertThat(m.run(5)).isEqualTo(Core.EXCEPTION_TO_EL2);
        assertThat(m.pe.el).isEqualTo(2);
        assertThat(m.pe.pc).isEqualTo(VBAR2 + 0x400);
        assertThat(m.get(SystemRegister.ESR_EL2)).isEqualTo(syndrome(0x16, 0x34));
        assertThat(m.get(SystemRegister.ELR_EL2)).isEqualTo(BareMachine.BASE + 4);
    }

    @Test
    void hypervisorCallWithoutEl2GoesToFirmware() {
        BareMachine m = new BareMachine("FEAT_LSE").code(0xd4000682);
        assertThat(m.run(5)).isEqualTo(Core.FIRMWARE_CALL);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
        assertThat(m.pe.executed).isEqualTo(1);
    }

    @Test
    void disabledHypervisorCallIsUndefined() {
        BareMachine m = machine().code(0xd4000682);
        hcr(m, HCR_EL2.HCD);
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0, 0));
    }

    @Test
    void secureMonitorCallGoesToFirmwareUnlessTrapped() {
        BareMachine m = machine().code(0xd4000ac3);
        assertThat(m.run(5)).isEqualTo(Core.FIRMWARE_CALL);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 4);
        BareMachine trapped = machine().code(0xd4000ac3);
        hcr(trapped, HCR_EL2.TSC);
        assertThat(trapped.run(5)).isEqualTo(Core.EXCEPTION_TO_EL2);
        assertThat(trapped.get(SystemRegister.ESR_EL2)).isEqualTo(syndrome(0x17, 0x56));
        assertThat(trapped.get(SystemRegister.ELR_EL2)).isEqualTo(BareMachine.BASE);
    }

    @Test
    void breakpointReturnsToItself() {
        BareMachine m = machine().code(0xd4200f00);
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0x3C, 0x78));
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE);
    }

    @ParameterizedTest
    @CsvSource({"0x00000000", "0xd4400020", "0x1e602800", "0x3dc00000"})
    void undefinedInstructions(String word) {
        BareMachine m = machine().code((int) (long) Long.decode(word));
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0, 0));
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE);
        assertThat(m.pe.executed).isEqualTo(1);
    }

    @Test
    void exceptionsOfEl0GoToEl2WithTge() {
        BareMachine m = machine().code(SVC);
        m.pe.el = 0;
        hcr(m, HCR_EL2.TGE);
        assertThat(m.run(1)).isEqualTo(Core.EXCEPTION_TO_EL2);
        assertThat(m.pe.pc).isEqualTo(VBAR2 + 0x400);
    }

    @ParameterizedTest
    @CsvSource({"0, 0x24, 0x400", "1, 0x25, 0x200"})
    void dataAbort(int el, String ec, String vector) {
        BareMachine m = machine().code(LDR_X1_X0);
        m.translator.fault(DATA, 0x06);
        m.pe.el = el;
        m.pe.x[0] = DATA + 0x18;
        m.run(1);
        assertThat(m.pe.pc).isEqualTo(VBAR + Long.decode(vector));
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(Integer.decode(ec), 0x06));
        assertThat(m.get(SystemRegister.FAR_EL1)).isEqualTo(DATA + 0x18);
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(BareMachine.BASE);
        assertThat(m.pe.lastExceptionPc).isEqualTo(BareMachine.BASE);
        assertThat(m.pe.lastExceptionAddress).isEqualTo(DATA + 0x18);
    }

    @Test
    void dataAbortOfAWriteHasWnr() {
        BareMachine m = machine().code(STR_X1_X0);
        m.translator.writeFault(DATA, 0x0F);
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0x25, 0x4F));
    }

    @Test
    void accessAcrossPagesReportsTheSecondPage() {
        BareMachine m = machine().code(STR_X1_X0);
        m.translator.fault(DATA + 0x1000, 0x07);
        m.pe.x[0] = DATA + 0xFFC;
        m.pe.x[1] = -1;
        m.run(1);
        assertThat(m.get(SystemRegister.FAR_EL1)).isEqualTo(DATA + 0x1000);
        assertThat(m.memory.read(DATA + 0xFF8, 8)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0xf9400001, 0x1C18000",
        "0xb9400402, 0x1820000",
        "0x79800403, 0x1638000",
        "0xf9000001, 0x1C18040",
        "0xa9401404, 0",
        "0xf8408401, 0",
        "0xc85f7c01, 0",
        "0x88dffc06, 0x1864000",
        "0xf8400801, 0x1C18000",
        "0xb8e10007, 0",
        "0xf8bfc001, 0x1C1C000"
    })
    void instructionSyndromeOfAStage2Abort(String word, String isv) {
        BareMachine m = machine().code((int) (long) Long.decode(word));
        int expected = Integer.decode(isv);
        m.translator.stage2Fault(DATA, 0x07);
        m.translator.map(DATA, 0x123456000L, 0x1000);
        assertThat(m.run(1)).isEqualTo(Core.EXCEPTION_TO_EL2);
        assertThat(m.get(SystemRegister.ESR_EL2)).isEqualTo(syndrome(0x24, expected | 0x07));
        assertThat(m.get(SystemRegister.HPFAR_EL2)).isEqualTo(0x123456000L >> 8);
        assertThat(m.get(SystemRegister.FAR_EL2) & ~0xFFFL).isEqualTo(DATA);
    }

    @Test
    void externalAbort() {
        BareMachine m = machine().code(LDR_X1_X0);
        m.pe.x[0] = 0x1000;
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0x25, 0x10));
        assertThat(m.get(SystemRegister.FAR_EL1)).isEqualTo(0x1000);
    }

    @Test
    void fetchOutsideMemory() {
        BareMachine m = machine();
        m.pe.pc = 0x2000;
        m.pe.el = 0;
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0x20, 0x10));
        assertThat(m.get(SystemRegister.FAR_EL1)).isEqualTo(0x2000);
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(0x2000);
        assertThat(m.pe.executed).isZero();
    }

    @Test
    void misalignedPc() {
        BareMachine m = machine().code(0xd61f0000);
        m.pe.x[0] = BareMachine.BASE + 2;
        m.translator.fault(VBAR, 7);
        m.run(5);
        // the vector itself faults, so that the first exception is the one that was kept
        assertThat(m.pe.lastExceptionSyndrome).isEqualTo(syndrome(0x22, 0));
        assertThat(m.pe.lastExceptionAddress).isEqualTo(BareMachine.BASE + 2);
    }

    @Test
    void misalignedStackPointer() {
        BareMachine m = machine().code(0xf94003e1);
        m.set(SystemRegister.SCTLR_EL1, SCTLR_ELx.SA);
        m.pe.x[PeState.SP] = DATA + 8;
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0x26, 0));
        BareMachine unchecked = machine().code(0xf94003e1);
        unchecked.pe.x[PeState.SP] = DATA + 8;
        unchecked.memory.write(DATA + 8, 8, 77);
        unchecked.run(1);
        assertThat(unchecked.pe.x[1]).isEqualTo(77);
    }

    @ParameterizedTest
    @CsvSource({
        "0xf9400001, false, false",
        "0xf9400001, true, true",
        "0xc85f7c01, false, true",
        "0x88dffc06, false, true",
        "0xb8e10007, false, true"
    })
    void alignment(String word, boolean checked, boolean faults) {
        BareMachine m = machine().code((int) (long) Long.decode(word));
        m.set(SystemRegister.SCTLR_EL1, checked ? SCTLR_ELx.A : 0);
        m.pe.x[0] = DATA + 1;
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(faults ? syndrome(0x25, 0x21) : 0);
    }

    @Test
    void deviceMemoryMustBeAligned() {
        BareMachine m = machine().code(LDR_X1_X0, LDR_X1_X0);
        m.translator.device = true;
        m.memory.write(DATA, 8, 5);
        m.run(1);
        assertThat(m.pe.x[1]).isEqualTo(5);
        m.pe.x[0] = DATA + 4;
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0x25, 0x21));
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false"})
    void zeroingABlockFaultsOnDeviceMemoryOnly(boolean device, boolean alignmentChecked) {
        BareMachine m = machine().code(STR_X1_X0, 0xd50b7420);
        m.set(SystemRegister.DCZID_EL0, 4);
        m.set(SystemRegister.SCTLR_EL1, alignmentChecked ? SCTLR_ELx.A : 0);
        m.translator.device = device;
        m.pe.x[1] = 1;
        m.run(2);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(device ? syndrome(0x25, 0x61) : 0);
        assertThat(m.memory.read(DATA, 8)).isEqualTo(device ? 1 : 0);
    }

    @Test
    void exceptionReturnRestoresPstate() {
        BareMachine m = machine().code(ERET);
        m.set(SystemRegister.ELR_EL1, DATA);
        m.set(SystemRegister.SPSR_EL1, 0xAL << 28 | 1 << 6);
        m.pe.sp[0] = 0x99;
        m.pe.exclusiveAddress = 4;
        m.run(1);
        assertThat(m.pe.pc).isEqualTo(DATA);
        assertThat(m.pe.el).isZero();
        assertThat(m.pe.nzcv).isEqualTo(10);
        assertThat(m.pe.daif).isEqualTo(1);
        assertThat(m.pe.x[PeState.SP]).isEqualTo(0x99);
        assertThat(m.pe.exclusiveAddress).isEqualTo(-1);
        assertThat(m.pe.changed).isEqualTo(PeState.CHANGED_PROFILING);
    }

    @ParameterizedTest
    @CsvSource({"0x9", "0x10", "0x1", "0xC", "0x6"})
    void illegalExceptionReturn(String spsr) {
        BareMachine m = machine().code(ERET);
        m.set(SystemRegister.ELR_EL1, DATA);
        m.set(SystemRegister.SPSR_EL1, 3L << 28 | Long.decode(spsr));
        m.run(1);
        assertThat(m.pe.il).isTrue();
        assertThat(m.pe.el).isEqualTo(1);
        assertThat(m.pe.nzcv).isEqualTo(3);
        assertThat(m.pe.pc).isEqualTo(DATA);
        m.run(1);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome(0x0E, 0));
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(DATA);
        assertThat(m.get(SystemRegister.SPSR_EL1) >>> 20 & 1).isEqualTo(1);
    }

    @Test
    void registerTrapsHaveTheSyndromeOfTheAccess() {
        BareMachine m = machine().code(0xd5389903, 0xd5189903);
        m.registers.decide(SystemRegister.PMSCR_EL1, Access.trap(2));
        assertThat(m.run(1)).isEqualTo(Core.EXCEPTION_TO_EL2);
        assertThat(m.get(SystemRegister.ESR_EL2))
                .isEqualTo(syndrome(0x18, Encoding.syndrome(SystemRegister.PMSCR_EL1, 3, true)));
        m.core.exceptionReturn(BareMachine.BASE + 4, 5);
        assertThat(m.run(1)).isEqualTo(Core.EXCEPTION_TO_EL2);
        assertThat(m.get(SystemRegister.ESR_EL2))
                .isEqualTo(syndrome(0x18, Encoding.syndrome(SystemRegister.PMSCR_EL1, 3, false)));
    }

    @Test
    void lockedUpWhenTheVectorFaultsOnItsOwnFetch() {
        BareMachine m = machine().code(NOP, LDR_X1_X0);
        m.translator.fault(DATA, 6);
        m.translator.fault(VBAR, 7);
        assertThat(m.run(100)).isEqualTo(Core.LOCKED_UP);
        assertThat(m.pe.executed).isEqualTo(2);
        assertThat(m.pe.lastExceptionPc).isEqualTo(BareMachine.BASE + 4);
        assertThat(m.pe.lastExceptionAddress).isEqualTo(DATA);
        assertThat(m.pe.lastExceptionSyndrome).isEqualTo(syndrome(0x25, 6));
    }

    @Test
    void taggedBranchTargets() {
        BareMachine m = machine().code(0xd61f0000, NOP);
        m.pe.x[0] = BareMachine.BASE + 4 | 0x5AL << 56;
        m.set(SystemRegister.TCR_EL1, 1L << 37);
        m.run(2);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 8);
        BareMachine untagged = machine().code(0xd61f0000, NOP);
        untagged.pe.x[0] = BareMachine.BASE + 4 | 0x5AL << 56;
        untagged.run(2);
        assertThat(untagged.get(SystemRegister.FAR_EL1)).isEqualTo(BareMachine.BASE + 4 | 0x5AL << 56);
    }
}
