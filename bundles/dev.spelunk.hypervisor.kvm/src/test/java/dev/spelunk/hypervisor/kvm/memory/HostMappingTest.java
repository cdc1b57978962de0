// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.hypervisor.kvm.state.HostCounter;
import dev.spelunk.hypervisor.kvm.state.VmState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName(
        "The host's mapping: what is done to a page, to its frame and its bytes, and what the host has no room for")
class HostMappingTest {
    private static final long BASE = 0x4000_0000L;
    private static final int BLOCK = 2 << 20;
    private static final int PAGE = 4096;
    /** What is the host's, of which the last frames are spare, is before the guest's frames. */
    private static final long HOST = BASE + 4 * BLOCK;

    private final PhysicalMemory memory = new PhysicalMemory(BASE, 12 * BLOCK);
    private final MachineState machine = new MachineState(1, memory, 1);
    private final List<String> told = new ArrayList<>();
    private VmState state;
    private HostMemory host;

    /** A guest of so many bytes, so far behind the host's spare frames. */
    private void guest(long size, long offset, int spare, boolean huge) {
        Memslots slots = Memslots.of(BASE, size, HOST + offset, List.of(), 40);
        state = new VmState(machine, slots.pages());
        state.create();
        state.pinLimit(slots.pages());
        host = new HostMemory(machine, state, slots, HOST + offset, HOST - (long) spare * PAGE, HOST);
        host.notifier((page, count) -> told.add(page + "+" + count));
        host.create(huge);
    }

    private void write(int page, long value) {
        memory.write(host.address(page), 8, value);
    }

    private long read(int page) {
        return memory.read(host.address(page), 8);
    }

    @Test
    @DisplayName("Each page begins in the frame of its own; huge pages are where user space's address lines up")
    void begins() {
        guest(3L * BLOCK, 0, 0, true);
        for (int page : new int[] {0, 511, 512, 1535}) {
            assertThat(host.present(page)).isTrue();
            assertThat(host.shared(page)).isFalse();
            assertThat(host.huge(page)).isTrue();
            assertThat(host.address(page)).isEqualTo(HOST + (long) PAGE * page);
            assertThat(host.hugeStart(page)).isEqualTo(page & -512);
        }
        guest(3L * BLOCK, 0x3000, 0, true);
        assertThat(host.huge(508)).as("before the first whole one").isFalse();
        assertThat(host.huge(509)).isTrue();
        assertThat(host.huge(509 + 1023)).isTrue();
        assertThat(host.huge(509 + 1024)).as("behind the last whole one").isFalse();
        assertThat(host.hugeStart(508)).isNegative();
        assertThat(host.hugeStart(509)).isEqualTo(509);
        assertThat(host.hugeStart(1020)).isEqualTo(509);
        assertThat(host.hugeStart(1021)).isEqualTo(1021);
        assertThat(host.hugeStart(1533)).isNegative();
        guest(3L * BLOCK, 0, 0, false);
        assertThat(host.huge(0)).isFalse();
    }

    @Test
    @DisplayName("A migrated page goes to the lowest free frame with its bytes, and its old frame is zeros")
    void migrates() {
        guest(BLOCK, 0, 2, false);
        write(3, 0x1234);
        long old = host.address(3);
        assertThat(host.migrate(3)).isTrue();
        assertThat(host.address(3)).isEqualTo(HOST - 2 * PAGE);
        assertThat(read(3)).isEqualTo(0x1234);
        assertThat(memory.read(old, 8)).isZero();
        assertThat(told).containsExactly("3+1");
        assertThat(host.migrate(4)).isTrue();
        assertThat(host.address(4)).isEqualTo(HOST - PAGE);
        assertThat(host.migrate(5)).isTrue();
        assertThat(host.address(5)).as("the one that was given up first").isEqualTo(old);
    }

    @Test
    @DisplayName("Without a free frame nothing is migrated, and nobody is told")
    void noFrame() {
        guest(2L * BLOCK, 0, 0, false);
        assertThat(host.migrate(0)).isFalse();
        assertThat(host.address(0)).isEqualTo(HOST);
        assertThat(told).isEmpty();
    }

