// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static dev.spelunk.api.mmu.Translator.EXECUTE;
import static dev.spelunk.api.mmu.Translator.READ;
import static dev.spelunk.api.mmu.Translator.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.testkit.PageTables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stage 2 (DDI 0487, D8.2.10, D8.4.5, D8.6) alone and under stage 1. */
class Stage2Test {
    /** Normal Write-Back, readable and writable, Inner Shareable. */
    private static final long NORMAL = Bench.AF | 0xF << 2 | 3 << 6 | 3 << 8;

    private static long tg0(int granule) {
        return (granule == 12 ? 0L : granule == 14 ? 2 : 1) << 14;
    }

    private static long sl0(int granule, int startLevel) {
        return (granule == 12 ? startLevel == 3 ? 3L : 2 - startLevel : 3 - startLevel) << 6;
    }

    private static PageTables on(Bench b, int granule, int inputSize, int startLevel) {
        PageTables t = new PageTables(b.tables, granule, inputSize, startLevel);
        b.set(SystemRegister.VTTBR_EL2, t.root | 7L << 48);
        b.set(SystemRegister.VTCR_EL2, 64 - inputSize | sl0(granule, startLevel) | tg0(granule) | 5 << 16 | 1 << 19);
        b.set(SystemRegister.HCR_EL2, Bench.HCR_VM);
        return t;
    }

