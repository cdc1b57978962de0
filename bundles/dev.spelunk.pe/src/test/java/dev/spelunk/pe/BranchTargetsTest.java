// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** FEAT_BTI (DDI 0487, D8.4.6): which indirect branches may go where in a guarded page. */
class BranchTargetsTest {
    private static final long VBAR = BareMachine.BASE + 0x10000;
    private static final long TARGET = BareMachine.BASE + 0x1000;
    private static final int BLR_X1 = 0xD63F0020;
    private static final int BR_X1 = 0xD61F0020;
    private static final int BR_X16 = 0xD61F0200;
    private static final int RET_X1 = 0xD65F0020;
    private static final int NOP = 0xD503201F;

    private static BareMachine machine(boolean feature, boolean guardedTarget) {
        String[] features = Arrays.copyOf(BareMachine.ALL, BareMachine.ALL.length + 2);
        features[features.length - 1] = feature ? "FEAT_BTI" : "FEAT_TTST";
        features[features.length - 2] = "FEAT_PAuth";
        BareMachine m = new BareMachine(features);
        m.set(SystemRegister.HCR_EL2, 1L << 31 | 1L << 41);
        m.set(SystemRegister.VBAR_EL1, VBAR);
        m.pe.x[1] = TARGET;
        m.pe.x[16] = TARGET;
        if (guardedTarget) {
            m.translator.guard(TARGET);
        }
        return m;
    }

    /** Executes the branch and its target: in one run, in two, or observed. */
    private static void execute(BareMachine m, int how) {
        if (how == 0) {
            m.run(2);
            return;
        }
        for (int i = 0; i < 2; i++) {
            if (how == 1) {
                m.run(1);
            } else {
                m.core.runObserved(new Operation());
            }
        }
    }

    @ParameterizedTest(name = "{0} from guarded {1} to {2}: BTYPE {3}, allowed {4}")
    @CsvSource({
        "BLR, false, NOP, 2, false", "BLR, true, BTI_C, 2, true", "BLR, true, BTI_J, 2, false",
        "BLR, true, BTI_JC, 2, true", "BLR, true, BTI, 2, false", "BLR, true, PACIASP, 2, true",
        "BLR, true, PACIBSP, 2, true", "BLR, true, AUTIASP, 2, false", "BLR, true, BRK, 2, brk",
        "BR, true, BTI_C, 3, false", "BR, true, BTI_J, 3, true", "BR, true, BTI_JC, 3, true",
        "BR, true, PACIASP, 3, true", "BR, true, NOP, 3, false", "BR, false, BTI_C, 1, true",
        "BR, false, NOP, 1, false", "BR16, true, BTI_C, 1, true", "BR16, true, BTI_J, 1, true",
        "BR16, true, PACIASP, 1, true", "BR16, true, NOP, 1, false", "RET, true, NOP, 0, true",
        "BLRAAZ, true, NOP, 2, false", "BRAAZ, true, NOP, 3, false", "BRAAZ, true, BTI_J, 3, true"
    })
    void branchesToGuardedPages(String branch, boolean guarded, String landing, int type, String allowed) {
        for (int how = 0; how < 3; how++) {
            BareMachine m = machine(true, true).code(word(branch)).at(TARGET).code(word(landing), NOP);
            if (guarded) {
                m.translator.guard(BareMachine.BASE);
            }
            execute(m, how);
            if (allowed.equals("true")) {
                assertThat(m.pe.pc).isEqualTo(TARGET + 4);
                assertThat(m.pe.btype).isZero();
                continue;
            }
            assertThat(m.pe.pc).isEqualTo(VBAR + 0x200);
            assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(TARGET);
            long syndrome = allowed.equals("brk") ? 0x3CL << 26 : 0x0DL << 26 | type;
            assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(syndrome | 1L << 25);
            if (!allowed.equals("brk")) {
                assertThat(m.get(SystemRegister.SPSR_EL1) >>> 10 & 3).isEqualTo(type);
            }
            assertThat(m.pe.btype).isZero();
            assertThat(m.pe.executed).isEqualTo(2);
        }
    }

    private static int word(String name) {
        switch (name) {
            case "BLR":
                return BLR_X1;
            case "BR":
                return BR_X1;
            case "BR16":
                return BR_X16;
            case "RET":
                return RET_X1;
            case "BLRAAZ":
                return 0xD63F083F;
            case "BRAAZ":
                return 0xD61F083F;
            case "BTI":
                return 0xD503241F;
            case "BTI_C":
                return 0xD503245F;
            case "BTI_J":
                return 0xD503249F;
            case "BTI_JC":
                return 0xD50324DF;
            case "PACIASP":
                return 0xD503233F;
            case "PACIBSP":
                return 0xD503237F;
            case "AUTIASP":
                return 0xD50323BF;
            case "BRK":
                return 0xD4200000;
            default:
                return NOP;
        }
    }

    @Test
    void bt1TakesJumpsFromThePointerSigningInstructions() {
        BareMachine m = machine(true, true).code(BR_X1).at(TARGET).code(word("PACIASP"));
        m.translator.guard(BareMachine.BASE);
        m.set(SystemRegister.SCTLR_EL1, 1L << 36);
        m.run(2);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(0x0DL << 26 | 1 << 25 | 3);
    }

    @Test
    void linkedBlocksAreCheckedEachTime() {
        BareMachine m =
                machine(true, true).code(BLR_X1, BLR_X1, BR_X1).at(TARGET).code(word("BTI_C"), 0xD65F03C0);
        m.translator.guard(BareMachine.BASE);
        m.run(6);
        assertThat(m.pe.pc).isEqualTo(BareMachine.BASE + 8);
        m.run(2);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(0x0DL << 26 | 1 << 25 | 3);
        assertThat(m.get(SystemRegister.ELR_EL1)).isEqualTo(TARGET);
    }

    @Test
    void exceptionReturnRestoresTheBranchType() {
        BareMachine m = machine(true, true).code(0xD69F03E0).at(TARGET).code(NOP);
        m.set(SystemRegister.ELR_EL1, TARGET);
        m.set(SystemRegister.SPSR_EL1, 2L << 10 | 0x3C5);
        m.run(2);
        assertThat(m.get(SystemRegister.ESR_EL1)).isEqualTo(0x0DL << 26 | 1 << 25 | 2);
    }

    @ParameterizedTest
    @CsvSource({"false, true", "true, false"})
    void nothingIsCheckedWithoutTheFeatureOrOutsideOfGuardedPages(boolean feature, boolean guarded) {
        for (int how = 0; how < 3; how++) {
            BareMachine m = machine(feature, guarded).code(BLR_X1).at(TARGET).code(NOP);
            execute(m, how);
            assertThat(m.pe.pc).isEqualTo(TARGET + 4);
        }
    }
}
