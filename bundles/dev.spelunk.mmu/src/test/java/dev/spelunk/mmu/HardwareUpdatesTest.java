// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static dev.spelunk.api.mmu.Translator.EXECUTE;
import static dev.spelunk.api.mmu.Translator.MAINTENANCE;
import static dev.spelunk.api.mmu.Translator.READ;
import static dev.spelunk.api.mmu.Translator.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.testkit.PageTables;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hardware management of the Access flag and of the dirty state, FEAT_HAFDBS (DDI 0487, D8.5). */
class HardwareUpdatesTest {
    private static final long VA = 0x1234_5000L;
    private static final long OUTPUT = 0x5000_0000L;
    private static final long ATTRIBUTES = 1 << 2;
    private static final long READ_ONLY = 1L << 7;
    private static final long DBM = 1L << 51;
    private static final long TCR = 16 | 16L << 16 | 2L << 30 | 5L << 32;
    private static final long HA = 1L << 39;
    private static final long HD = 1L << 40;
    private static final int S1E1W = Encoding.of(1, 0, 7, 8, 1);

    private Bench b;
    private PageTables t;
    private long entry;

    @BeforeEach
    void guestAtEl1() {
        compose(HA | HD, "FEAT_HAFDBS");
    }

    private void compose(long updates, String... features) {
        b = new Bench(features);
        t = PageTables.stage1(b.tables, 12, 48);
        entry = t.entry(VA, 3);
        b.set(SystemRegister.TCR_EL1, TCR | updates);
        b.set(SystemRegister.TTBR0_EL1, t.root);
        b.set(SystemRegister.SCTLR_EL1, 1);
    }

    private void page(long attributes) {
        t.map(VA, OUTPUT, 3, ATTRIBUTES | attributes);
    }

    private boolean accessed() {
        return (b.get(entry) & Bench.AF) != 0;
    }

