// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static dev.spelunk.api.mmu.Translator.READ;
import static dev.spelunk.api.mmu.Translator.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.TranslationCache;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.state.TlbState;
import dev.spelunk.testkit.PageTables;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The modelled TLB and the scope of TLB maintenance (DDI 0487, D8.16, D8.17). */
class TlbTest {
    static final int VMALLE1 = tlbi(0, 7, 0);
    static final int VAE1 = tlbi(0, 7, 1);
    static final int ASIDE1 = tlbi(0, 7, 2);
    static final int VAAE1 = tlbi(0, 7, 3);
    static final int VALE1 = tlbi(0, 7, 5);
    static final int VAALE1 = tlbi(0, 7, 7);
    static final int ALLE2 = tlbi(4, 7, 0);
    static final int VAE2 = tlbi(4, 7, 1);
    static final int ALLE1 = tlbi(4, 7, 4);
    static final int VMALLS12E1 = tlbi(4, 7, 6);
    static final int IPAS2E1 = tlbi(4, 4, 1);
    private static final long NORMAL = Bench.AF | 1 << 2;
    private static final long NOT_GLOBAL = 1L << 11;
    private static final long VA = 0x1234_5000L;
    private static final long GLOBAL_VA = 0x1234_6000L;

    static int tlbi(int op1, int crm, int op2) {
        return Encoding.of(1, op1, 8, crm, op2);
    }

    static long operand(int asid, long va) {
        return (long) asid << 48 | va >>> 12 & 0xFFF_FFFF_FFFFL;
    }

    /** EL1 with two pages, one of ASID 5 and one global; VMID 3 although stage 2 is off. */
    private static final class Guest {
        final Bench b;
        final PageTables t;

        Guest(int pes) {
            b = new Bench(pes, "FEAT_TLBIOS");
            t = PageTables.stage1(b.tables, 12, 48);
            t.map(VA, 0x5000_0000L, 3, NORMAL | NOT_GLOBAL);
            t.map(GLOBAL_VA, 0x5000_1000L, 3, NORMAL);
            b.set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32 | 1L << 36);
            b.set(SystemRegister.VTTBR_EL2, 3L << 48);
            b.set(SystemRegister.SCTLR_EL1, 1);
            asid(5);
        }

        void asid(int asid) {
            b.set(SystemRegister.TTBR0_EL1, t.root | (long) asid << 48);
        }

        void vmid(int vmid) {
            b.set(SystemRegister.VTTBR_EL2, (long) vmid << 48);
        }

        boolean cached(long va) {
            return cached(0, va);
        }

        /** Whether a read finds the page in the TLB of that PE. */
        boolean cached(int pe, long va) {
            int regime = b.translators.get(pe).regime();
            Controls controls = new Controls(b.contexts[pe]);
            return new Tlb(b.contexts[pe].pe.tlb).find(controls.regimes[regime], va, false) >= 0;
        }

