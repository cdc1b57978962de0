// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.spelunk.hypervisor.kvm.settings.HostCosts;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.settings.PressureKind;
import dev.spelunk.hypervisor.kvm.settings.SeriesSettings;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.PageList;
import dev.spelunk.hypervisor.kvm.state.VmState;
import dev.spelunk.testkit.TestMachine;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Memory pressure: when it comes, what for, and to which pages")
class MemoryPressureTest {
    private static final long GUEST = 0x4000_0000L;
    private static final int PAGES = 1024;
    private static final long SIZE = PAGES * 4096L;
    private static final long SPARE = 2 << 20;

    private final TestMachine bench =
            TestMachine.builder().ram(TestMachine.RAM, (int) (SPARE + SIZE)).build();
    private final Memslots memslots = Memslots.of(GUEST, SIZE, TestMachine.RAM + SPARE, List.of(), 40);
    private final VmState state = new VmState(bench.machine, PAGES);
    private final HostMemory host = new HostMemory(
            bench.machine, state, memslots, TestMachine.RAM + SPARE, TestMachine.RAM, TestMachine.RAM + SPARE);
    private final PageList buffer = new PageList(bench.machine, "buffer");

    private MemoryPressure pressure(long cycles, int onBuffers, boolean huge, PressureKind... kinds) {
        state.create();
        state.pinLimit(PAGES);
        host.create(huge);
        HostSettings settings = new HostSettings(
                HostCosts.NONE, 0, huge, List.of(), cycles, Set.of(kinds), onBuffers, false, SeriesSettings.V6);
        return new MemoryPressure(bench.context, state, memslots, host, settings, new PageList[] {buffer});
    }

    private long count(HostCounter counter) {
        return state.counted(counter);
    }

    @Test
    @DisplayName("Without pressure nothing is ever due")
    void none() {
        MemoryPressure none = pressure(0, 0, false, PressureKind.values());
        none.start(5);
        assertThat(none.deadline()).isEqualTo(Long.MAX_VALUE);
        none.advance(Long.MAX_VALUE - 1);
        for (HostCounter counter : HostCounter.values()) {
            assertThat(count(counter)).isZero();
        }
    }

