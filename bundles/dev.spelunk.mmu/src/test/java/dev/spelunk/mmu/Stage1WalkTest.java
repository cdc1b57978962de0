// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static dev.spelunk.api.mmu.Translator.EXECUTE;
import static dev.spelunk.api.mmu.Translator.READ;
import static dev.spelunk.api.mmu.Translator.UNPRIVILEGED;
import static dev.spelunk.api.mmu.Translator.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.DescriptorSource;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.testkit.PageTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stage 1 table walks (DDI 0487, D8.2) and their faults. */
class Stage1WalkTest {
    private static final long NORMAL = Bench.AF | 1 << 2;
    private static final long TCR_48 = 16 | 16L << 16 | 5L << 32;

    private static long tg0(int granule) {
        return (granule == 12 ? 0L : granule == 14 ? 2 : 1) << 14;
    }

    private static long tg1(int granule) {
        return (granule == 12 ? 2L : granule == 14 ? 1 : 3) << 30;
    }

    private static Bench on(PageTables[] made, int granule, int inputSize, long tcr) {
        Bench b = new Bench("FEAT_TTST");
        made[0] = PageTables.stage1(b.tables, granule, inputSize);
        b.set(SystemRegister.TTBR0_EL1, made[0].root);
        b.set(SystemRegister.TCR_EL1, tcr & ~63L | 64 - inputSize | tg0(granule) | tg1(granule));
        b.set(SystemRegister.SCTLR_EL1, 1);
        return b;
    }

