// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.testkit.PageTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AT instructions and PAR_EL1 (DDI 0487, D24.2.142). */
class AddressTranslationTest {
    private static final int S1E1R = at(0, 8, 0);
    private static final int S1E1W = at(0, 8, 1);
    private static final int S1E0R = at(0, 8, 2);
    private static final int S1E0W = at(0, 8, 3);
    private static final int S1E1RP = at(0, 9, 0);
    private static final int S1E1WP = at(0, 9, 1);
    private static final int S1E2R = at(4, 8, 0);
    private static final int S12E1R = at(4, 8, 4);
    private static final int S12E0W = at(4, 8, 7);
    private static final long VA = 0x1234_5000L;

    private static int at(int op1, int crm, int op2) {
        return Encoding.of(1, op1, 7, crm, op2);
    }

    private final Bench b = new Bench();
    private final PageTables s1 = PageTables.stage1(b.tables, 12, 39);

    AddressTranslationTest() {
        b.set(SystemRegister.TTBR0_EL1, s1.root)
                .set(SystemRegister.TCR_EL1, 25 | 25L << 16 | 2L << 30 | 5L << 32)
                .set(SystemRegister.SCTLR_EL1, 1);
    }

    private PageTables stage2() {
        PageTables s2 = new PageTables(b.tables, 12, 40, 1);
        for (long pa = Bench.RAM; pa < Bench.RAM + Bench.RAM_SIZE; pa += 2 << 20) {
            s2.map(pa, pa, 2, Bench.AF | 0xF << 2 | 3 << 6);
        }
        b.set(SystemRegister.VTCR_EL2, 24 | 1 << 6 | 5 << 16)
                .set(SystemRegister.VTTBR_EL2, s2.root)
                .set(SystemRegister.HCR_EL2, Bench.HCR_VM);
        return s2;
    }

    private long par(int instruction, long va) {
        assertThat(b.mmu.addressTranslate(instruction, va)).isTrue();
        return b.context.register(SystemRegister.PAR_EL1);
    }

    @Test
    void successGivesAddressAttributesAndShareability() {
        s1.map(VA, 0x5678_9000L, 3, Bench.AF | 1 << 2 | 3 << 8);
        assertThat(par(S1E1R, VA + 0x123)).isEqualTo(0xFF00_0000_5678_9000L | 1 << 11 | 3 << 7);
        s1.map(VA, 0x5678_9000L, 3, Bench.AF);
        assertThat(par(S1E1W, VA)).as("Device memory is Outer Shareable").isEqualTo(0x5678_9000L | 1 << 11 | 2 << 7);
        assertThat(b.context.pe.tlb.sizes).as("no entry is made").isZero();
    }

    @Test
    void failureGivesTheFaultStatus() {
        assertThat(par(S1E1R, VA)).isEqualTo(1 | 0b000101 << 1 | 1 << 11);
        s1.map(VA, 0, 3, Bench.AF | 2 << 6);
        assertThat(par(S1E1W, VA)).isEqualTo(1 | 0b001111 << 1 | 1 << 11);
        assertThat(par(S1E0R, VA)).isEqualTo(1 | 0b001111 << 1 | 1 << 11);
        assertThat(b.mmu.addressTranslateAbort()).isNull();
    }

    /** AP[2:1], and whether S1E1R, S1E1W, S1E0R, S1E0W, then S1E1RP and S1E1WP with PSTATE.PAN succeed. */
    @ParameterizedTest
    @CsvSource({"0,1,1,0,0,1,1", "1,1,1,1,1,0,0", "2,1,0,0,0,1,0", "3,1,0,1,0,0,0"})
    void eachFormChecksItsOwnPrivilege(long ap, int e1r, int e1w, int e0r, int e0w, int e1rp, int e1wp) {
        s1.map(VA, 0, 3, Bench.AF | 1 << 2 | ap << 6);
        b.context.pe.pan = true;
        int[] forms = {S1E1R, S1E1W, S1E0R, S1E0W, S1E1RP, S1E1WP};
        int[] expected = {e1r, e1w, e0r, e0w, e1rp, e1wp};
        for (int i = 0; i < forms.length; i++) {
            assertThat(1 - (par(forms[i], VA) & 1)).as("form %d", i).isEqualTo(expected[i]);
        }
    }

    @Test
    void stage1FormsStopAtTheIpaAndStage12FormsGoOn() {
        PageTables s2 = stage2();
        s1.map(VA, 0x8000_3000L, 3, Bench.AF | 1 << 2 | 1 << 6);
        b.el(2);
        assertThat(par(S1E1R, VA) & 0xFFFF_FFFF_F000L).isEqualTo(0x8000_3000L);
        assertThat(par(S12E1R, VA)).as("S set, level 1").isEqualTo(1 | 0b000101 << 1 | 1 << 9 | 1 << 11);
        s2.map(0x8000_3000L, 0x4567_8000L, 3, Bench.AF | 0xF << 2 | 1 << 6);
        assertThat(par(S12E1R, VA) & 0xFFFF_FFFF_F001L).isEqualTo(0x4567_8000L);
        assertThat(par(S12E0W, VA)).isEqualTo(1 | 0b001111 << 1 | 1 << 9 | 1 << 11);
    }

