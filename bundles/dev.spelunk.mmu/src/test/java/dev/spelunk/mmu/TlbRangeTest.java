// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static dev.spelunk.api.mmu.Translator.READ;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.testkit.PageTables;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLB maintenance by range, FEAT_TLBIRANGE (DDI 0487, C5.5, D8.17). */
class TlbRangeTest {
    private static final long NORMAL = Bench.AF | 1 << 2;
    private static final long NOT_GLOBAL = 1L << 11;
    private static final long VA = 0x1234_0000L;
    private static final int PAGES = 12;
    private static final long UPPER = 0xFFFF_8000_0000_0000L;

    private Bench b;

    @BeforeEach
    void tables() {
        compose(2, "FEAT_TLBIRANGE", "FEAT_TLBIOS");
    }

    private void compose(int pes, String... features) {
        b = new Bench(pes, features);
        PageTables t = PageTables.stage1(b.tables, 12, 48);
        PageTables upper = PageTables.stage1(b.tables, 12, 48);
        for (int page = 0; page < PAGES; page++) {
            t.map(VA + page * 0x1000L, 0x5000_0000L + page * 0x1000L, 3, NORMAL | (page == 0 ? 0 : NOT_GLOBAL));
            upper.map(UPPER + page * 0x1000L, 0x6000_0000L + page * 0x1000L, 3, NORMAL);
        }
        b.set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32 | 1L << 36);
        b.set(SystemRegister.TTBR0_EL1, t.root | 5L << 48);
        b.set(SystemRegister.TTBR1_EL1, upper.root);
        b.set(SystemRegister.SCTLR_EL1, 1);
        for (int page = 0; page < PAGES; page++) {
            for (int pe = 0; pe < pes; pe++) {
                b.translators.get(pe).translate(b.out, VA + page * 0x1000L, READ);
                b.translators.get(pe).translate(b.out, UPPER + page * 0x1000L, READ);
            }
        }
    }

    private static long operand(int asid, int scale, int num, long va) {
        return (long) asid << 48 | 1L << 46 | (long) scale << 44 | (long) num << 39 | va >>> 12 & (1L << 37) - 1;
    }

    /** Which pages from va on a PE must walk for. */
    private String walked(int pe, long va) {
        StringBuilder walked = new StringBuilder();
        for (int page = 0; page < PAGES; page++) {
            b.translators.get(pe).translate(b.out, va + page * 0x1000L, READ);
            walked.append(b.out.walked ? '1' : '0');
        }
        return walked.toString();
    }

    @ParameterizedTest
    @CsvSource({"0,0,110000000000", "0,1,111100000000", "0,3,111111110000", "1,0,111111111111"})
    void theRangeHasNumPlusOneTimesTwoToFiveScalePlusOneGranules(int scale, int num, String expected) {
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 3), operand(0, scale, num, VA)))
                .isTrue();
        assertThat(walked(0, VA)).isEqualTo(expected);
        assertThat(walked(1, VA)).as("another PE").doesNotContain("1");
    }

    @Test
    void anAsidSparesOthersAndGlobalEntriesGo() {
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 1), operand(6, 0, 3, VA)))
                .isTrue();
        assertThat(walked(0, VA)).isEqualTo("100000000000");
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 5), operand(5, 0, 0, VA + 0x1000)))
                .isTrue();
        assertThat(walked(0, VA)).isEqualTo("011000000000");
    }

    @ParameterizedTest
    @CsvSource({"2", "5"})
    void theShareableFormsReachEveryPe(int crm) {
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, crm, 7), operand(0, 0, 0, VA)))
                .isTrue();
        assertThat(walked(0, VA)).isEqualTo("110000000000");
        assertThat(walked(1, VA)).isEqualTo("110000000000");
    }

    @Test
    void addressesOfTheUpperRangeAreSignExtended() {
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 3), operand(0, 0, 1, UPPER + 0x2000)))
                .isTrue();
        assertThat(walked(0, UPPER)).isEqualTo("001111000000");
        assertThat(walked(0, VA)).doesNotContain("1");
    }

    @Test
    void intermediatePhysicalAddressesToo() {
        PageTables two = new PageTables(b.tables, 12, 40, 1);
        for (long block = 0; block < 4; block++) {
            two.map(0x4000_0000L + (block << 21), 0x4000_0000L + (block << 21), 2, Bench.AF | 0xF << 2 | 3 << 6);
        }
        b.set(SystemRegister.SCTLR_EL1, 0);
        b.set(SystemRegister.VTTBR_EL2, two.root);
        b.set(SystemRegister.VTCR_EL2, 24 | 1 << 6 | 5 << 16);
        b.set(SystemRegister.HCR_EL2, Bench.HCR_VM);
        b.translate(0x4000_0000L, READ);
        b.translate(0x4040_0000L, READ);
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 0, 2), operand(0, 1, 7, 0x4000_0000L)))
                .isTrue();
        b.translate(0x4000_0000L, READ);
        assertThat(b.out.walked).isTrue();
        b.translate(0x4040_0000L, READ);
        assertThat(b.out.walked).isFalse();
    }

    @Test
    void withoutTheFeaturesTheFormsAreNotImplemented() {
        compose(1, "FEAT_TLBIRANGE");
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 5, 1), 0))
                .as("outer shareable without FEAT_TLBIOS")
                .isFalse();
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 4, 3), 0)).isFalse();
        compose(1);
        for (int crm : new int[] {2, 5, 6}) {
            for (int op2 = 0; op2 < 8; op2++) {
                assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, crm, op2), 0)).isFalse();
            }
        }
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 0, 2), 0)).isFalse();
    }
}