    @ParameterizedTest
    @CsvSource({"12,3", "12,2", "12,1", "14,3", "14,2", "16,3", "16,2"})
    void pagesAndBlocksOfEveryGranuleMapTheirSize(int granule, int level) {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, granule, 48, TCR_48);
        int size = t[0].shift(level);
        long va = 0x0000_5A5A_5A5A_5A5AL & -1L << size;
        long pa = 0x0000_2345_6789_A000L & -1L << size;
        t[0].map(va, pa, level, NORMAL);
        for (long offset : new long[] {0, 8, (1L << size) - 1, (1L << size) / 2 + 12}) {
            assertThat(b.translate(va + offset, READ)).isTrue();
            assertThat(b.out.pa).isEqualTo(pa + offset);
            assertThat(b.out.ipa).isEqualTo(pa + offset);
            assertThat(b.out.pageBits).isEqualTo(size);
            assertThat(b.out.fault).isEqualTo(-1);
            assertThat(b.out.attributes).isEqualTo(0xFF);
        }
        assertThat(b.translate(va + (1L << size), READ)).isFalse();
        assertThat(b.translate(va - 1, READ)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "12,48,0", "12,40,0", "12,39,1", "12,31,1", "12,30,2", "12,25,2", "12,21,3", "12,16,3", "14,48,0", "14,47,1",
        "14,36,2", "14,25,3", "16,48,1", "16,42,2", "16,29,3", "16,25,3"
    })
    void theWalkStartsWhereTheInputSizeSays(int granule, int inputSize, int startLevel) {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, granule, inputSize, TCR_48);
        assertThat(t[0].startLevel).isEqualTo(startLevel);
        long va = (1L << inputSize) - (1L << granule);
        t[0].map(va, 0x7000_0000L, 3, NORMAL);
        assertThat(b.translate(va + 4, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x7000_0004L);
        assertThat(b.translate(0, READ)).isFalse();
        assertThat(b.out.fault).as("Translation fault at the first level").isBetween(4 + startLevel, 7);
        assertThat(b.translate(1L << inputSize, READ)).isFalse();
        assertThat(b.out.fault).as("above the input size").isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({"12,0", "12,1", "12,2", "12,3", "14,0", "14,1", "14,2", "14,3", "16,1", "16,2", "16,3"})
    void anInvalidDescriptorIsATranslationFaultOfItsLevel(int granule, int level) {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, granule, 48, TCR_48);
        t[0].entry(0, level);
        assertThat(b.translate(0, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b000100 | level);
        assertThat(b.out.stage2).isFalse();
        assertThat(b.out.write).isFalse();
        assertThat(b.translate(0, WRITE)).isFalse();
        assertThat(b.out.write).isTrue();
        assertThat(b.translate(0, READ | WRITE)).isFalse();
        assertThat(b.out.write).as("a read would have faulted as well").isFalse();
    }

    @ParameterizedTest
    @CsvSource({"12,0", "14,0", "14,1", "16,1"})
    void aBlockWhereNoneMayBeIsATranslationFault(int granule, int level) {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, granule, 48, TCR_48);
        b.put(t[0].entry(0, level), NORMAL | PageTables.BLOCK);
        assertThat(b.translate(0, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b000100 | level);
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 14, 16})
    void theReservedFormAtLevel3IsATranslationFault(int granule) {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, granule, 48, TCR_48);
        b.put(t[0].entry(0, 3), NORMAL | PageTables.BLOCK);
        assertThat(b.translate(0, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"12,1", "12,2", "12,3", "14,2", "14,3", "16,2", "16,3"})
    void aClearAccessFlagIsAFaultOfItsLevel(int granule, int level) {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, granule, 48, TCR_48);
        t[0].map(0, 0, level, NORMAL & ~Bench.AF);
        assertThat(b.translate(0, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001000 | level);
        t[0].map(0, 0, level, NORMAL);
        assertThat(b.translate(0, READ)).as("faults are not cached").isTrue();
    }

    @ParameterizedTest
    @CsvSource({"12,1", "12,2", "12,3", "14,2", "14,3", "16,2", "16,3"})
    void aForbiddenAccessIsAPermissionFaultOfItsLevel(int granule, int level) {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, granule, 48, TCR_48);
        t[0].map(0, 0, level, NORMAL | 2 << 6);
        assertThat(b.translate(0, READ)).isTrue();
        assertThat(b.translate(0, WRITE)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001100 | level);
        assertThat(b.out.write).isTrue();
        assertThat(b.translate(0, READ | WRITE)).isFalse();
        assertThat(b.out.write).as("the read alone is permitted").isTrue();
        assertThat(b.translate(0, READ | UNPRIVILEGED)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001100 | level);
    }

    @Test
    void anAddressBeyondTheOutputSizeIsAnAddressSizeFaultOfItsLevel() {
        for (int level = 0; level <= 3; level++) {
            PageTables[] t = new PageTables[1];
            Bench b = on(t, 12, 48, TCR_48 & ~(7L << 32) | 2L << 32);
            long tooFar = 1L << 40;
            b.put(t[0].entry(0, level), tooFar | NORMAL | PageTables.TABLE);
            assertThat(b.translate(0, READ)).isFalse();
            assertThat(b.out.fault).as("level %d, IPS 40 bits", level).isEqualTo(level);
        }
        PageTables[] t = new PageTables[1];
        Bench b = on(t, 12, 48, TCR_48 & ~(7L << 32));
        b.set(SystemRegister.TTBR0_EL1, 1L << 32);
        assertThat(b.translate(0, READ)).isFalse();
        assertThat(b.out.fault).as("TTBR0_EL1 above 32 bits").isZero();
    }

    @Test
    void aWalkThatLeavesMemoryIsAnExternalAbortOfItsLevel() {
        for (int level = 1; level <= 3; level++) {
            PageTables[] t = new PageTables[1];
            Bench b = on(t, 12, 48, TCR_48);
            b.put(t[0].entry(0, level - 1), 0x1000_0000L | PageTables.TABLE);
            assertThat(b.translate(0, READ)).isFalse();
            assertThat(b.out.fault).isEqualTo(0b010100 | level);
        }
    }

    @Test
    void accessFlagComesBeforePermission() {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, 12, 48, TCR_48);
        t[0].map(0, 0, 3, 2 << 6);
        assertThat(b.translate(0, WRITE)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b001011);
    }

    @Test
    void theUpperRangeUsesTtbr1() {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, 12, 48, TCR_48);
        PageTables upper = PageTables.stage1(b.tables, 12, 39);
        b.set(SystemRegister.TTBR1_EL1, upper.root);
        b.set(SystemRegister.TCR_EL1, 16 | 25L << 16 | 2L << 30 | 5L << 32);
        long va = 0xFFFF_FF80_1234_5000L;
        upper.map(va, 0x4444_5000L, 3, NORMAL);
        assertThat(b.translate(va + 1, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x4444_5001L);
        assertThat(b.translate(0xFFFF_FF00_1234_5000L, READ)).isFalse();
        assertThat(b.out.fault).as("below the upper range").isEqualTo(4);
        assertThat(b.translate(0x0000_0080_1234_5000L, READ)).isFalse();
        assertThat(b.out.fault).as("the lower range has its own tables").isEqualTo(4);
        assertThat(b.translate(0xFF00_0080_1234_5000L, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(4);
    }

    @Test
    void epdTurnsARangeOff() {
        for (int half = 0; half < 2; half++) {
            PageTables[] t = new PageTables[1];
            Bench b = on(t, 12, 48, TCR_48);
            PageTables upper = PageTables.stage1(b.tables, 12, 48);
            b.set(SystemRegister.TTBR1_EL1, upper.root);
            long low = 0x1000;
            long high = 0xFFFF_0000_0000_1000L;
            t[0].map(low, 0x1000, 3, NORMAL);
            upper.map(high, 0x1000, 3, NORMAL);
            b.set(SystemRegister.TCR_EL1, TCR_48 | tg1(12) | (half == 0 ? 1L << 7 : 1L << 23));
            assertThat(b.translate(low, READ)).isEqualTo(half == 1);
            assertThat(b.translate(high, READ)).isEqualTo(half == 0);
            assertThat(b.translate(half == 0 ? low : high, READ)).isFalse();
            assertThat(b.out.fault).isEqualTo(4);
        }
    }

    @Test
    void e0pdKeepsUnprivilegedAccessesOut() {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, 12, 48, TCR_48 | 1L << 55);
        t[0].map(0x1000, 0x1000, 3, NORMAL | 1 << 6);
        assertThat(b.translate(0x1000, READ)).isTrue();
        assertThat(b.translate(0x1000, READ | UNPRIVILEGED))
                .as("an entry that the kernel made")
                .isFalse();
        assertThat(b.out.fault).isEqualTo(4);
        assertThat(b.el(0).translate(0x1000, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(4);
    }

    @Test
    void sizesThatAreNotSupportedAreTranslationFaults() {
        for (int txsz : new int[] {0, 15, 49, 63}) {
            PageTables[] t = new PageTables[1];
            Bench b = on(t, 12, 48, TCR_48);
            t[0].map(0, 0, 3, NORMAL);
            b.set(SystemRegister.TCR_EL1, TCR_48 & ~63L | txsz);
            assertThat(b.translate(0, READ)).as("T0SZ %d", txsz).isFalse();
            assertThat(b.out.fault).isEqualTo(4);
        }
        Bench b = new Bench();
        PageTables t = PageTables.stage1(b.tables, 12, 24);
        t.map(0, 0, 3, NORMAL);
        b.set(SystemRegister.TTBR0_EL1, t.root)
                .set(SystemRegister.TCR_EL1, 40 | 5L << 32)
                .set(SystemRegister.SCTLR_EL1, 1);
        assertThat(b.translate(0, READ)).as("T0SZ 40 needs FEAT_TTST").isFalse();
    }

    @Test
    void theTopByteIsIgnoredWhereTbiSaysSo() {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, 12, 48, TCR_48);
        t[0].map(0x1000, 0x5000_1000L, 3, NORMAL);
        long tagged = 0xAB00_0000_0000_1008L;
        assertThat(b.translate(0x1008, READ)).isTrue();
        assertThat(b.translate(tagged, READ))
                .as("not while an untagged entry is in the TLB either")
                .isFalse();
        assertThat(b.out.fault).isEqualTo(4);
        b.set(SystemRegister.TCR_EL1, TCR_48 | 1L << 37);
        assertThat(b.translate(tagged, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x5000_1008L);
        assertThat(b.out.walked).as("the same entry").isFalse();
        assertThat(b.out.va).isEqualTo(tagged);
    }

    @Test
    void theTopByteIsIgnoredForDataOnlyWhereTbidSaysSo() {
        Bench b = new Bench("FEAT_PAuth");
        PageTables t = PageTables.stage1(b.tables, 12, 48);
        t.map(0x1000, 0x9000, 3, Bench.AF | 1 << 2);
        long tcr = 16 | 16L << 16 | 2L << 30 | 5L << 32;
        b.set(SystemRegister.TTBR0_EL1, t.root)
                .set(SystemRegister.TTBR1_EL1, t.root)
                .set(SystemRegister.SCTLR_EL1, 1);
        long[] vas = {0x5A00_0000_0000_1000L, 0x5AFF_0000_0000_1000L};
        for (int upper = 0; upper < 2; upper++) {
            b.set(SystemRegister.TCR_EL1, tcr | 1L << 37 + upper);
            assertThat(b.translate(vas[upper], READ)).isTrue();
            assertThat(b.out.pa).isEqualTo(0x9000);
            assertThat(b.translate(vas[upper], EXECUTE)).isTrue();
            assertThat(b.translate(vas[1 - upper], READ)).isFalse();
            b.set(SystemRegister.TCR_EL1, tcr | 1L << 37 + upper | 1L << 51 + upper);
            assertThat(b.translate(vas[upper], READ)).isTrue();
            assertThat(b.translate(vas[upper], EXECUTE)).isFalse();
            assertThat(b.out.fault).isEqualTo(4);
        }
        b.set(SystemRegister.SCTLR_EL1, 0).set(SystemRegister.TCR_EL1, tcr | 1L << 37 | 1L << 51);
        assertThat(b.translate(0x5A00_0000_0000_1234L, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x1234);
        assertThat(b.translate(0x5A00_0000_0000_1234L, EXECUTE))
                .as("flat, and the top byte counts")
                .isFalse();
        assertThat(b.out.fault).isZero();
    }

    @Test
    void theGuardedPageBitIsReportedByTheWalkAndByTheTlb() {
        for (int guarded = 0; guarded < 2; guarded++) {
            Bench b = new Bench("FEAT_BTI");
            PageTables t = PageTables.stage1(b.tables, 12, 48);
            t.map(0x1000, 0x9000, 3, Bench.AF | 1 << 2 | (long) guarded << 50 | 1L << 51);
            b.set(SystemRegister.TTBR0_EL1, t.root)
                    .set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32)
                    .set(SystemRegister.SCTLR_EL1, 1);
            for (int hit = 0; hit < 2; hit++) {
                assertThat(b.translate(0x1000, EXECUTE)).isTrue();
                assertThat(b.out.walked).isEqualTo(hit == 0);
                assertThat(b.out.guarded).isEqualTo(guarded == 1);
            }
        }
    }

    @Test
    void shareabilityIsReportedByTheWalkAndByTheTlb() {
        for (int sh : new int[] {0, 2, 3}) {
            Bench b = new Bench();
            PageTables t = PageTables.stage1(b.tables, 12, 48);
            t.map(0x1000, 0x9000, 3, Bench.AF | 1 << 2 | (long) sh << 8);
            b.set(SystemRegister.TTBR0_EL1, t.root)
                    .set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32)
                    .set(SystemRegister.SCTLR_EL1, 1);
            for (int hit = 0; hit < 2; hit++) {
                assertThat(b.translate(0x1000, READ)).isTrue();
                assertThat(b.out.shareability).isEqualTo(sh);
                assertThat(b.out.attributes).isEqualTo(0xFF);
            }
        }
    }

    @Test
    void anAccessThatReadsAndWritesReportsAReadWhereThatWouldFaultToo() {
        Bench b = new Bench().el(0);
        PageTables t = PageTables.stage1(b.tables, 12, 48);
        t.map(0x1000, 0x9000, 3, Bench.AF | 1 << 2);
        t.map(0x2000, 0x9000, 3, Bench.AF | 1 << 2 | 3 << 6);
        b.set(SystemRegister.TTBR0_EL1, t.root)
                .set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32)
                .set(SystemRegister.SCTLR_EL1, 1);
        assertThat(b.translate(0x1000, READ | WRITE)).as("nothing for EL0").isFalse();
        assertThat(b.out.write).isFalse();
        assertThat(b.translate(0x1000, WRITE)).isFalse();
        assertThat(b.out.write).isTrue();
        assertThat(b.translate(0x2000, READ | WRITE)).as("read-only").isFalse();
        assertThat(b.out.write).isTrue();
        assertThat(b.translate(0x3000, READ | WRITE)).as("not mapped").isFalse();
        assertThat(b.out.write).isFalse();
    }

    @Test
    void hierarchicalControlsRestrictWhatIsBelowThem() {
        long[][] cases = {
            // bit of the Table descriptor, access that it takes away, hierarchical permission disable
            {61, READ | UNPRIVILEGED, 41}, {62, WRITE, 41}, {60, EXECUTE | UNPRIVILEGED, 41}, {59, EXECUTE, 41}
        };
        for (long[] c : cases) {
            for (int level = 0; level < 3; level++) {
                PageTables[] t = new PageTables[1];
                Bench b = on(t, 12, 48, TCR_48);
                int access = (int) c[1];
                long ap = access == EXECUTE ? 0 : 1 << 6;
                t[0].map(0x1000, 0x1000, 3, NORMAL | ap);
                assertThat(b.translate(0x1000, access)).isTrue();
                long at = t[0].entry(0x1000, level);
                b.put(at, b.get(at) | 1L << c[0]);
                b.mmu.invalidateTlb(TlbTest.VMALLE1, 0);
                assertThat(b.translate(0x1000, access))
                        .as("bit %d at level %d", c[0], level)
                        .isFalse();
                assertThat(b.out.fault).as("the leaf's level").isEqualTo(0b001111);
                b.set(SystemRegister.TCR_EL1, TCR_48 | 1L << c[2]);
                assertThat(b.translate(0x1000, access)).as("TCR_EL1.HPD0").isTrue();
            }
        }
    }

    @Test
    void withoutStage1AddressesAreFlatAndDataIsDevice() {
        Bench b = new Bench();
        assertThat(b.translate(0x9000_1234L, READ | WRITE)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x9000_1234L);
        assertThat(b.out.device).isTrue();
        assertThat(b.out.attributes).isZero();
        assertThat(b.out.permissions).isEqualTo(READ | WRITE | EXECUTE);
        assertThat(b.translate(0x9000_1234L, EXECUTE)).isTrue();
        assertThat(b.out.attributes).isEqualTo(0x44);
        b.set(SystemRegister.SCTLR_EL1, 1 << 12);
        assertThat(b.translate(0x9000_1234L, EXECUTE)).isTrue();
        assertThat(b.out.attributes).isEqualTo(0xAA);
        assertThat(b.translate(1L << 48, READ)).isFalse();
        assertThat(b.out.fault).as("Address size fault, level 0").isZero();
        assertThat(b.translate(0xFFFF_0000_0000_0000L, READ)).isFalse();
        assertThat(b.out.fault).isZero();
    }

    @Test
    void memoryTypesComeFromMair() {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, 12, 48, TCR_48);
        int[] expected = {0x00, 0xFF, 0x44, 0xAA, 0x04, 0x0C};
        for (int i = 0; i < expected.length; i++) {
            long va = 0x1000L * (i + 1);
            t[0].map(va, va, 3, Bench.AF | (long) i << 2 | 3 << 8);
            assertThat(b.translate(va, READ)).isTrue();
            assertThat(b.out.attributes).isEqualTo(expected[i]);
            assertThat(b.out.device).isEqualTo((expected[i] & 0xF0) == 0);
            assertThat(b.out.shareability).isEqualTo(b.out.device || expected[i] == 0x44 ? 2 : 3);
        }
    }

    @Test
    void theEl2RegimeHasOneRangeAndOnePrivilege() {
        Bench b = new Bench().el(2);
        PageTables t = PageTables.stage1(b.tables, 12, 40);
        t.map(0x12_3456_7000L, 0x5000L, 3, NORMAL | 1L << 11);
        b.set(SystemRegister.TTBR0_EL2, t.root)
                .set(SystemRegister.TCR_EL2, 24 | 5 << 16)
                .set(SystemRegister.SCTLR_EL2, 1);
        assertThat(b.mmu.regime()).isEqualTo(2);
        assertThat(b.translate(0x12_3456_7010L, READ | WRITE)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x5010);
        assertThat(b.translate(0xFFFF_FF12_3456_7010L, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(4);
        t.map(0x12_3456_8000L, 0x5000L, 3, NORMAL | 1L << 54);
        assertThat(b.translate(0x12_3456_8000L, EXECUTE)).isFalse();
        t.map(0x12_3456_8000L, 0x5000L, 3, NORMAL | 1L << 53);
        assertThat(b.translate(0x12_3456_8000L, EXECUTE)).as("there is no PXN").isTrue();
    }

    @Test
    void theEl20RegimeHasTheHostsTablesForEl2AndItsEl0() {
        Bench b = new Bench().el(2);
        PageTables t = PageTables.stage1(b.tables, 12, 48);
        t.map(0x1000, 0x7000, 3, NORMAL | 1 << 6);
        b.set(SystemRegister.HCR_EL2, Bench.HCR_E2H)
                .set(SystemRegister.TTBR0_EL2, t.root)
                .set(SystemRegister.TCR_EL2, TCR_48 | tg1(12))
                .set(SystemRegister.SCTLR_EL2, 1);
        assertThat(b.mmu.regime()).isEqualTo(1);
        assertThat(b.translate(0x1000, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x7000);
        assertThat(b.el(0).mmu.regime()).as("a guest's EL0").isZero();
        b.set(SystemRegister.HCR_EL2, Bench.HCR_E2H | Bench.HCR_TGE);
        assertThat(b.mmu.regime()).as("the host's EL0").isEqualTo(1);
        assertThat(b.translate(0x1000, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x7000);
    }

    @Test
    void theContiguousBitChangesNothing() {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, 12, 48, TCR_48);
        t[0].map(0x1000, 0x9000, 3, NORMAL | 1L << 52);
        assertThat(b.translate(0x1000, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x9000);
        assertThat(b.out.pageBits).isEqualTo(12);
        assertThat(b.translate(0x2000, READ)).isFalse();
    }

    @Test
    void aHypervisorWalksWithItsOwnSource() {
        PageTables[] t = new PageTables[1];
        Bench b = on(t, 12, 48, TCR_48);
        t[0].map(0x1000, 0x9000, 3, NORMAL | 2 << 6);
        java.util.List<Long> asked = new java.util.ArrayList<>();
        boolean[] open = {true};
        DescriptorSource source = new DescriptorSource() {
            @Override
            public boolean accessible(long ipa) {
                asked.add(ipa);
                return open[0];
            }

            @Override
            public long read(long ipa) {
                return b.get(ipa);
            }
        };
        assertThat(b.mmu.walkStage1(b.out, 0x1008, READ, source)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x9008);
        assertThat(b.out.ipa).isEqualTo(0x9008);
        assertThat(asked).hasSize(4).startsWith(t[0].root).allSatisfy(a -> assertThat(a & 0xFFF)
                .isZero());
        assertThat(b.mmu.walkStage1(b.out, 0x1008, WRITE, source)).isFalse();
        assertThat(b.out.fault).isEqualTo(15);
        assertThat(b.context.pe.tlb.sizes).as("no TLB entry is made").isZero();
        open[0] = false;
        assertThat(b.mmu.walkStage1(b.out, 0x1008, READ, source)).isFalse();
        assertThat(b.out.fault).isEqualTo(0b010100);
    }
}
