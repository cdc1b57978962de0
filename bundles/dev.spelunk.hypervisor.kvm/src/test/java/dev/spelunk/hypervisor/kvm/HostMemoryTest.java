// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.hypervisor.kvm.memory.HostMemory;
import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.settings.PressureKind;
import dev.spelunk.hypervisor.kvm.settings.SeriesSettings;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.policies.CachedPolicy;
import dev.spelunk.policies.NonePolicy;
import dev.spelunk.policies.OnEnablePolicy;
import dev.spelunk.policies.WholeVmPolicy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The host's memory under a guest: what the host does to it, what KVM hears of it, and who refuses. */
class HostMemoryTest {
    private static final long IPA = Bench.BUFFER_IPA;
    private static final int PAGE = (int) ((IPA - Bench.GUEST) / PageList.PAGE);
    private final Bench bench = new Bench().start();

    private void event(PressureKind kind) {
        bench.vm.pressure().event(kind, PAGE);
    }

    private long count(HostCounter counter) {
        return bench.vm.state().counted(counter);
    }

    private void fault(boolean write, int status) {
        bench.context.register(SystemRegister.HPFAR_EL2, IPA >>> 12 << 4);
        bench.exit(Core.SYNCHRONOUS, 0x24L << 26 | 1L << 25 | (write ? 1L << 6 : 0) | status, IPA);
    }

    @Test
    @DisplayName("migration moves the bytes to another frame, and takes the stage 2 mapping away")
    void migration() {
        bench.poke(IPA + 8, 0x1234);
        long before = bench.vm.hostAddress(IPA, false);
        fault(true, 0x07);
        assertThat(bench.vm.memory().writable(IPA)).isTrue();
        event(PressureKind.MIGRATION);
        assertThat(bench.vm.memory().writable(IPA)).as("unmapped").isFalse();
        assertThat(bench.vm.hostAddress(IPA, false)).isNotEqualTo(before);
        assertThat(bench.peek(IPA + 8)).isEqualTo(0x1234);
        assertThat(bench.context.memory.read(before + 8, 8))
                .as("the old frame is nobody's")
                .isZero();
        assertThat(count(HostCounter.SPLIT))
                .as("a page of a huge page moves alone")
                .isEqualTo(1);
        fault(true, 0x07);
        assertThat(bench.vm.memory().writable(IPA)).isTrue();
    }

    @Test
    @DisplayName("a reclaimed page comes back with its bytes at the next access")
    void reclaim() {
        bench.poke(IPA, 0x5678);
        event(PressureKind.RECLAIM);
        assertThat(count(HostCounter.RECLAIMED)).isEqualTo(1);
        fault(false, 0x07);
        assertThat(count(HostCounter.SWAPPED_IN)).isEqualTo(1);
        assertThat(bench.peek(IPA)).isEqualTo(0x5678);
    }

    @Test
    @DisplayName("pages of one content share a frame, read-only, until one is written: a stage 2 permission fault")
    void merging() {
        event(PressureKind.MERGING);
        assertThat(count(HostCounter.MERGED)).isZero();
        for (int page = 0; page < Bench.SIZE / PageList.PAGE; page += HostMemory.HUGE) {
            bench.vm.pressure().event(PressureKind.SPLIT, page);
        }
        event(PressureKind.MERGING);
        assertThat(count(HostCounter.MERGED)).isEqualTo(1);
        fault(false, 0x07);
        assertThat(bench.vm.memory().writable(IPA)).isFalse();
        long shared = bench.vm.hostAddress(IPA, false);
        fault(true, 0x0F);
        assertThat(bench.vm.memory().writable(IPA)).isTrue();
        assertThat(count(HostCounter.COPIED_ON_WRITE)).isEqualTo(1);
        assertThat(bench.vm.hostAddress(IPA, false)).isNotEqualTo(shared);
    }