    private boolean readOnly() {
        return (b.get(entry) & READ_ONLY) != 0;
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "4"})
    void anAccessSetsTheAccessFlag(int access) {
        page(0);
        assertThat(b.translate(VA, access)).isTrue();
        assertThat(b.out.pa).isEqualTo(OUTPUT);
        assertThat(accessed()).isTrue();
    }

    @Test
    void withoutTheFeatureOrItsControlAnAccessFlagFaultIsGenerated() {
        page(0);
        b.set(SystemRegister.TCR_EL1, TCR | HD);
        assertThat(b.translate(VA, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001011);
        compose(HA | HD);
        page(0);
        assertThat(b.translate(VA, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001011);
        assertThat(accessed()).isFalse();
    }

    @Test
    void anAccessThatIsNotPermittedLeavesTheAccessFlag() {
        page(READ_ONLY);
        assertThat(b.translate(VA, WRITE)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001111);
        assertThat(accessed()).isFalse();
    }

    @Test
    void aWriteMakesAWritableCleanPageDirtyAndAReadDoesNot() {
        page(Bench.AF | READ_ONLY | DBM);
        assertThat(b.translate(VA, READ)).isTrue();
        assertThat(b.out.permissions & WRITE).isZero();
        assertThat(readOnly()).isTrue();
        assertThat(b.translate(VA, WRITE)).isTrue();
        assertThat(readOnly()).isFalse();
        assertThat(b.translate(VA, READ)).isTrue();
        assertThat(b.out.permissions & WRITE).isEqualTo(WRITE);
        assertThat(b.out.walked).isFalse();
    }

    @Test
    void theFirstWriteAfterAPageIsCleanedAndInvalidatedMakesItDirtyAgain() {
        page(Bench.AF | READ_ONLY | DBM);
        assertThat(b.translate(VA, WRITE)).isTrue();
        page(Bench.AF | READ_ONLY | DBM);
        b.mmu.invalidateTlb(TlbTest.VAE1, TlbTest.operand(0, VA));
        assertThat(b.translate(VA, WRITE)).isTrue();
        assertThat(readOnly()).isFalse();
    }

    @Test
    void withoutHdOrDbmAReadOnlyPageStaysSo() {
        page(Bench.AF | READ_ONLY);
        assertThat(b.translate(VA, WRITE)).isFalse();
        page(Bench.AF | READ_ONLY | DBM);
        b.set(SystemRegister.TCR_EL1, TCR | HA);
        assertThat(b.translate(VA, WRITE)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001111);
        b.set(SystemRegister.TCR_EL1, TCR | HD);
        assertThat(b.translate(VA, WRITE)).as("HD counts with HA only").isFalse();
        assertThat(readOnly()).isTrue();
    }

    @Test
    void aWritableCleanPageCountsAsWritableForWxn() {
        page(Bench.AF | READ_ONLY | DBM);
        b.set(SystemRegister.SCTLR_EL1, 1 | 1 << 19);
        assertThat(b.translate(VA, EXECUTE)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001111);
    }

    @Test
    void maintenanceAndAddressTranslationUpdateNothingAndSucceed() {
        page(READ_ONLY | DBM);
        assertThat(b.translate(VA, WRITE | MAINTENANCE)).isTrue();
        assertThat(b.mmu.addressTranslate(S1E1W, VA)).isTrue();
        assertThat(b.context.register(SystemRegister.PAR_EL1) & 1).isZero();
        assertThat(accessed()).isFalse();
        assertThat(readOnly()).isTrue();
        assertThat(b.translate(VA, WRITE)).as("nothing was cached").isTrue();
        assertThat(b.out.walked).isTrue();
        assertThat(readOnly()).isFalse();
    }

    @Test
    void aWalkBySoftwareSeesAWritablePageAndUpdatesNothing() {
        page(READ_ONLY | DBM);
        DescriptorSource memory = new DescriptorSource() {
            @Override
            public boolean accessible(long table) {
                return true;
            }

            @Override
            public long read(long address) {
                return b.get(address);
            }
        };
        assertThat(b.mmu.walkStage1(b.out, VA, WRITE, memory)).isTrue();
        assertThat(accessed()).isFalse();
        assertThat(readOnly()).isTrue();
    }

    /** Stage 2 that maps the tables with tableAttributes and the output with outputAttributes. */
    private PageTables stage2(long updates, long tableAttributes, long outputAttributes) {
        PageTables two = new PageTables(b.tables, 12, 40, 1);
        for (long page = Bench.RAM; page < Bench.RAM + 0x20000; page += 0x1000) {
            two.map(page, page, 3, 0xF << 2 | tableAttributes);
        }
        two.map(OUTPUT, OUTPUT, 3, 0xF << 2 | outputAttributes);
        b.set(SystemRegister.VTTBR_EL2, two.root);
        b.set(SystemRegister.VTCR_EL2, 24 | 1 << 6 | 5 << 16 | updates);
        b.set(SystemRegister.HCR_EL2, Bench.HCR_VM);
        return two;
    }

    @Test
    void stage2ManagesItsOwnDescriptorsAlsoThoseOfTheTables() {
        page(READ_ONLY | DBM);
        PageTables two = stage2(1 << 21 | 1 << 22, 1 << 6 | DBM, 1 << 6 | DBM);
        long table = two.entry(entry, 3);
        long output = two.entry(OUTPUT, 3);
        assertThat(b.translate(VA, READ)).isTrue();
        assertThat(b.get(table) & (Bench.AF | 1 << 7))
                .as("the Access flag of stage 1 was written")
                .isEqualTo(Bench.AF | 1 << 7);
        assertThat(b.get(output) & (Bench.AF | 1 << 7)).isEqualTo(Bench.AF);
        assertThat(b.out.permissions & WRITE).isZero();
        assertThat(b.translate(VA, WRITE)).isTrue();
        assertThat(b.get(output) & 1 << 7).isNotZero();
        assertThat(readOnly()).isFalse();
    }

    @Test
    void anUpdateOfStage1ThatStage2DoesNotPermitIsAStage2FaultOfTheWalk() {
        page(0);
        stage2(0, Bench.AF | 1 << 6, Bench.AF | 3 << 6);
        assertThat(b.translate(VA, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001111);
        assertThat(b.out.stage2).isTrue();
        assertThat(b.out.onWalk).isTrue();
        assertThat(b.out.ipa).isEqualTo(entry);
        assertThat(accessed()).isFalse();
    }

    @Test
    void withoutHaStage2GeneratesAccessFlagFaults() {
        page(Bench.AF);
        stage2(0, Bench.AF | 3 << 6, 3 << 6);
        assertThat(b.translate(VA, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001011);
        assertThat(b.out.stage2).isTrue();
    }

    @Test
    void theEl2RegimeHasItsControlsLowerInTcrEl2() {
        page(READ_ONLY | DBM);
        b.set(SystemRegister.TTBR0_EL2, t.root);
        b.set(SystemRegister.TCR_EL2, 16 | 5 << 16 | 1 << 21 | 1 << 22);
        b.set(SystemRegister.SCTLR_EL2, 1);
        b.el(2);
        assertThat(b.translate(VA, WRITE)).isTrue();
        assertThat(accessed()).isTrue();
        assertThat(readOnly()).isFalse();
    }
}