    @Test
    void aStage2FaultOnTheWalkIsReportedOrTaken() {
        stage2();
        b.put(s1.root, 0x7000_0000L | 3);
        b.el(2);
        assertThat(par(S12E1R, 0x1000)).isEqualTo(1 | 0b000110 << 1 | 1 << 8 | 1 << 9 | 1 << 11);
        assertThat(b.mmu.addressTranslateAbort()).isNull();
        b.el(1);
        assertThat(b.mmu.addressTranslate(S1E1R, 0x1000)).isTrue();
        assertThat(b.mmu.addressTranslateAbort()).isNotNull().satisfies(f -> {
            assertThat(f.stage2 && f.onWalk).isTrue();
            assertThat(f.ipa).isEqualTo(0x7000_0000L);
            assertThat(f.va).isEqualTo(0x1000);
        });
    }

    @Test
    void el2HasItsOwnForms() {
        PageTables el2 = PageTables.stage1(b.tables, 12, 40);
        el2.map(VA, 0x9000, 3, Bench.AF | 1 << 2);
        b.set(SystemRegister.TTBR0_EL2, el2.root)
                .set(SystemRegister.TCR_EL2, 24 | 5 << 16)
                .set(SystemRegister.SCTLR_EL2, 1)
                .el(2);
        assertThat(par(S1E2R, VA) & 0xFFFF_FFFF_F001L).isEqualTo(0x9000);
        b.set(SystemRegister.HCR_EL2, Bench.HCR_E2H | Bench.HCR_TGE)
                .set(SystemRegister.TCR_EL2, 24 | 24L << 16 | 2L << 30 | 5L << 32);
        assertThat(par(S1E1R, VA) & 0xFFFF_FFFF_F001L).as("the host's regime").isEqualTo(0x9000);
        assertThat(par(S1E2R, VA) & 0xFFFF_FFFF_F001L).isEqualTo(0x9000);
        long upper = 0xFFFF_FF00_0000_0000L | VA;
        b.set(SystemRegister.TTBR1_EL2, el2.root);
        assertThat(par(S1E2R, upper) & 0xFFFF_FFFF_F001L)
                .as("EL2&0 has a second range")
                .isEqualTo(0x9000);
        b.set(SystemRegister.HCR_EL2, 0).set(SystemRegister.TCR_EL2, 24 | 5 << 16);
        assertThat(par(S1E2R, upper) & 1).isEqualTo(1);
        assertThat(par(S1E1R, VA) & 0xFFFF_FFFF_F001L)
                .as("EL1&0 has no such page")
                .isNotEqualTo(0x9000);
        assertThat(b.mmu.addressTranslate(at(4, 8, 3), VA)).isFalse();
    }

    @Test
    void el3HasItsOwnForms() {
        PageTables el3 = PageTables.stage1(b.tables, 12, 40);
        el3.map(VA, 0x9000, 3, Bench.AF | 1 << 2 | 2 << 6);
        b.set(Encoding.of(3, 6, 2, 0, 0), el3.root)
                .set(Encoding.of(3, 6, 2, 0, 2), 24 | 5 << 16)
                .set(Encoding.of(3, 6, 10, 2, 0), Bench.MAIR)
                .set(Encoding.of(3, 6, 1, 0, 0), 1)
                .el(3);
        assertThat(par(at(6, 8, 0), VA) & 0xFFFF_FFFF_F001L).isEqualTo(0x9000);
        assertThat(par(at(6, 8, 1), VA)).as("read-only").isEqualTo(1 | 0b001111 << 1 | 1 << 11);
        assertThat(b.mmu.addressTranslate(at(6, 8, 2), VA)).isFalse();
        assertThat(b.mmu.addressTranslate(at(6, 9, 0), VA)).isFalse();
    }

    @Test
    void stage12FormsCheckThePrivilegeThatTheyName() {
        PageTables s2 = stage2();
        s2.map(0x8000_3000L, 0x4567_8000L, 3, Bench.AF | 0xF << 2 | 3 << 6);
        int[] succeeds = {0b0011, 0b1111, 0b0001, 0b0101};
        for (int ap = 0; ap < 4; ap++) {
            s1.map(VA, 0x8000_3000L, 3, Bench.AF | 1 << 2 | (long) ap << 6);
            b.el(2);
            b.context.pe.pan = true;
            for (int form = 0; form < 4; form++) {
                assertThat(par(at(4, 8, 4 + form), VA) & 1)
                        .as("AP %d, form %d", ap, form)
                        .isEqualTo(1 - (succeeds[ap] >> form & 1));
            }
        }
    }

    @Test
    void anExternalAbortOnTheWalkIsTakenAsAnException() {
        for (int level = 1; level < 4; level++) {
            b.put(s1.entry(VA, level - (level == 3 ? 1 : 0)), 0);
        }
        b.put(s1.root, 0x7000_0000L | 3);
        assertThat(par(S1E1R, 0x1000)).isEqualTo(1 | 0b010110 << 1 | 1 << 11);
        assertThat(b.mmu.addressTranslateAbort()).isNotNull().satisfies(f -> {
            assertThat(f.stage2).isFalse();
            assertThat(f.fault).isEqualTo(0b010110);
        });
        b.put(s1.root, 0);
        par(S1E1R, 0x1000);
        assertThat(b.mmu.addressTranslateAbort()).isNull();
    }

    @Test
    void otherEncodingsAreRefused() {
        assertThat(b.mmu.addressTranslate(at(0, 8, 4), 0)).isFalse();
        assertThat(b.mmu.addressTranslate(at(0, 9, 2), 0)).isFalse();
        assertThat(b.mmu.addressTranslate(at(6, 8, 7), 0)).isFalse();
        assertThat(b.mmu.addressTranslate(at(4, 8, 2), 0)).isFalse();
        assertThat(b.mmu.addressTranslate(at(3, 8, 0), 0)).isFalse();
        assertThat(b.mmu.addressTranslate(Encoding.of(1, 0, 8, 7, 0), 0)).isFalse();
    }
}
