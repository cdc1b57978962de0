// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static dev.spelunk.api.mmu.Translator.READ;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.Encoding;
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

    /** Two PEs that translate IPAs 0x4000_0000 and 0x4020_0000 by stage 2 alone. */
    private void ipas() {
        PageTables two = new PageTables(b.tables, 12, 40, 1);
        for (long block = 0; block < 4; block++) {
            two.map(0x4000_0000L + (block << 21), 0x4000_0000L + (block << 21), 2, Bench.AF | 0xF << 2 | 3 << 6);
        }
        b.set(SystemRegister.SCTLR_EL1, 0);
        b.set(SystemRegister.VTTBR_EL2, two.root);
        b.set(SystemRegister.VTCR_EL2, 24 | 1 << 6 | 5 << 16);
        b.set(SystemRegister.HCR_EL2, Bench.HCR_VM);
        for (int pe = 0; pe < 2; pe++) {
            ipa(pe, 0x4000_0000L);
            ipa(pe, 0x4020_0000L);
        }
    }

    /** Whether that PE must walk for it. */
    private boolean ipa(int pe, long ipa) {
        assertThat(b.translators.get(pe).translate(b.out, ipa, READ)).isTrue();
        return b.out.walked;
    }

    /** CRm and op2 of each form by IPA, and whether it is for one PE. */
    @ParameterizedTest
    @CsvSource({
        "4, 1, true", "4, 5, true", "0, 1, false", "0, 5, false", "4, 0, false", "4, 4, false",
        "4, 2, true", "4, 6, true", "0, 2, false", "0, 6, false", "4, 3, false", "4, 7, false"
    })
    void eachFormByIntermediatePhysicalAddress(int crm, int op2, boolean local) {
        ipas();
        boolean range = (op2 & 2) != 0;
        long operand = range ? operand(0, 0, 0, 0x4000_0000L) : 0x4000_0000L >>> 12;
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, crm, op2), operand)).isTrue();
        assertThat(ipa(0, 0x4000_0000L)).isTrue();
        assertThat(ipa(1, 0x4000_0000L)).isEqualTo(!local);
        assertThat(ipa(0, 0x4020_0000L)).as("another address").isFalse();
        assertThat(ipa(1, 0x4020_0000L)).isFalse();
    }

    @Test
    void otherFormsByIntermediatePhysicalAddressAreNotThere() {
        ipas();
        for (int op2 : new int[] {0, 3, 4, 7}) {
            assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 0, op2), 0x4_0000L))
                    .as("op2 %d", op2)
                    .isFalse();
        }
        assertThat(ipa(0, 0x4000_0000L)).isFalse();
        compose(2);
        ipas();
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 4, 0), 0x4_0000L))
                .as("FEAT_TLBIOS")
                .isFalse();
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 4, 4), 0x4_0000L)).isFalse();
        assertThat(ipa(0, 0x4000_0000L)).isFalse();
    }

    @Test
    void aRangeOfIntermediatePhysicalAddressesEndsWhereItSays() {
        ipas();
        // Two pages behind the first block are the beginning of the second.
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 0, 2), operand(0, 0, 0, 0x401F_E000L)))
                .isTrue();
        assertThat(ipa(0, 0x4020_0000L)).isFalse();
        assertThat(ipa(0, 0x4000_0000L)).isTrue();
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 0, 2), operand(0, 0, 0, 0x401F_F000L)))
                .isTrue();
        assertThat(ipa(0, 0x4020_0000L)).isTrue();
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 0, 2), operand(0, 0, 0, 0x4040_0000L)))
                .isTrue();
        assertThat(ipa(0, 0x4020_0000L)).as("the next block").isFalse();
    }

    @Test
    void cachesAreToldOfTheWholeMappingsThatARangeMeets() {
        Bench.RecordingCache cache = b.caches.get(0);
        cache.ranges.clear();
        b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 3), operand(0, 0, 1, VA + 0x1000));
        assertThat(cache.ranges).singleElement().satisfies(r -> assertThat(r).containsExactly(VA + 0x1000, 0x4000));
        cache.ranges.clear();
        b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 3), operand(0, 0, 0, 0x7777_0000L));
        assertThat(cache.ranges)
                .as("nothing was hit: the pages themselves")
                .singleElement()
                .satisfies(r -> assertThat(r).containsExactly(0x7777_0000L, 0x2000));
        PageTables t = PageTables.stage1(b.tables, 12, 48);
        t.map(0x4000_0000L, 0x4000_0000L, 2, NORMAL);
        t.map(0x4020_0000L, 0x4000_0000L, 2, NORMAL);
        b.set(SystemRegister.TTBR0_EL1, t.root | 5L << 48);
        assertThat(b.translate(0x4000_0000L, READ)).isTrue();
        assertThat(b.translate(0x4020_0000L, READ)).isTrue();
        cache.ranges.clear();
        b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 3), operand(0, 0, 0, 0x401F_F000L));
        assertThat(cache.ranges)
                .as("the end of one block and the beginning of the next")
                .singleElement()
                .satisfies(r -> assertThat(r).containsExactly(0x4000_0000L, 0x40_0000));
    }

    @Test
    void aRangeMeetsWhatBeginsBeforeItsEndAndNothingElse() {
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 3), operand(0, 0, 0, VA + 0x2000)))
                .isTrue();
        assertThat(walked(0, VA)).isEqualTo("001100000000");
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 1), operand(0x105, 0, 0, VA + 0x4000)))
                .isTrue();
        assertThat(walked(0, VA)).as("sixteen bits of ASID").isEqualTo("000000000000");
        b.set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32);
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 1), operand(0x105, 0, 0, VA + 0x4000)))
                .isTrue();
        assertThat(walked(0, VA)).as("eight bits").isEqualTo("000011000000");
    }

    /** Which regimes' entries a form by range reaches: op1 of its encoding, and HCR_EL2.{TGE, E2H}. */
    @ParameterizedTest
    @CsvSource({"0, 0, EL1", "4, 0, EL2", "4, 1, EL20", "6, 0, EL3", "0, 3, EL20", "0, 1, EL1"})
    void eachRegimeHasItsFormsByRange(int op1, int host, String reached) {
        b = new Bench("FEAT_TLBIRANGE", "FEAT_EL3");
        PageTables t = PageTables.stage1(b.tables, 12, 48);
        t.map(VA, 0x5000_0000L, 3, NORMAL);
        long two = 16 | 16L << 16 | 2L << 30 | 5L << 32;
        b.set(SystemRegister.SCR_EL3, 1);
        b.set(SystemRegister.TTBR0_EL1, t.root)
                .set(SystemRegister.TCR_EL1, two)
                .set(SystemRegister.SCTLR_EL1, 1)
                .set(SystemRegister.TTBR0_EL2, t.root)
                .set(SystemRegister.SCTLR_EL2, 1)
                .set(Encoding.of(3, 6, 2, 0, 0), t.root)
                .set(Encoding.of(3, 6, 2, 0, 2), 16 | 5 << 16)
                .set(Encoding.of(3, 6, 1, 0, 0), 1);
        long hcr = ((host & 1) != 0 ? Bench.HCR_E2H : 0) | ((host & 2) != 0 ? Bench.HCR_TGE : 0);
        int[] regimes = {Translator.REGIME_EL10, Translator.REGIME_EL20, Translator.REGIME_EL2, Translator.REGIME_EL3};
        String[] names = {"EL1", "EL20", "EL2", "EL3"};
        for (int i = 0; i < regimes.length; i++) {
            enter(regimes[i], two);
        }
        b.set(SystemRegister.HCR_EL2, hcr).el(op1 == 6 ? 3 : 2);
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(op1, 6, 1), operand(0, 0, 0, VA)))
                .isTrue();
        for (int i = 0; i < regimes.length; i++) {
            assertThat(enter(regimes[i], two)).as(names[i]).isEqualTo(names[i].equals(reached));
        }
    }

    /** Translates in a regime with its own controls; whether it had to walk. */
    private boolean enter(int regime, long two) {
        b.set(SystemRegister.HCR_EL2, regime == Translator.REGIME_EL20 ? Bench.HCR_E2H : 0);
        b.set(SystemRegister.TCR_EL2, regime == Translator.REGIME_EL20 ? two : 16 | 5 << 16);
        assertThat(b.mmu.translate(b.out, regime, VA, READ)).isTrue();
        return b.out.walked;
    }

    @Test
    void whatIsNoFormByRangeIsRefused() {
        for (int op2 = 0; op2 < 8; op2++) {
            boolean form = (op2 & 1) != 0;
            assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, op2), 0)).isEqualTo(form);
            boolean el2 = op2 == 1 || op2 == 5;
            assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(4, 6, op2), 0)).isEqualTo(el2);
            assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(6, 6, op2), 0)).isEqualTo(el2);
            assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(3, 6, op2), 0)).isFalse();
        }
    }

    @Test
    void aLocalFormReachesEveryPeWhereFbForcesIt() {
        b.set(SystemRegister.HCR_EL2, 1 << 9);
        b.el(1);
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 3), operand(0, 0, 0, VA)))
                .isTrue();
        assertThat(walked(1, VA)).isEqualTo("110000000000");
        b.el(2);
        assertThat(b.mmu.invalidateTlb(TlbTest.tlbi(0, 6, 3), operand(0, 0, 0, VA + 0x2000)))
                .isTrue();
        b.el(1);
        assertThat(walked(1, VA)).as("EL2 is not forced").isEqualTo("000000000000");
        assertThat(walked(0, VA)).isEqualTo("111100000000");
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