    @Test
    @DisplayName(
            "A reclaimed page is in swap with its bytes; a touch brings it in, into a free frame; a pinned one stays")
    void reclaims() {
        guest(BLOCK, 0, 1, false);
        write(7, 0x77);
        long frame = host.address(7);
        assertThat(state.pin(7)).isTrue();
        assertThat(host.reclaim(7)).isFalse();
        assertThat(host.migrate(7)).isFalse();
        state.unpin(7);
        assertThat(told).isEmpty();
        assertThat(host.reclaim(7)).isTrue();
        assertThat(told).containsExactly("7+1");
        assertThat(host.present(7)).isFalse();
        assertThat(memory.read(frame, 8)).isZero();
        assertThat(host.reclaim(7)).as("it is not there").isFalse();
        assertThat(host.migrate(7)).isFalse();
        assertThat(host.merge(7, 8)).isFalse();
        assertThat(host.merge(8, 7)).isFalse();
        assertThat(host.touch(7, false)).isTrue();
        assertThat(host.present(7)).isTrue();
        assertThat(read(7)).isEqualTo(0x77);
        assertThat(state.counted(HostCounter.SWAPPED_IN)).isEqualTo(1);
        assertThat(host.touch(7, true)).as("nothing to do").isTrue();
        assertThat(state.counted(HostCounter.SWAPPED_IN)).isEqualTo(1);
    }

    @Test
    @DisplayName("The swap area has 1024 slots, and one that is free again is used again")
    void swapIsFull() {
        guest(4L * BLOCK, 0, 0, false);
        for (int page = 0; page < 1024; page++) {
            write(page, page + 1);
            assertThat(host.reclaim(page)).as("%d", page).isTrue();
        }
        assertThat(host.reclaim(1024)).isFalse();
        assertThat(host.present(1024)).isTrue();
        assertThat(host.touch(100, false)).isTrue();
        assertThat(read(100)).isEqualTo(101);
        write(1024, 0x1025);
        assertThat(host.reclaim(1024)).isTrue();
        assertThat(host.reclaim(1025)).isFalse();
        for (int page : new int[] {1024, 0, 63, 64, 1023}) {
            assertThat(host.touch(page, true)).isTrue();
            assertThat(read(page)).isEqualTo(page == 1024 ? 0x1025 : page + 1);
        }
    }

    @Test
    @DisplayName("Pages of one content share a frame until one of them is written, and the last has it for itself")
    void merges() {
        guest(BLOCK, 0, 4, false);
        for (int page : new int[] {1, 2, 3}) {
            write(page, 0xABC);
        }
        write(4, 0xABD);
        assertThat(host.merge(1, 1)).isFalse();
        assertThat(host.merge(1, 4)).as("another content").isFalse();
        long given = host.address(1);
        assertThat(host.merge(1, 2)).isTrue();
        assertThat(told).containsExactly("1+1", "2+1");
        assertThat(memory.read(given, 8)).isZero();
        assertThat(host.address(1)).isEqualTo(host.address(2));
        assertThat(host.shared(1)).isTrue();
        assertThat(host.shared(2)).isTrue();
        assertThat(host.merge(1, 2)).as("they do already").isFalse();
        assertThat(host.merge(3, 1)).isTrue();
        assertThat(host.reclaim(1)).as("a shared one stays").isFalse();
        assertThat(host.migrate(1)).isFalse();
        assertThat(host.touch(2, false)).as("a read needs no frame of its own").isTrue();
        assertThat(host.shared(2)).isTrue();
        told.clear();
        assertThat(host.touch(2, true)).isTrue();
        assertThat(told).containsExactly("2+1");
        assertThat(host.shared(2)).isFalse();
        assertThat(host.address(2)).isNotEqualTo(host.address(1));
        assertThat(read(2)).isEqualTo(0xABC);
        assertThat(host.touch(3, true)).isTrue();
        assertThat(state.counted(HostCounter.COPIED_ON_WRITE)).isEqualTo(2);
        long kept = host.address(1);
        told.clear();
        assertThat(host.touch(1, true)).as("the others have gone").isTrue();
        assertThat(host.address(1)).isEqualTo(kept);
        assertThat(host.shared(1)).isFalse();
        assertThat(told).isEmpty();
        assertThat(state.counted(HostCounter.COPIED_ON_WRITE)).isEqualTo(2);
        assertThat(read(1)).isEqualTo(0xABC);
    }

