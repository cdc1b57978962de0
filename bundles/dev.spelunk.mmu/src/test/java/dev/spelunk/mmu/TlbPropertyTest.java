// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static dev.spelunk.api.mmu.Translator.EXECUTE;
import static dev.spelunk.api.mmu.Translator.READ;
import static dev.spelunk.api.mmu.Translator.UNPRIVILEGED;
import static dev.spelunk.api.mmu.Translator.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.testkit.PageTables;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Whatever a guest and its hypervisor do to their tables, as long as they invalidate what they changed, an
 * access through the TLB has the result of a walk; and a new translator over the same state goes on as the old.
 */
class TlbPropertyTest {
    private static final int STEPS = 600;
    private static final long[] PAGES = {0x1000, 0x2000, 0x20_0000, 0x20_1000, 0x4000_0000L, 0x4040_0000L};

    /** One guest with two ASIDs in two VMs, driven by a random sequence. */
    private static final class Guest {
        final Bench b = new Bench();
        final PageTables[][] s1 = new PageTables[2][2];
        final PageTables[] s2 = new PageTables[2];
        int vm;
        int asid;
        int hits;

        Guest() {
            for (int v = 0; v < 2; v++) {
                s2[v] = new PageTables(b.tables, 12, 40, 1);
                for (long pa = Bench.RAM; pa < Bench.RAM + Bench.RAM_SIZE; pa += 2 << 20) {
                    s2[v].map(pa, pa, 2, Bench.AF | 0xF << 2 | 3 << 6);
                }
                s1[v][0] = PageTables.stage1(b.tables, 12, 39);
                s1[v][1] = PageTables.stage1(b.tables, 12, 39);
            }
            b.set(SystemRegister.TCR_EL1, 25 | 25L << 16 | 2L << 30 | 2L << 32 | 1L << 36);
            b.set(SystemRegister.VTCR_EL2, 24 | 1 << 6 | 5 << 16);
            b.set(SystemRegister.HCR_EL2, Bench.HCR_VM);
            b.set(SystemRegister.SCTLR_EL1, 1);
            Random start = new Random(0);
            for (vm = 1; vm >= 0; vm--) {
                for (asid = 1; asid >= 0; asid--) {
                    select();
                    for (int i = 0; i < 40; i++) {
                        remapStage2(start);
                    }
                    for (long page : PAGES) {
                        remapStage1(start, page);
                    }
                }
            }
            vm = 0;
            asid = 0;
            select();
        }

        void select() {
            b.set(SystemRegister.VTTBR_EL2, s2[vm].root | (long) (vm + 1) << 48);
            b.set(SystemRegister.TTBR0_EL1, s1[vm][asid].root | (long) (asid + 1) << 48);
        }

        /** Break-before-make of a stage 1 mapping, with the maintenance that the architecture asks for. */
        void remapStage1(Random random, long va) {
            boolean block = va >= 0x4000_0000L;
            long at = s1[vm][asid].entry(va, block ? 2 : 3);
            b.put(at, 0);
            switch (random.nextInt(4)) {
                case 0 -> b.mmu.invalidateTlb(TlbTest.VAAE1, TlbTest.operand(0, va));
                case 1 -> b.mmu.invalidateTlb(TlbTest.VMALLE1, 0);
                case 2 -> b.mmu.invalidateTlb(TlbTest.VALE1, TlbTest.operand(asid + 1, va));
                default -> b.mmu.invalidateTlb(TlbTest.ASIDE1, TlbTest.operand(asid + 1, 0));
            }
            if (random.nextInt(5) > 0) {
                long ipa =
                        0x8000_0000L + ((long) random.nextInt(4) << 21) + (block ? 0 : (long) random.nextInt(4) << 12);
                // Not global, since the tables of two ASIDs differ.
                b.put(
                        at,
                        ipa
                                | Bench.AF
                                | 1L << 11
                                | 1 << 2
                                | (long) random.nextInt(4) << 6
                                | (long) random.nextInt(4) << 53
                                | (block ? 1 : 3));
            }
        }