    @Test
    @DisplayName(
            "a walk that is to set AF or the dirty state in a shared page gets a frame of its own for it, the SPU's too")
    void sharedTable() {
        for (int page = 0; page < Bench.SIZE / PageList.PAGE; page += HostMemory.HUGE) {
            bench.vm.pressure().event(PressureKind.SPLIT, page);
        }
        event(PressureKind.MERGING);
        fault(false, 0x07);
        bench.exit(Core.SYNCHRONOUS, 0x24L << 26 | 1L << 25 | 1L << 7 | 0x0F, IPA);
        assertThat(bench.vm.memory().writable(IPA)).isTrue();

        bench.policy = new NonePolicy();
        bench.vm.pinningPolicy(bench.policy);
        bench.enableMmu().mapBuffer(4).enableBuffer(Bench.BUFFER_VA, Bench.BUFFER_VA + 0x4000);
        long table = bench.entry(Bench.BUFFER_VA) & -PageList.PAGE;
        // Another page of the same content, for the table to share its frame with.
        for (int i = 0; i < PageList.PAGE; i += Long.BYTES) {
            bench.poke(IPA + 0x10_0000 + i, bench.peek(table + i));
        }
        for (int i = 0; i < 1000 && count(HostCounter.MERGED) == 1; i++) {
            bench.vm.pressure().event(PressureKind.MERGING, (int) ((table - Bench.GUEST) / PageList.PAGE));
        }
        assertThat(count(HostCounter.MERGED)).isEqualTo(2);
        bench.vm.memory().map(table, false);
        assertThat(bench.vm.memory().writable(table)).isFalse();
        bench.context.register(SystemRegister.PMBSR_EL1, 0x25L << 26 | 1L << 17 | 0x0F);
        bench.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(bench.vm.memory().writable(table)).isTrue();
        assertThat(bench.memory(SystemRegister.PMBSR_EL1)).isZero();
    }

    @Test
    @DisplayName(
            "tables that name the same pages again and again: a buffer of more pages than there are is refused at once")
    void aliases() {
        // A table of level 2 whose entries all point to one of level 3, and one of level 1 all to that: 512 GiB.
        bench.enableMmu();
        for (int i = 0; i < 512; i++) {
            bench.map(Bench.BUFFER_VA + 0x1000L * i, IPA);
        }
        long level3 = bench.entry(Bench.BUFFER_VA) & -PageList.PAGE;
        long level2 = Bench.TABLES + 0x1000;
        for (int i = 0; i < 512; i++) {
            bench.poke(level2 + 8L * i, level3 | 3);
            bench.poke(Bench.TABLES + 8L * i, level2 | 3);
        }
        bench.enableBuffer(Bench.BUFFER_VA, 1L << 39);
        assertThat(bench.memory(SystemRegister.PMBSR_EL1)).isEqualTo(1L << 17 | 1L << 19);
        assertThat(bench.vm.state().pinnedPages()).isZero();
        bench.write(SystemRegister.PMBSR_EL1, 0);
        assertThat(bench.hardware(SystemRegister.PMBLIMITR_EL1) & 1)
                .as("E stays out of hardware")
                .isZero();
    }

    @Test
    @DisplayName("a huge page is a block at stage 2, its parts are pages, and a huge page made again is a block again")
    void splitAndCollapse() {
        bench.poke(IPA, 0x42);
        fault(true, 0x06);
        assertThat(bench.vm.state().stage2Counts()).containsExactly(1, 1, 0);
        event(PressureKind.SPLIT);
        assertThat(bench.vm.memory().writable(IPA)).isFalse();
        fault(true, 0x07);
        assertThat(bench.vm.state().stage2Counts()).as("a table and a page").containsExactly(2, 1, 1);
        event(PressureKind.COLLAPSE);
        assertThat(count(HostCounter.COLLAPSED)).isEqualTo(1);
        fault(true, 0x07);
        assertThat(bench.vm.state().stage2Counts())
                .as("a block in place of the table")
                .containsExactly(2, 2, 1);
        assertThat(bench.peek(IPA)).isEqualTo(0x42);
    }

    @Test
    @DisplayName("a pinned page refuses all of it")
    void pinned() {
        bench.enableMmu().mapBuffer(4).enableBuffer(Bench.BUFFER_VA, Bench.BUFFER_VA + 0x4000);
        long frame = bench.vm.hostAddress(IPA, false);
        for (PressureKind kind : PressureKind.values()) {
            event(kind);
        }
        assertThat(bench.vm.hostAddress(IPA, false)).isEqualTo(frame);
        assertThat(bench.vm.memory().writable(IPA)).isTrue();
        assertThat(count(HostCounter.REFUSED_PINNED)).isPositive();
        assertThat(count(HostCounter.RECLAIMED)
                        + count(HostCounter.MIGRATED)
                        + count(HostCounter.COMPACTED)
                        + count(HostCounter.MERGED)
                        + count(HostCounter.SPLIT))
                .isZero();
    }

    @Test
    @DisplayName("a pin brings a reclaimed page in, and gives a shared one a frame of its own")
    void pinTouches() {
        event(PressureKind.RECLAIM);
        bench.enableMmu().mapBuffer(4).enableBuffer(Bench.BUFFER_VA, Bench.BUFFER_VA + 0x4000);
        assertThat(count(HostCounter.SWAPPED_IN)).isEqualTo(1);
        assertThat(bench.sample()).isTrue();
        assertThat(bench.records).hasSize(1);
    }