    @Test
    @DisplayName("At most 255 pages share a frame")
    void sharers() {
        guest(BLOCK, 0, 0, false);
        for (int page = 1; page < 255; page++) {
            assertThat(host.merge(page, 0)).as("%d", page).isTrue();
        }
        assertThat(host.merge(255, 0)).isFalse();
        assertThat(host.shared(255)).isFalse();
        assertThat(host.touch(7, true)).isTrue();
        assertThat(host.merge(255, 0)).isTrue();
    }

    @Test
    @DisplayName("A huge page is taken apart whole, and made again in place")
    void inPlace() {
        guest(2L * BLOCK, 0, 0, true);
        assertThat(host.reclaim(600)).as("a part of a huge page stays").isFalse();
        assertThat(host.migrate(600)).isFalse();
        assertThat(host.merge(600, 700)).isFalse();
        assertThat(host.collapse(600)).as("it is one").isFalse();
        assertThat(state.pin(1023)).isTrue();
        assertThat(host.split(600)).as("a pin anywhere in it").isFalse();
        state.unpin(1023);
        assertThat(host.split(600)).isTrue();
        assertThat(told).containsExactly("512+512");
        assertThat(host.split(600)).isFalse();
        assertThat(host.huge(512)).isFalse();
        assertThat(host.huge(1023)).isFalse();
        assertThat(host.huge(511)).as("its neighbour stays").isTrue();
        told.clear();
        assertThat(host.collapse(1023)).isTrue();
        assertThat(told).containsExactly("512+512");
        assertThat(host.huge(512)).isTrue();
        assertThat(host.huge(1023)).isTrue();
        assertThat(host.address(512)).isEqualTo(HOST + BLOCK);
    }

    @Test
    @DisplayName("Pages that are scattered become a huge page in 2 MiB of free frames, with their bytes")
    void elsewhere() {
        guest(2L * BLOCK, 0, 1 + 2 * 512, true);
        host.split(0);
        for (int page = 0; page < 512; page++) {
            write(page, page ^ 0x5555);
        }
        assertThat(host.migrate(5)).isTrue();
        told.clear();
        assertThat(host.reclaim(9)).isTrue();
        assertThat(host.collapse(0)).as("one is not there").isFalse();
        assertThat(host.touch(9, true)).isTrue();
        assertThat(state.pin(9)).isTrue();
        assertThat(host.collapse(0)).as("one is pinned").isFalse();
        state.unpin(9);
        told.clear();
        assertThat(host.collapse(3)).isTrue();
        assertThat(told).containsExactly("0+512");
        long first = host.address(0);
        assertThat(first).as("the second of two, whose first has a page in it").isEqualTo(HOST - BLOCK);
        for (int page = 0; page < 512; page++) {
            assertThat(host.huge(page)).isTrue();
            assertThat(host.address(page)).isEqualTo(first + (long) PAGE * page);
            assertThat(read(page)).isEqualTo(page ^ 0x5555);
        }
    }

    @Test
    @DisplayName("There is no huge page at the memory's ends, of shared pages, or without 2 MiB of free frames")
    void noHugePage() {
        guest(2L * BLOCK, 0x3000, 512, false);
        assertThat(host.collapse(508)).isFalse();
        assertThat(host.collapse(1021)).isFalse();
        assertThat(host.merge(509, 510)).isTrue();
        assertThat(host.collapse(509)).as("shared").isFalse();
        host.touch(509, true);
        host.touch(510, true);
        assertThat(host.collapse(509)).as("spare frames that do not line up").isFalse();
        for (int page = 509; page < 1021; page++) {
            assertThat(host.huge(page)).isFalse();
        }
    }
}