        void remapStage2(Random random) {
            long ipa = 0x8000_0000L + ((long) random.nextInt(4) << 21) + ((long) random.nextInt(4) << 12);
            long at = s2[vm].entry(ipa, 3);
            b.put(at, 0);
            b.mmu.invalidateTlb(TlbTest.IPAS2E1, ipa >>> 12);
            b.mmu.invalidateTlb(TlbTest.VMALLE1, 0);
            if (random.nextInt(5) > 0) {
                b.put(
                        at,
                        0x4080_0000L + ((long) random.nextInt(16) << 12)
                                | Bench.AF
                                | 0xF << 2
                                | (long) random.nextInt(4) << 6
                                | (long) random.nextInt(4) << 53
                                | 3);
            }
        }

        void step(Random random) {
            switch (random.nextInt(20)) {
                case 0 -> {
                    asid = random.nextInt(2);
                    select();
                }
                case 1 -> {
                    vm = random.nextInt(2);
                    select();
                }
                case 2 -> remapStage1(random, PAGES[random.nextInt(PAGES.length)]);
                case 3 -> remapStage2(random);
                case 4 -> b.context.pe.pan = random.nextBoolean();
                default -> access(random);
            }
        }

        void access(Random random) {
            int[] kinds = {READ, WRITE, EXECUTE, READ | WRITE};
            int access = kinds[random.nextInt(4)] | (random.nextInt(3) == 0 ? UNPRIVILEGED : 0);
            long va = PAGES[random.nextInt(PAGES.length)] + random.nextInt(512) * 8L;
            if (va >= 0x4000_0000L) {
                va += random.nextInt(4) * 0x1000L;
            }
            Translation tables = new Translation();
            boolean expected = b.mmu.walkBoth(tables, 0, va, access);
            assertThat(b.translate(va, access))
                    .as("access %d of %x", access, va)
                    .isEqualTo(expected);
            assertThat(b.out.fault).isEqualTo(tables.fault);
            assertThat(b.out.stage2).isEqualTo(tables.stage2);
            assertThat(b.out.onWalk).isEqualTo(tables.onWalk);
            if (expected) {
                hits += b.out.walked ? 0 : 1;
                assertThat(b.out.pa).isEqualTo(tables.pa);
                assertThat(b.out.attributes).isEqualTo(tables.attributes);
                assertThat(b.out.shareability).isEqualTo(tables.shareability);
            }
            if (expected || tables.stage2) {
                assertThat(b.out.ipa).isEqualTo(tables.ipa);
            }
        }
    }

    /** Accesses that the TLB served in all tries; one try may have none. */
    private static long served;

    @AfterContainer
    static void theTlbServed() {
        assertThat(served).isPositive();
    }

    @Property(tries = 60, seed = "20261121")
    void theTlbShowsWhatTheTablesSay(@ForAll long seed) {
        Random random = new Random(seed);
        Guest g = new Guest();
        for (int i = 0; i < STEPS; i++) {
            g.step(random);
        }
        served += g.hits;
    }

    @Property(tries = 30, seed = "20261121")
    void aNewTranslatorGoesOnAsTheOldOne(@ForAll long seed) {
        Random one = new Random(seed);
        Random other = new Random(seed);
        Guest kept = new Guest();
        Guest swapped = new Guest();
        for (int i = 0; i < STEPS; i++) {
            kept.step(one);
            swapped.step(other);
            swapped.b.mmu = new Vmsa64Translator(swapped.b.context);
            swapped.b.translators.set(0, swapped.b.mmu);
        }
        PeState a = kept.b.context.pe;
        PeState b = swapped.b.context.pe;
        assertThat(Arrays.equals(a.tlb.entries, b.tlb.entries)).isTrue();
        assertThat(a.tlb.next).isEqualTo(b.tlb.next);
        assertThat(a.tlb.sizes).isEqualTo(b.tlb.sizes);
    }
}