    @Test
    @DisplayName("The first event comes after the mean time, the others from one cycle to twice the mean apart")
    void times() {
        MemoryPressure pressure = pressure(100, 0, false, PressureKind.MIGRATION);
        pressure.start(1000);
        assertThat(pressure.deadline()).isEqualTo(1100);
        pressure.advance(1099);
        assertThat(count(HostCounter.MIGRATED)).isZero();
        long before = pressure.deadline();
        long most = 0;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3000; i++) {
            pressure.advance(before);
            long gap = pressure.deadline() - before;
            most = Math.max(most, gap);
            least = Math.min(least, gap);
            before += gap;
        }
        assertThat(least).isBetween(1L, 5L);
        assertThat(most).isBetween(194L, 199L);
        assertThat(count(HostCounter.MIGRATED)).isEqualTo(3000);
        assertThat((before - 1100) / 3000.0).isCloseTo(100, within(5.0));
        pressure.advance(before + 100_000);
        assertThat(count(HostCounter.MIGRATED)).as("all that were due").isBetween(3900L, 4100L);
    }

    @Test
    @DisplayName("Every kind that is named comes, and no other")
    void kinds() {
        MemoryPressure two = pressure(10, 0, false, PressureKind.RECLAIM, PressureKind.MIGRATION);
        two.start(0);
        two.advance(2000);
        assertThat(count(HostCounter.RECLAIMED)).isBetween(60L, 140L);
        assertThat(count(HostCounter.MIGRATED)).isBetween(60L, 140L);
        assertThat(count(HostCounter.COMPACTED) + count(HostCounter.MERGED) + count(HostCounter.SPLIT))
                .isZero();
    }

    @Test
    @DisplayName("As many of a hundred as are asked for go for a page of a buffer in use, where there is one")
    void buffers() {
        buffer.set(new long[] {GUEST + 0x5000, GUEST + 0x9000}, 2);
        MemoryPressure all = pressure(10, 100, false, PressureKind.MIGRATION);
        all.start(0);
        state.pin(5);
        state.pin(9);
        all.advance(5000);
        assertThat(count(HostCounter.MIGRATED)).isZero();
        assertThat(count(HostCounter.REFUSED_PINNED)).isBetween(400L, 600L);
        state.unpin(5);
        all.advance(10_000);
        assertThat(count(HostCounter.MIGRATED)).as("one of two").isBetween(200L, 300L);
        MemoryPressure some = pressure(10, 30, false, PressureKind.MIGRATION);
        some.start(0);
        state.pin(5);
        state.pin(9);
        some.advance(20_000);
        assertThat(count(HostCounter.REFUSED_PINNED)).isBetween(520L, 680L);
        buffer.clear();
        MemoryPressure nowhere = pressure(10, 100, false, PressureKind.MIGRATION);
        nowhere.start(0);
        state.pin(5);
        nowhere.advance(1000);
        assertThat(count(HostCounter.MIGRATED)).isGreaterThan(90);
    }

    @Test
    @DisplayName("Compaction moves sixteen pages, or those up to the memory's end, but what is pinned")
    void compaction() {
        MemoryPressure pressure = pressure(0, 0, false, PressureKind.COMPACTION);
        state.pin(102);
        state.pin(103);
        pressure.event(PressureKind.COMPACTION, 100);
        assertThat(count(HostCounter.COMPACTED)).isEqualTo(14);
        assertThat(count(HostCounter.REFUSED_PINNED)).isEqualTo(2);
        assertThat(host.address(102)).isEqualTo(TestMachine.RAM + SPARE + 102 * 4096L);
        assertThat(host.address(116)).isEqualTo(TestMachine.RAM + SPARE + 116 * 4096L);
        assertThat(host.address(115)).isLessThan(TestMachine.RAM + SPARE);
        pressure.event(PressureKind.COMPACTION, PAGES - 3);
        assertThat(count(HostCounter.COMPACTED)).isEqualTo(17);
    }

    @Test
    @DisplayName("Merging compares with 64 pages, from any on; of a huge page it is a part first")
    void merging() {
        MemoryPressure pressure = pressure(0, 0, true, PressureKind.MERGING);
        bench.context.memory.write(host.address(0), 8, 0x1234);
        pressure.event(PressureKind.MERGING, 0);
        assertThat(count(HostCounter.SPLIT)).isEqualTo(1);
        assertThat(count(HostCounter.MERGED)).isZero();
        assertThat(count(HostCounter.REFUSED)).isEqualTo(1);
        pressure.event(PressureKind.SPLIT, 600);
        pressure.event(PressureKind.MERGING, 1);
        assertThat(count(HostCounter.MERGED)).isEqualTo(1);
        state.pin(2);
        pressure.event(PressureKind.MERGING, 2);
        assertThat(count(HostCounter.REFUSED_PINNED)).isEqualTo(1);
        assertThat(count(HostCounter.MERGED)).isEqualTo(1);
    }

    @Test
    @DisplayName("Splitting and making huge pages: done, refused by a pin, or nothing to do")
    void hugePages() {
        MemoryPressure pressure = pressure(0, 0, true, PressureKind.SPLIT);
        state.pin(700);
        pressure.event(PressureKind.SPLIT, 600);
        assertThat(count(HostCounter.REFUSED_PINNED)).isEqualTo(1);
        pressure.event(PressureKind.SPLIT, 0);
        pressure.event(PressureKind.SPLIT, 0);
        assertThat(count(HostCounter.SPLIT)).isEqualTo(1);
        assertThat(count(HostCounter.REFUSED)).isEqualTo(1);
        pressure.event(PressureKind.COLLAPSE, 0);
        assertThat(count(HostCounter.COLLAPSED)).isEqualTo(1);
        pressure.event(PressureKind.COLLAPSE, 0);
        assertThat(count(HostCounter.REFUSED)).isEqualTo(2);
        assertThat(count(HostCounter.REFUSED_PINNED)).isEqualTo(1);
    }
}