    @Test
    @DisplayName("the SPU's interrupt takes its time: the guest runs on unprofiled, and these operations are counted")
    void delivery() {
        Bench late = new Bench();
        late.policy = new NonePolicy();
        late.costs = new HostCosts(0, 0, 0, 0, 0, 0, 0, 1000, 0);
        late.start().enableMmu().mapBuffer(4).enableBuffer(Bench.BUFFER_VA, Bench.BUFFER_VA + 0x4000);
        late.sample();
        assertThat(late.takeInterrupts()).as("the PE is interrupted once").isEqualTo(1);
        assertThat(late.vm.exits())
                .as("and the host does not know yet")
                .doesNotContainKey("IRQ: SPE buffer management event");
        assertThat(late.sample()).as("nothing is sampled").isFalse();
        assertThat(late.vm.deadline(0)).isEqualTo(late.pe.cycles() + 1000);
        late.pe.executed += 1000;
        late.vm.advance(0);
        late.settle();
        assertThat(late.takeInterrupts()).isEqualTo(1);
        assertThat(late.vm.host())
                .containsEntry("blackout operations", 1000L)
                .containsEntry("blackouts", 1L)
                .containsEntry("SPU stage 2 faults", 1L);
        assertThat(late.sample()).isTrue();
        assertThat(late.records).hasSize(1);
    }

    @Test
    @DisplayName("any other exit finds the event earlier")
    void otherExit() {
        Bench late = new Bench();
        late.policy = new NonePolicy();
        late.costs = new HostCosts(0, 0, 0, 0, 0, 0, 0, 1000, 0);
        late.start().enableMmu().mapBuffer(4).enableBuffer(Bench.BUFFER_VA, Bench.BUFFER_VA + 0x4000);
        late.sample();
        late.takeInterrupts();
        late.pe.executed += 10;
        late.read(SystemRegister.ID_AA64PFR0_EL1);
        assertThat(late.vm.host()).containsEntry("blackout operations", 11L);
        assertThat(late.vm.deadline(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(late.sample()).isTrue();
    }

    @Test
    @DisplayName("a policy that takes over pins the buffer in use by its own rules")
    void policySwap() {
        bench.enableMmu().mapBuffer(4).enableBuffer(Bench.BUFFER_VA, Bench.BUFFER_VA + 0x4000);
        long pinned = bench.vm.state().pinnedPages();
        assertThat(pinned).isPositive();
        bench.vm.pinningPolicy(new NonePolicy());
        assertThat(bench.vm.state().pinnedPages()).isZero();
        bench.vm.pinningPolicy(new CachedPolicy());
        assertThat(bench.vm.state().pinnedPages()).isEqualTo(pinned);
        bench.write(SystemRegister.PMBLIMITR_EL1, 0);
        assertThat(bench.vm.state().pinnedPages()).isEqualTo(pinned);
        bench.vm.pinningPolicy(new OnEnablePolicy());
        assertThat(bench.vm.state().pinnedPages()).as("the buffer is disabled").isZero();
        bench.vm.pinningPolicy(new WholeVmPolicy());
        assertThat(bench.vm.state().pinnedPages()).isEqualTo(Bench.SIZE / PageList.PAGE);
    }

    @Test
    @DisplayName("a policy that the limit does not allow leaves the old one in place")
    void refusedPolicy() {
        Bench limited = new Bench();
        limited.settings = new HostSettings(
                HostCosts.NONE,
                64 * 4096,
                true,
                List.of(),
                0,
                Set.of(PressureKind.values()),
                0,
                false,
                SeriesSettings.V6);
        limited.start().enableMmu().mapBuffer(4).enableBuffer(Bench.BUFFER_VA, Bench.BUFFER_VA + 0x4000);
        long pinned = limited.vm.state().pinnedPages();
        assertThatThrownBy(() -> limited.vm.pinningPolicy(new WholeVmPolicy()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("pinLimit");
        assertThat(limited.vm.state().pinnedPages()).isEqualTo(pinned);
    }

    @Test
    @DisplayName("an impossible setting is one clear sentence")
    void settings() {
        assertThatThrownBy(() -> PressureKind.of(List.of("reclaim", "fire")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("\"fire\" is unknown")
                .hasMessageContaining("migration");
        assertThatThrownBy(() ->
                        new HostSettings(HostCosts.NONE, -1, true, List.of(), 0, Set.of(), 0, false, SeriesSettings.V6))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() ->
                        new HostSettings(HostCosts.NONE, 0, true, List.of(), -1, Set.of(), 0, false, SeriesSettings.V6))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new HostSettings(
                        HostCosts.NONE, 0, true, List.of(), 0, Set.of(), 101, false, SeriesSettings.V6))
                .isInstanceOf(BadInputException.class);
    }
}
