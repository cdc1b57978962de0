// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.state.TlbState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Entries of the modelled TLB: where they go, which make room, and what each kind of invalidation reaches")
class TlbEntriesTest {
    private static final int PAGE = 12;
    private static final int BLOCK = 21;
    private static final int ASID = 5;
    private static final int VMID = 3;
    /** Addresses of one set: the set is a hash of the page's number. */
    private static final long[] SAME_SET = {
        0, (1L << 10 | 1) << PAGE, (2L << 10 | 2) << PAGE, (3L << 10 | 3) << PAGE, (4L << 10 | 4) << PAGE
    };

    private final TlbState state = new TlbState();
    private final Tlb tlb = new Tlb(state);
    private final Regime el10 = new Regime(Translator.REGIME_EL10);
    private final Regime el2 = new Regime(Translator.REGIME_EL2);
    private final List<String> evicted = new ArrayList<>();

    @BeforeEach
    void regimes() {
        el10.stage1 = true;
        el10.asid = ASID;
        el10.vmid = VMID;
        el2.stage1 = true;
    }

    private void enter(Regime r, long va, int size, int stage1Size, long ipa) {
        tlb.enter(
                r,
                va,
                false,
                size,
                stage1Size,
                !r.hasUnprivileged(),
                ipa,
                ipa,
                (regime, at, bits) -> evicted.add(Long.toHexString(at) + "+" + Long.toHexString(1L << bits)));
    }

    private void enter(Regime r, long va) {
        enter(r, va, PAGE, PAGE, va);
    }

    private boolean has(Regime r, long va) {
        return tlb.find(r, va, false) >= 0;
    }

    private long valid() {
        long count = 0;
        for (int e = 0; e < state.entries.length; e += TlbState.WORDS) {
            count += state.entries[e] == 0 ? 0 : 1;
        }
        return count;
    }

    @Test
    @DisplayName("A way that is free is taken before any entry makes room, whichever it is")
    void freeWays() {
        for (int way = 0; way < TlbState.WAYS; way++) {
            enter(el10, SAME_SET[way]);
        }
        assertThat(evicted).isEmpty();
        for (int free : new int[] {2, 0, 3, 1}) {
            tlb.invalidateAddress(Translator.REGIME_EL10, SAME_SET[free], ASID, VMID);
            assertThat(has(el10, SAME_SET[free])).isFalse();
            enter(el10, SAME_SET[free]);
            assertThat(valid()).isEqualTo(TlbState.WAYS);
        }
        assertThat(evicted).isEmpty();
        enter(el10, SAME_SET[4]);
        assertThat(evicted).hasSize(1);
        assertThat(valid()).isEqualTo(TlbState.WAYS);
    }

    @Test
    @DisplayName("A translation that is entered again takes the place of what it was, in the first place of all too")
    void again() {
        enter(el10, 0, PAGE, PAGE, 0x1000);
        enter(el10, 0, PAGE, PAGE, 0x2000);
        assertThat(valid()).isEqualTo(1);
        assertThat(evicted).containsExactly("0+1000");
        assertThat(tlb.pa(tlb.find(el10, 0x123, false), 0x123)).isEqualTo(0x2123);
        enter(el10, 0, BLOCK, BLOCK, 0x20_0000);
        assertThat(valid()).as("of another size").isEqualTo(1);
        assertThat(tlb.pa(tlb.find(el10, 0x1234, false), 0x1234)).isEqualTo(0x20_1234);
    }

    @Test
    @DisplayName("Invalidating one regime leaves those of the others findable, and to be invalidated by address")
    void oneRegime() {
        enter(el10, 0x5000);
        enter(el2, 0x5000);
        tlb.invalidateRegime(Translator.REGIME_EL2, 0);
        assertThat(has(el2, 0x5000)).isFalse();
        assertThat(has(el10, 0x5000)).isTrue();
        assertThat(tlb.invalidateAddress(Translator.REGIME_EL10, 0x5000, ASID, VMID))
                .isEqualTo(PAGE);
        assertThat(has(el10, 0x5000)).isFalse();
        enter(el10, 0x5000);
        tlb.invalidateRegime(Translator.REGIME_EL10, VMID + 1);
        assertThat(has(el10, 0x5000)).as("of another VMID").isTrue();
        tlb.invalidateRegime(Translator.REGIME_EL10, -1);
        assertThat(has(el10, 0x5000)).isFalse();
        assertThat(state.sizes).as("nothing is left to be looked for").isZero();
    }

    @Test
    @DisplayName("By address: pieces of a block under stage 2 go together, and the block's size is told")
    void pieces() {
        enter(el10, 0x20_0000, PAGE, BLOCK, 0x8000);
        enter(el10, 0x2f_f000, PAGE, BLOCK, 0x9000);
        enter(el10, 0x40_0000, PAGE, BLOCK, 0xa000);
        enter(el10, 0x1f_f000, PAGE, PAGE, 0xb000);
        assertThat(tlb.invalidateAddress(Translator.REGIME_EL10, 0x25_0000, ASID, VMID))
                .isEqualTo(BLOCK);
        assertThat(has(el10, 0x20_0000)).isFalse();
        assertThat(has(el10, 0x2f_f000)).isFalse();
        assertThat(has(el10, 0x40_0000)).isTrue();
        assertThat(has(el10, 0x1f_f000)).isTrue();
        assertThat(tlb.invalidateAddress(Translator.REGIME_EL10, 0x25_0000, ASID, VMID))
                .isZero();
    }