    @ParameterizedTest
    @CsvSource({
        "12,48,0", "12,43,1", "12,40,1", "12,36,1", "12,34,2", "12,33,2", "12,31,2", "14,48,1", "14,40,2", "14,39,2",
        "16,48,1", "16,46,2", "16,42,2", "16,40,2", "16,33,3"
    })
    void concatenatedTablesResolveTheWholeInput(int granule, int inputSize, int startLevel) {
        Bench b = new Bench();
        PageTables t = on(b, granule, inputSize, startLevel);
        long last = (1L << inputSize) - (1L << granule);
        t.map(last, 0x5555_0000L, 3, NORMAL);
        t.map(0, 0x6666_0000L, 3, NORMAL);
        assertThat(b.translate(last + 8, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x5555_0008L);
        assertThat(b.out.ipa).isEqualTo(last + 8);
        assertThat(b.out.pageBits).isEqualTo(granule);
        assertThat(b.translate(16, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x6666_0010L);
        if (inputSize < 48) {
            assertThat(b.translate(1L << inputSize, READ)).isFalse();
            assertThat(b.out.fault).isEqualTo(4);
            assertThat(b.out.stage2).isTrue();
            assertThat(b.out.ipa).isEqualTo(1L << inputSize);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "12,48,1", "12,44,1", "12,30,1", "12,35,2", "12,40,2", "12,39,0", "14,48,2", "14,36,1", "16,47,2", "16,34,3"
    })
    void aStartLevelThatDoesNotFitTheSizeIsATranslationFault(int granule, int inputSize, int startLevel) {
        Bench b = new Bench();
        b.set(SystemRegister.VTTBR_EL2, Bench.RAM);
        b.set(SystemRegister.VTCR_EL2, 64 - inputSize | sl0(granule, startLevel) | tg0(granule) | 5 << 16);
        b.set(SystemRegister.HCR_EL2, Bench.HCR_VM);
        assertThat(b.translate(0, READ)).isFalse();
        assertThat(b.out.fault).isEqualTo(4);
        assertThat(b.out.stage2).isTrue();
    }

    /** PARange, granule, SL0, T0SZ, and whether AArch64.S2InvalidSL and the size let a walk begin. */
    @ParameterizedTest
    @CsvSource({
        "4,12,2,20,true", "3,12,2,22,false", "5,12,2,16,true", "5,12,3,43,true", "3,14,2,22,true", "2,14,2,24,false",
        "2,14,1,24,true", "5,14,3,30,false", "4,16,2,20,true", "3,16,2,22,false", "3,16,1,24,true", "5,16,3,30,false",
        "5,12,1,16,false", "2,12,1,24,true", "2,12,1,23,false", "5,12,1,25,true", "5,12,0,34,true"
    })
    void theStartLevelNeedsItsPhysicalAddressSize(int paRange, int granule, int sl0, int t0sz, boolean begins) {
        Bench b = new Bench("FEAT_TTST");
        b.context.register(SystemRegister.ID_AA64MMFR0_EL1, paRange);
        b.mmu.invalidate();
        long table = b.tables.allocate(1 << 20, 1 << 20);
        b.set(SystemRegister.VTTBR_EL2, table);
        b.set(SystemRegister.VTCR_EL2, t0sz | (long) sl0 << 6 | tg0(granule) | 5 << 16);
        b.set(SystemRegister.HCR_EL2, Bench.HCR_VM);
        assertThat(b.translate(0, READ)).isFalse();
        int level = granule == 12 ? sl0 == 3 ? 3 : 2 - sl0 : 3 - sl0;
        assertThat(b.out.fault).isEqualTo(4 | (begins ? level : 0));
        if (begins && level == 0) {
            b.put(table, 0x7000_0000L | 3);
            assertThat(b.translate(0, READ)).isFalse();
            assertThat(b.out.fault).as("an External abort: it did begin").isEqualTo(0b010101);
        }
    }

    @Test
    void smallTablesNeedFeatTtst() {
        for (boolean ttst : new boolean[] {false, true}) {
            Bench b = ttst ? new Bench("FEAT_TTST") : new Bench();
            b.set(SystemRegister.VTTBR_EL2, b.tables.allocate(4096, 4096));
            b.set(SystemRegister.HCR_EL2, Bench.HCR_VM);
            b.set(SystemRegister.VTCR_EL2, 43 | 3 << 6 | 5 << 16);
            assertThat(b.translate(0, READ)).isFalse();
            assertThat(b.out.fault).isEqualTo(ttst ? 7 : 4);
        }
    }

    @Test
    void vtcrLimitsOutputAddressesAndTheTableItself() {
        Bench b = new Bench();
        PageTables t = on(b, 12, 40, 1);
        t.map(0x1000, 1L << 36, 3, NORMAL);
        assertThat(b.translate(0x1000, READ)).isTrue();
        b.mmu.invalidateTlb(TlbTest.ALLE1, 0);
        b.set(SystemRegister.VTCR_EL2, 24 | 1 << 6 | 1 << 16);
        assertThat(b.translate(0x1000, READ)).as("PS is 36 bits").isFalse();
        assertThat(b.out.fault).isEqualTo(3);
        b.set(SystemRegister.VTCR_EL2, 24 | 1 << 6 | 2 << 16);
        assertThat(b.translate(0x1000, READ)).isTrue();
        b.mmu.invalidateTlb(TlbTest.ALLE1, 0);
        b.set(SystemRegister.VTTBR_EL2, t.root | 1L << 40);
        assertThat(b.translate(0x1000, READ)).isFalse();
        assertThat(b.out.fault).as("Address size, level 0").isZero();
        assertThat(b.out.stage2).isTrue();
    }

    @Test
    void shareabilityOfBothStagesCombines() {
        int[] sh = {0, 2, 3};
        for (int one : sh) {
            for (int two : sh) {
                Guest g = new Guest();
                g.s1.map(0x1000, 0x8020_0000L, 3, Bench.AF | 1 << 2 | (long) one << 8);
                g.s2.map(0x8020_0000L, 0x4567_8000L, 3, NORMAL & ~(3 << 8) | (long) two << 8);
                for (int hit = 0; hit < 2; hit++) {
                    assertThat(g.b.translate(0x1000, READ)).isTrue();
                    assertThat(g.b.out.shareability).isEqualTo(one == 2 || two == 2 ? 2 : one == 3 || two == 3 ? 3 : 0);
                }
            }
        }
    }

    @Test
    void askedAloneItForgetsWhatWasAskedBefore() {
        Guest g = new Guest();
        assertThat(g.b.translate(0x7777_0000L, WRITE)).isFalse();
        assertThat(g.b.out.fault).isNotEqualTo(Translation.NONE);
        g.b.set(SystemRegister.HCR_EL2, 0);
        assertThat(g.b.mmu.translateStage2(g.b.out, 0x1000, READ)).isTrue();
        assertThat(g.b.out.fault).isEqualTo(Translation.NONE);
        assertThat(g.b.out.va).isEqualTo(0x1000);
        assertThat(g.b.out.walked).isFalse();
        assertThat(g.b.out.attributes).isEqualTo(0xFF);
        assertThat(g.b.out.pageBits).isEqualTo(12);
    }

    @Test
    void faultsCarryTheirLevel() {
        for (int level = 1; level <= 3; level++) {
            Bench b = new Bench();
            PageTables t = on(b, 12, 40, 1);
            long at = t.entry(0, level);
            assertFault(b, READ, 0b000100 | level);
            b.put(at, NORMAL & ~Bench.AF | (level == 3 ? 3 : 1));
            assertFault(b, READ, 0b001000 | level);
            b.put(at, NORMAL & ~(2 << 6) | (level == 3 ? 3 : 1));
            assertFault(b, WRITE, 0b001100 | level);
            assertThat(b.out.write).isTrue();
            assertThat(b.translate(0, READ)).isTrue();
            b.mmu.invalidateTlb(TlbTest.VMALLE1, 0);
            b.set(SystemRegister.VTCR_EL2, b.context.register(SystemRegister.VTCR_EL2) & ~(7L << 16) | 1 << 16);
            b.put(at, NORMAL | 1L << 36 | (level == 3 ? 3 : 1));
            assertFault(b, READ, level);
            b.put(at, 0x1000_0000L | 3);
            if (level < 3) {
                assertFault(b, READ, 0b010100 | level + 1);
            }
        }
    }

    private static void assertFault(Bench b, int access, int status) {
        assertThat(b.translate(0, access)).isFalse();
        assertThat(b.out.fault).isEqualTo(status);
        assertThat(b.out.stage2).isTrue();
        assertThat(b.out.onWalk).isFalse();
    }

    /** Stage 1 identity in an IPA space that stage 2 moves by an offset. */
    private static final class Guest {
        final Bench b = new Bench();
        final PageTables s1 = PageTables.stage1(b.tables, 12, 39);
        final PageTables s2 = on(b, 12, 40, 1);

        Guest() {
            // PageTables of stage 1 lie at their own addresses: RAM is identity-mapped by pages of 2 MiB.
            for (long pa = Bench.RAM; pa < Bench.RAM + Bench.RAM_SIZE; pa += 2 << 20) {
                s2.map(pa, pa, 2, NORMAL);
            }
            b.set(SystemRegister.TTBR0_EL1, s1.root | 1L << 48);
            b.set(SystemRegister.TCR_EL1, 25 | 25L << 16 | 2L << 30 | 2L << 32);
            b.set(SystemRegister.SCTLR_EL1, 1);
        }
    }

    @Test
    void bothStagesGiveThePhysicalAddressAndTheSmallerSize() {
        Guest g = new Guest();
        g.s1.map(0x20_0000, 0x8020_0000L, 2, Bench.AF | 1 << 2 | 3 << 8);
        g.s2.map(0x8020_3000L, 0x4567_8000L, 3, NORMAL);
        assertThat(g.b.translate(0x20_3010, READ)).isTrue();
        assertThat(g.b.out.ipa).isEqualTo(0x8020_3010L);
        assertThat(g.b.out.pa).isEqualTo(0x4567_8010L);
        assertThat(g.b.out.pageBits).isEqualTo(12);
        assertThat(g.b.translate(0x20_3018, READ)).isTrue();
        assertThat(g.b.out.walked).isFalse();
        assertThat(g.b.out.ipa).isEqualTo(0x8020_3018L);
        assertThat(g.b.translate(0x20_4010, READ)).isFalse();
        assertThat(g.b.out.fault).isEqualTo(7);
        assertThat(g.b.out.stage2).isTrue();
        assertThat(g.b.out.onWalk).isFalse();
        assertThat(g.b.out.ipa).isEqualTo(0x8020_4010L);
        assertThat(g.b.out.va).isEqualTo(0x20_4010L);
    }

    @Test
    void aStage2FaultOnTheWalkSaysSoAndGivesTheDescriptorsAddress() {
        Guest g = new Guest();
        g.b.put(g.s1.root, 0x7000_0000L | 3);
        assertThat(g.b.translate(0x1000, WRITE)).isFalse();
        assertThat(g.b.out.stage2).isTrue();
        assertThat(g.b.out.onWalk).isTrue();
        assertThat(g.b.out.ipa).as("level 2 descriptor of VA 0").isEqualTo(0x7000_0000L);
        assertThat(g.b.out.fault).as("stage 2's own level").isEqualTo(0b000110);
        g.s2.map(0x7000_0000L, Bench.RAM, 3, NORMAL & ~(3 << 6));
        assertThat(g.b.translate(0x1000, WRITE)).isFalse();
        assertThat(g.b.out.fault).as("tables must be readable at stage 2").isEqualTo(0b001111);
        assertThat(g.b.out.onWalk).isTrue();
    }

    @Test
    void ptwKeepsTableWalksOutOfDeviceMemory() {
        Guest g = new Guest();
        long table = g.b.tables.allocate(4096, 4096);
        g.b.put(table, 0x8000_0000L | Bench.AF | 1);
        g.s2.map(0x7000_0000L, table, 3, NORMAL & ~(0xF << 2));
        g.s2.map(0x8000_0000L, 0x4000_0000L, 2, NORMAL);
        g.b.put(g.s1.root, 0x7000_0000L | 3);
        assertThat(g.b.translate(0x1000, READ)).isTrue();
        g.b.mmu.invalidateTlb(TlbTest.VMALLE1, 0);
        g.b.set(SystemRegister.HCR_EL2, Bench.HCR_VM | 1 << 2);
        assertThat(g.b.translate(0x1000, READ)).isFalse();
        assertThat(g.b.out.fault).isEqualTo(0b001111);
        assertThat(g.b.out.onWalk && g.b.out.stage2).isTrue();
    }

    @Test
    void stage1FaultsComeFirst() {
        Guest g = new Guest();
        g.s1.map(0x1000, 0x8020_0000L, 3, Bench.AF | 1 << 2 | 2 << 6);
        assertThat(g.b.translate(0x1000, WRITE)).isFalse();
        assertThat(g.b.out.stage2).isFalse();
        assertThat(g.b.out.fault).isEqualTo(0b001111);
        assertThat(g.b.translate(0x1000, READ)).isFalse();
        assertThat(g.b.out.stage2).isTrue();
    }

    @Test
    void permissionsOfBothStagesMustAllow() {
        int[] accesses = {READ, WRITE, EXECUTE};
        for (int s1ap = 0; s1ap < 4; s1ap++) {
            for (int s2ap = 0; s2ap < 4; s2ap++) {
                for (int xn = 0; xn < 4; xn++) {
                    for (int el = 0; el <= 1; el++) {
                        Guest g = new Guest();
                        g.s1.map(0x1000, 0x8020_0000L, 3, Bench.AF | 1 << 2 | (long) s1ap << 6);
                        g.s2.map(
                                0x8020_0000L, 0x4567_8000L, 3, NORMAL & ~(3 << 6) | (long) s2ap << 6 | (long) xn << 53);
                        g.b.el(el);
                        int one = Permissions.of(
                                Permissions.twoPrivileges(s1ap, 0, false, false, false), el == 0 ? 8 : 0, false);
                        int two = Permissions.of(Permissions.stage2(s2ap, xn), el == 0 ? 8 : 0, false);
                        for (int access : accesses) {
                            boolean expected = (one & two & access) != 0;
                            assertThat(g.b.translate(0x1000, access)).isEqualTo(expected);
                            if (!expected) {
                                assertThat(g.b.out.stage2).isEqualTo((one & access) != 0);
                            } else {
                                assertThat(g.b.out.permissions).isEqualTo(one & two);
                            }
                        }
                    }
                }
            }
        }
    }

    /** Stage 1 attribute index (see Bench.MAIR), MemAttr, the combined attributes. */
    @ParameterizedTest
    @CsvSource({
        "1,15,FF", "1,5,44", "1,10,BB", "1,0,00", "1,1,04", "1,3,0C", "2,15,44", "3,15,AA", "3,10,AA", "0,15,00",
        "4,15,04", "4,0,00", "4,3,04", "5,1,04", "5,3,0C"
    })
    void memoryTypesCombineToTheStronger(int index, int memAttr, String expected) {
        Guest g = new Guest();
        g.s1.map(0x1000, 0x8020_0000L, 3, Bench.AF | (long) index << 2 | 3 << 8);
        g.s2.map(0x8020_0000L, 0x4567_8000L, 3, NORMAL & ~(0xF << 2) | (long) memAttr << 2);
        assertThat(g.b.translate(0x1000, READ)).isTrue();
        int attributes = Integer.parseInt(expected, 16);
        assertThat(g.b.out.attributes).isEqualTo(attributes);
        assertThat(g.b.out.device).isEqualTo(attributes < 0x10);
        assertThat(g.b.out.shareability).isEqualTo(attributes < 0x10 || attributes == 0x44 ? 2 : 3);
    }

    @Test
    void dcMakesAnEl1WithoutItsMmuNormalUnderStage2() {
        Bench b = new Bench();
        PageTables t = on(b, 12, 40, 1);
        t.map(0x1000, 0x9000, 3, NORMAL);
        b.set(SystemRegister.HCR_EL2, 1 << 12);
        b.set(SystemRegister.SCTLR_EL1, 1);
        assertThat(b.translate(0x1000, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x9000);
        assertThat(b.out.attributes).isEqualTo(0xFF);
    }

    @Test
    void stage2DoesNotReachOtherRegimes() {
        Bench b = new Bench().el(2);
        on(b, 12, 40, 1);
        assertThat(b.translate(0x1234, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x1234);
        b.set(SystemRegister.HCR_EL2, Bench.HCR_VM | Bench.HCR_E2H | Bench.HCR_TGE)
                .el(0);
        assertThat(b.translate(0x1234, READ))
                .as("VM counts as 0 for the host's EL0")
                .isTrue();
    }

    @Test
    void stage2CanBeAskedAlone() {
        Bench b = new Bench().el(2);
        assertThat(b.mmu.translateStage2(b.out, 0x1234_5678L, WRITE)).isTrue();
        assertThat(b.out.pa).as("identity while HCR_EL2.VM is 0").isEqualTo(0x1234_5678L);
        PageTables t = on(b, 12, 40, 1);
        t.map(0x1234_5000L, 0x9000, 3, NORMAL & ~(2 << 6));
        assertThat(b.mmu.translateStage2(b.out, 0x1234_5678L, READ)).isTrue();
        assertThat(b.out.pa).isEqualTo(0x9678);
        assertThat(b.out.ipa).isEqualTo(0x1234_5678L);
        assertThat(b.mmu.translateStage2(b.out, 0x1234_5678L, WRITE)).isFalse();
        assertThat(b.out.fault).isEqualTo(15);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x1000, 0x20_0000, 0x4000_0000L})
    void fetchesAndReadsWithoutStage1HaveTheirOwnAttributes(long ipa) {
        Bench b = new Bench();
        PageTables t = on(b, 12, 40, 1);
        t.map(ipa & -1L << 21, 0x4000_0000L, 2, NORMAL);
        for (int i = 0; i < 2; i++) {
            assertThat(b.translate(ipa, READ)).isTrue();
            assertThat(b.out.device).isTrue();
            assertThat(b.translate(ipa, EXECUTE)).isTrue();
            assertThat(b.out.device).isFalse();
            assertThat(b.out.attributes).isEqualTo(0x44);
            assertThat(b.out.walked).isEqualTo(i == 0);
        }
    }
}