        Guest fill() {
            for (Vmsa64Translator mmu : b.translators) {
                assertThat(mmu.translate(b.out, VA, READ)).isTrue();
                assertThat(mmu.translate(b.out, GLOBAL_VA, READ)).isTrue();
            }
            assertThat(cached(VA) && cached(GLOBAL_VA)).isTrue();
            return this;
        }
    }

    @Test
    void aTranslationIsFoundAgainAndAHitChangesNothing() {
        Guest g = new Guest(1).fill();
        long[] before = g.b.context.pe.tlb.entries.clone();
        byte[] next = g.b.context.pe.tlb.next.clone();
        assertThat(g.b.translate(VA + 4, READ)).isTrue();
        assertThat(g.b.out.walked).isFalse();
        assertThat(g.b.out.pa).isEqualTo(0x5000_0004L);
        assertThat(g.b.context.pe.tlb.entries).isEqualTo(before);
        assertThat(g.b.context.pe.tlb.next).isEqualTo(next);
        g.t.map(VA, 0x6000_0000L, 3, NORMAL | NOT_GLOBAL);
        assertThat(g.b.translate(VA, READ)).isTrue();
        assertThat(g.b.out.pa).as("stale until it is invalidated").isEqualTo(0x5000_0000L);
        g.b.mmu.invalidateTlb(VAE1, operand(5, VA));
        assertThat(g.b.translate(VA, READ)).isTrue();
        assertThat(g.b.out.pa).isEqualTo(0x6000_0000L);
    }

    @Test
    void entriesAreTaggedWithTheAsidUnlessGlobal() {
        Guest g = new Guest(1).fill();
        g.asid(6);
        assertThat(g.cached(VA)).isFalse();
        assertThat(g.cached(GLOBAL_VA)).isTrue();
        g.asid(5);
        assertThat(g.cached(VA)).as("a switch there and back keeps entries").isTrue();
        g.asid(0x105);
        assertThat(g.cached(VA)).as("16-bit ASIDs").isFalse();
        g.b.set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32);
        assertThat(g.cached(VA)).as("8-bit ASIDs").isTrue();
        g.b.set(SystemRegister.TTBR1_EL1, 9L << 48);
        g.b.set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32 | 1L << 22);
        assertThat(g.cached(VA)).as("A1 takes the ASID from TTBR1_EL1").isFalse();
    }

    @Test
    void entriesAreTaggedWithTheVmid() {
        Guest g = new Guest(1).fill();
        g.vmid(4);
        assertThat(g.cached(VA)).isFalse();
        assertThat(g.cached(GLOBAL_VA)).isFalse();
        g.vmid(3);
        assertThat(g.cached(VA)).isTrue();
        g.b.set(SystemRegister.VTCR_EL2, 1 << 19);
        g.vmid(0x103);
        assertThat(g.cached(VA)).as("16-bit VMIDs").isFalse();
    }

    @Test
    void byAddress() {
        assertInvalidated(VAE1, operand(5, VA), true, false);
        assertInvalidated(VAE1, operand(6, VA), false, false);
        assertInvalidated(VAE1, operand(6, GLOBAL_VA), false, true);
        assertInvalidated(VALE1, operand(5, VA), true, false);
        assertInvalidated(VAAE1, operand(6, VA), true, false);
        assertInvalidated(VAALE1, operand(0, GLOBAL_VA), false, true);
        assertInvalidated(VAE1, operand(5, VA + 0x10_0000), false, false);
    }

    @Test
    void byAsidAndAll() {
        assertInvalidated(ASIDE1, operand(5, 0), true, false);
        assertInvalidated(ASIDE1, operand(6, 0), false, false);
        assertInvalidated(VMALLE1, 0, true, true);
    }

    @Test
    void anAsidHasEightBitsWhereTcrSaysSo() {
        for (int op : new int[] {ASIDE1, VAE1}) {
            Guest g = new Guest(1);
            g.b.set(SystemRegister.TCR_EL1, 16 | 16L << 16 | 2L << 30 | 5L << 32);
            g.fill();
            assertThat(g.b.mmu.invalidateTlb(op, operand(0x306, VA))).isTrue();
            assertThat(g.cached(VA)).isTrue();
            assertThat(g.b.mmu.invalidateTlb(op, operand(0x305, VA))).isTrue();
            assertThat(g.cached(VA)).isFalse();
        }
        Guest sixteen = new Guest(1).fill();
        assertThat(sixteen.b.mmu.invalidateTlb(ASIDE1, operand(0x305, VA))).isTrue();
        assertThat(sixteen.cached(VA)).isTrue();
    }

    @Test
    void aVmidHasEightBitsWhereVtcrSaysSo() {
        Guest g = new Guest(1).fill();
        g.vmid(0x103);
        assertThat(g.cached(VA)).as("VS = 0").isTrue();
        g.b.set(SystemRegister.VTCR_EL2, 1 << 19);
        assertThat(g.cached(VA)).as("VS = 1").isFalse();
    }

    @Test
    void theSecondFormsOfTheMmuTellTheirCaches() {
        Guest g = new Guest(1);
        Bench.RecordingCache later = new Bench.RecordingCache();
        g.asid(6);
        g.b.mmu.attach(later);
        assertThat(later.all).as("it may hold anything").isEqualTo(1);
        assertThat(later.anew).isTrue();
        later.anew = false;
        g.asid(7);
        assertThat(later.anew).isTrue();
        g.asid(6);
        assertThat(later.anew).isFalse();
        g.b.mmu.invalidate();
        assertThat(later.all).isEqualTo(2);
        assertThat(later.anew).isTrue();
        g.asid(7);
        assertThat(later.anew).as("all contexts are forgotten").isTrue();
        g.b.mmu.invalidateTlb(VMALLE1, 0);
        assertThat(later.all).as("it hears of TLB maintenance").isEqualTo(3);
    }

    @Test
    void controlsThatChangedBehindTheTranslatorCountFromInvalidateOn() {
        Guest g = new Guest(1);
        g.b.context.register(SystemRegister.SCTLR_EL1, 0);
        assertThat(g.b.translate(0x7000_0000L, READ)).isFalse();
        g.b.mmu.invalidate();
        assertThat(g.b.translate(0x7000_0000L, READ)).isTrue();
    }

    @Test
    void fromEl2ForEl1() {
        assertInvalidatedAt(2, ALLE1, 0, true, true);
        assertInvalidatedAt(2, VMALLS12E1, 0, true, true);
        assertInvalidatedAt(2, VMALLE1, 0, true, true);
        assertInvalidatedAt(2, ALLE2, 0, false, false);
        assertInvalidatedAt(2, VAE2, operand(5, VA), false, false);
    }

    private static void assertInvalidated(int tlbi, long operand, boolean page, boolean global) {
        assertInvalidatedAt(1, tlbi, operand, page, global);
    }

    private static void assertInvalidatedAt(int el, int tlbi, long operand, boolean page, boolean global) {
        Guest g = new Guest(1).fill();
        g.b.el(el);
        assertThat(g.b.mmu.invalidateTlb(tlbi, operand)).isTrue();
        g.b.el(1);
        assertThat(g.cached(VA)).isEqualTo(!page);
        assertThat(g.cached(GLOBAL_VA)).isEqualTo(!global);
        // Another VMID is current: only ALLE1 reaches these entries.
        Guest other = new Guest(1).fill();
        other.vmid(4);
        other.b.el(el).mmu.invalidateTlb(tlbi, operand);
        other.vmid(3);
        other.b.el(1);
        assertThat(other.cached(VA)).isEqualTo(tlbi != ALLE1);
        assertThat(other.cached(GLOBAL_VA)).isEqualTo(tlbi != ALLE1);
    }

    @Test
    void el1OperationsOfTheHostAreForItsOwnRegime() {
        Guest g = new Guest(1).fill();
        g.b.set(SystemRegister.TTBR0_EL2, g.t.root | 5L << 48);
        g.b.set(SystemRegister.TCR_EL2, g.b.context.register(SystemRegister.TCR_EL1));
        g.b.set(SystemRegister.SCTLR_EL2, 1)
                .set(SystemRegister.HCR_EL2, Bench.HCR_E2H | Bench.HCR_TGE)
                .el(2);
        assertThat(g.b.translate(VA, READ)).isTrue();
        assertThat(g.b.out.walked).as("another regime").isTrue();
        assertThat(g.cached(VA)).isTrue();
        g.b.mmu.invalidateTlb(VAE1, operand(5, VA));
        assertThat(g.cached(VA)).isFalse();
        g.b.set(SystemRegister.HCR_EL2, Bench.HCR_E2H).el(1);
        assertThat(g.cached(VA)).as("EL1&0 is as it was").isTrue();
        g.b.el(2);
        assertThat(g.b.translate(VA, READ)).isTrue();
        g.b.mmu.invalidateTlb(VAE1, operand(5, VA));
        assertThat(g.cached(VA)).as("without TGE it is for EL1&0").isTrue();
        g.b.mmu.invalidateTlb(VAE2, operand(6, VA));
        assertThat(g.cached(VA)).as("another ASID of EL2&0").isTrue();
        g.b.mmu.invalidateTlb(VAE2, operand(5, VA));
        assertThat(g.cached(VA)).isFalse();
        g.b.el(1);
        assertThat(g.cached(VA)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 1})
    void shareableFormsReachEveryPeAndTheirCaches(int crm) {
        for (int op2 : new int[] {0, 1, 2, 3, 5, 7}) {
            Guest g = new Guest(3).fill();
            g.b.caches.forEach(c -> {
                c.all = 0;
                c.ranges.clear();
            });
            assertThat(g.b.mmu.invalidateTlb(tlbi(0, crm, op2), operand(5, VA))).isTrue();
            for (int pe = 0; pe < 3; pe++) {
                assertThat(g.cached(pe, VA)).as("PE %d, op2 %d", pe, op2).isFalse();
                Bench.RecordingCache cache = g.b.caches.get(pe);
                if (op2 == 0 || op2 == 2) {
                    assertThat(cache.all).isPositive();
                } else {
                    assertThat(cache.ranges).anySatisfy(r -> assertThat(r).containsExactly(VA, 0x1000));
                }
            }
        }
    }

    @Test
    void localFormsReachThisPeUnlessFbForcesThem() {
        Guest g = new Guest(2).fill();
        g.b.mmu.invalidateTlb(VAE1, operand(5, VA));
        assertThat(g.cached(0, VA)).isFalse();
        assertThat(g.cached(1, VA)).isTrue();
        g.b.set(SystemRegister.HCR_EL2, 1 << 9);
        g.b.mmu.invalidateTlb(VAE1, operand(5, VA));
        assertThat(g.cached(1, VA)).isFalse();
    }

    @Test
    void formsThatAreNotThereAreRefused() {
        Bench b = new Bench();
        assertThat(b.mmu.invalidateTlb(tlbi(0, 1, 0), 0)).as("FEAT_TLBIOS").isFalse();
        assertThat(b.mmu.invalidateTlb(tlbi(0, 6, 1), 0)).as("FEAT_TLBIRANGE").isFalse();
        assertThat(b.mmu.invalidateTlb(tlbi(0, 7, 4), 0)).isFalse();
        assertThat(b.mmu.invalidateTlb(tlbi(0, 7, 6), 0)).isFalse();
        assertThat(b.mmu.invalidateTlb(tlbi(4, 7, 2), 0)).isFalse();
        assertThat(b.mmu.invalidateTlb(tlbi(3, 7, 0), 0)).isFalse();
        assertThat(b.mmu.invalidateTlb(Encoding.of(1, 0, 7, 8, 0), 0)).isFalse();
        assertThat(b.mmu.invalidateTlb(tlbi(6, 7, 0), 0)).isTrue();
    }

    @Test
    void anyAddressOfABlockInvalidatesIt() {
        Guest g = new Guest(1);
        g.t.map(0x4000_0000L, 0x8000_0000L, 2, NORMAL);
        assertThat(g.b.translate(0x4000_1000L, READ)).isTrue();
        assertThat(g.b.translate(0x401F_F000L, READ)).isTrue();
        assertThat(g.b.out.walked).isFalse();
        g.b.caches.get(0).ranges.clear();
        g.b.mmu.invalidateTlb(VAE1, operand(5, 0x4010_0000L));
        assertThat(g.cached(0x4000_1000L)).isFalse();
        assertThat(g.b.caches.get(0).ranges).singleElement().satisfies(r -> assertThat(r)
                .containsExactly(0x4000_0000L, 0x20_0000L));
    }

    @Test
    void anyAddressOfABlockInvalidatesItsPiecesUnderStage2() {
        Guest g = new Guest(1);
        PageTables s2 = new PageTables(g.b.tables, 12, 40, 1);
        for (long pa = Bench.RAM; pa < Bench.RAM + Bench.RAM_SIZE; pa += 2 << 20) {
            s2.map(pa, pa, 2, Bench.AF | 0xF << 2 | 3 << 6);
        }
        s2.map(0x8000_1000L, 0x4000_0000L, 3, Bench.AF | 0xF << 2 | 3 << 6);
        s2.map(0x8000_2000L, 0x4000_0000L, 3, Bench.AF | 0xF << 2 | 3 << 6);
        g.b.set(SystemRegister.VTCR_EL2, 24 | 1 << 6 | 5 << 16)
                .set(SystemRegister.VTTBR_EL2, s2.root | 3L << 48)
                .set(SystemRegister.HCR_EL2, Bench.HCR_VM);
        g.t.map(0x4000_0000L, 0x8000_0000L, 2, NORMAL);
        assertThat(g.b.translate(0x4000_1000L, READ)).isTrue();
        assertThat(g.b.translate(0x4000_2000L, READ)).isTrue();
        assertThat(g.cached(0x4000_1000L) && g.cached(0x4000_2000L)).isTrue();
        g.b.mmu.invalidateTlb(VAE1, operand(5, 0x4010_0000L));
        assertThat(g.cached(0x4000_1000L) || g.cached(0x4000_2000L)).isFalse();
        assertThat(g.b.translate(0x4000_1000L, READ)).isTrue();
        assertThat(g.b.translate(0x4000_2000L, READ)).isTrue();
        g.b.el(2).mmu.invalidateTlb(IPAS2E1, 0x8000_2000L >>> 12);
        g.b.el(1);
        assertThat(g.cached(0x4000_1000L)).isTrue();
        assertThat(g.cached(0x4000_2000L)).isFalse();
    }

    @Test
    void aFullSetEvictsInTurnAndTellsTheCache() {
        Guest g = new Guest(1);
        long stride = 4096L << 10;
        // Pages whose numbers differ in bit 10 and up only by pairs that fold onto one set.
        long[] vas = new long[TlbState.WAYS + 2];
        int found = 0;
        for (long page = 0; found < vas.length; page++) {
            long va = page << 12;
            if (((page ^ page >>> 10) & TlbState.SETS - 1) == 7) {
                vas[found++] = va;
            }
        }
        assertThat(vas[1] - vas[0]).isLessThan(2 * stride);
        for (long va : vas) {
            g.t.map(va, 0x5000_0000L, 3, NORMAL);
        }
        for (int i = 0; i < TlbState.WAYS; i++) {
            assertThat(g.b.translate(vas[i], READ)).isTrue();
        }
        Bench.RecordingCache cache = g.b.caches.get(0);
        cache.ranges.clear();
        assertThat(g.b.translate(vas[TlbState.WAYS], READ)).isTrue();
        assertThat(g.b.translate(vas[TlbState.WAYS + 1], READ)).isTrue();
        assertThat(cache.ranges).hasSize(2);
        assertThat(cache.ranges.get(0)).containsExactly(vas[0], 4096);
        assertThat(cache.ranges.get(1)).containsExactly(vas[1], 4096);
        assertThat(g.cached(vas[0]) || g.cached(vas[1])).isFalse();
        for (int i = 2; i < vas.length; i++) {
            assertThat(g.cached(vas[i])).isTrue();
        }
    }

    @Test
    void anEntryThatForbidsIsWalkedAgain() {
        Guest g = new Guest(1);
        g.t.map(VA, 0x5000_0000L, 3, NORMAL | 2 << 6);
        assertThat(g.b.translate(VA, READ)).isTrue();
        assertThat(g.b.translate(VA, WRITE)).isFalse();
        g.t.map(VA, 0x5000_0000L, 3, NORMAL);
        assertThat(g.b.translate(VA, WRITE)).as("the tables permit it now").isTrue();
        assertThat(g.b.translate(VA, WRITE)).isTrue();
        assertThat(g.b.out.walked).isFalse();
    }

    @Test
    void theCacheIsToldOfEachContextAndKeepsWhatItHoldsOfTheOthers() {
        Guest g = new Guest(1);
        Bench.RecordingCache cache = g.b.caches.get(0);
        cache.all = 0;
        int first = cache.context;
        g.b.mmu.contextChanged();
        g.asid(5);
        assertThat(cache.context).isEqualTo(first);
        g.asid(6);
        int second = cache.context;
        assertThat(second).isNotEqualTo(first);
        assertThat(cache.anew).isTrue();
        g.asid(5);
        assertThat(cache.context).isEqualTo(first);
        assertThat(cache.anew).isFalse();
        g.asid(6);
        assertThat(cache.context).isEqualTo(second);
        assertThat(cache.anew).isFalse();
        g.b.set(SystemRegister.HCR_EL2, g.b.context.register(SystemRegister.HCR_EL2) ^ HCR_EL2.VI ^ HCR_EL2.TWI);
        assertThat(cache.context).as("nothing of the translation changed").isEqualTo(second);
        g.b.set(SystemRegister.HCR_EL2, g.b.context.register(SystemRegister.HCR_EL2) ^ HCR_EL2.DC);
        assertThat(cache.context).isNotEqualTo(second);
        assertThat(cache.all).isZero();
        g.b.mmu.invalidate();
        assertThat(cache.all).isEqualTo(1);
        assertThat(cache.anew).isTrue();
    }

    @Test
    void theContextUnusedForLongestGivesItsNumberAway() {
        Guest g = new Guest(1);
        Bench.RecordingCache cache = g.b.caches.get(0);
        int[] numbers = new int[TranslationCache.CONTEXTS + 1];
        for (int i = 0; i < numbers.length; i++) {
            g.asid(100 + i);
            numbers[i] = cache.context;
            assertThat(cache.anew).isTrue();
        }
        assertThat(Arrays.stream(numbers).distinct().count()).isEqualTo(TranslationCache.CONTEXTS);
        assertThat(numbers[numbers.length - 1]).isEqualTo(numbers[0]);
        g.asid(101);
        assertThat(cache.context).isEqualTo(numbers[1]);
        assertThat(cache.anew).isFalse();
        g.asid(100);
        assertThat(cache.anew).isTrue();
    }

    @Test
    void hitsAndWalksAllocateNothing() {
        Guest g = new Guest(1).fill();
        access(g, 20_000);
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        access(g, 10_000);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("bytes for 30,000 calls")
                .isLessThan(4096);
    }

    /** A hit, a permission fault that walks, and a Translation fault. */
    private static void access(Guest g, int times) {
        for (int i = 0; i < times; i++) {
            if (!g.b.translate(VA, READ) || g.b.translate(VA, READ | 8) || g.b.translate(0x7000_0000L, READ)) {
                throw new AssertionError("another result");
            }
        }
    }

    @Test
    void turningStage1OffAndOnMixesNothing() {
        Guest g = new Guest(1).fill();
        g.b.set(SystemRegister.SCTLR_EL1, 0);
        assertThat(g.b.translate(VA, READ)).isTrue();
        assertThat(g.b.out.pa).isEqualTo(VA);
        g.b.set(SystemRegister.SCTLR_EL1, 1);
        assertThat(g.b.translate(VA, READ)).isTrue();
        assertThat(g.b.out.pa).isEqualTo(0x5000_0000L);
    }
}