    @Test
    @DisplayName("By address: ASID 0 is an ASID as others are")
    void asidZero() {
        enter(el10, 0x5000);
        assertThat(tlb.invalidateAddress(Translator.REGIME_EL10, 0x5000, 0, VMID))
                .isZero();
        assertThat(has(el10, 0x5000)).isTrue();
        assertThat(tlb.invalidateAddress(Translator.REGIME_EL10, 0x5000, -1, VMID))
                .isEqualTo(PAGE);
    }

    @Test
    @DisplayName("By range: what ends where it begins, or begins where it ends, stays; ASID 0 counts")
    void ranges() {
        enter(el10, 0x4000);
        enter(el10, 0x5000);
        enter(el10, 0x6000);
        enter(el10, 0x7000);
        assertThat(tlb.invalidateRange(Translator.REGIME_EL10, 0x5000, 0x2000, 0, VMID))
                .isZero();
        assertThat(valid()).isEqualTo(4);
        assertThat(tlb.invalidateRange(Translator.REGIME_EL10, 0x5000, 0x2000, ASID, VMID))
                .isEqualTo(PAGE);
        assertThat(has(el10, 0x4000)).isTrue();
        assertThat(has(el10, 0x5000)).isFalse();
        assertThat(has(el10, 0x6000)).isFalse();
        assertThat(has(el10, 0x7000)).isTrue();
        enter(el10, 0x20_0000, BLOCK, BLOCK, 0x20_0000);
        assertThat(tlb.invalidateRange(Translator.REGIME_EL10, 0x40_0000, 0x1000, -1, VMID))
                .isZero();
        assertThat(tlb.invalidateRange(Translator.REGIME_EL10, 0x1f_f000, 0x1000, -1, VMID))
                .isZero();
        assertThat(tlb.invalidateRange(Translator.REGIME_EL10, 0x3f_f000, 0x1000, -1, VMID))
                .isEqualTo(BLOCK);
    }

    @Test
    @DisplayName("By IPA: those of stage 2 alone, of the page or block that the IPA is in, and of the VMID")
    void ipas() {
        enter(el10, 0x5000, PAGE, PAGE, 0x8000_5000L);
        el10.stage2 = true;
        enter(el10, 0x6000, PAGE, PAGE, 0x8000_5000L);
        enter(el10, 0x20_0000, BLOCK, BLOCK, 0x8020_0000L);
        tlb.invalidateIpa(Translator.REGIME_EL10, 0x8000_6000L, VMID);
        tlb.invalidateIpa(Translator.REGIME_EL10, 0x8000_4000L, VMID);
        tlb.invalidateIpa(Translator.REGIME_EL10, 0x5000, VMID);
        tlb.invalidateIpa(Translator.REGIME_EL10, 0x8040_0000L, VMID);
        tlb.invalidateIpa(Translator.REGIME_EL10, 0x8000_5000L, VMID + 1);
        assertThat(valid()).isEqualTo(3);
        tlb.invalidateIpa(Translator.REGIME_EL10, 0x8000_5000L, VMID);
        assertThat(has(el10, 0x6000)).isFalse();
        tlb.invalidateIpa(Translator.REGIME_EL10, 0x8023_4000L, VMID);
        assertThat(has(el10, 0x20_0000)).isFalse();
        assertThat(valid()).isEqualTo(1);
        el10.stage2 = false;
        assertThat(has(el10, 0x5000)).as("without stage 2").isTrue();
    }

    @Test
    @DisplayName("By a range of IPAs: what touches it at an end only stays")
    void ipaRanges() {
        el10.stage2 = true;
        enter(el10, 0x5000, PAGE, PAGE, 0x8000_5000L);
        enter(el10, 0x6000, PAGE, PAGE, 0x8000_6000L);
        enter(el10, 0x20_0000, BLOCK, BLOCK, 0x8020_0000L);
        tlb.invalidateIpaRange(Translator.REGIME_EL10, 0x8000_4000L, 0x1000, VMID);
        tlb.invalidateIpaRange(Translator.REGIME_EL10, 0x8000_7000L, 0x1000, VMID);
        tlb.invalidateIpaRange(Translator.REGIME_EL10, 0x801f_f000L, 0x1000, VMID);
        tlb.invalidateIpaRange(Translator.REGIME_EL10, 0x8040_0000L, 0x1000, VMID);
        assertThat(valid()).isEqualTo(3);
        tlb.invalidateIpaRange(Translator.REGIME_EL10, 0x8000_6000L, 0x1000, VMID);
        assertThat(has(el10, 0x5000)).isTrue();
        assertThat(has(el10, 0x6000)).isFalse();
        tlb.invalidateIpaRange(Translator.REGIME_EL10, 0x803f_f000L, 0x1000, VMID);
        assertThat(has(el10, 0x20_0000)).isFalse();
    }
}
