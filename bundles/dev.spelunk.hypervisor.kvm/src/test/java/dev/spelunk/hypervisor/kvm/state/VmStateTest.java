// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.testkit.TestMachine;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What a VM remembers is in the machine's blocks, where another instance of the hypervisor finds it. */
class VmStateTest {
    private final MachineState machine = TestMachine.builder().build().machine;

    @Test
    void anotherInstanceFindsEverything() {
        VmState state = new VmState(machine, 16);
        state.create();
        state.pinLimit(16);
        state.count(ExitReason.HVC);
        state.count(BufferEvent.BUFFER_FULL, EventCause.HARDWARE, 1, 0, 0, 0);
        state.countTrap(SystemRegister.PMBSR_EL1);
        state.pin(3);
        state.pin(3);
        state.unpin(3);
        VcpuState vcpu = new VcpuState(machine, 0);
        vcpu.create();
        vcpu.register(SystemRegister.PMBPTR_EL1, 0x1234);
        vcpu.heldOff(true);
        new PageList(machine, "pages").set(new long[] {0x1000, 0x2000, 0x3000}, 3);

        VmState again = new VmState(machine, 16);
        assertThat(again.created()).isTrue();
        assertThat(again.exits()).containsOnlyKeys("HVC").containsValue(1L);
        assertThat(again.bufferEvents()).containsOnlyKeys("buffer full");
        assertThat(again.traps().get(SystemRegister.PMBSR_EL1)).isEqualTo(1);
        assertThat(again.pinCount(3)).isEqualTo(1);
        assertThat(again.pinnedPages()).isEqualTo(1);
        assertThat(again.pins()).isEqualTo(2);
        VcpuState vcpuAgain = new VcpuState(machine, 0);
        assertThat(vcpuAgain.register(SystemRegister.PMBPTR_EL1)).isEqualTo(0x1234);
        assertThat(vcpuAgain.heldOff()).isTrue();
        assertThat(vcpuAgain.loaded()).isFalse();
        assertThat(new PageList(machine, "pages").toArray()).containsExactly(0x1000, 0x2000, 0x3000);
    }

    @Test
    void pinCountsEndAtTheirRange() {
        VmState state = new VmState(machine, 1);
        state.pinLimit(1);
        for (int i = 0; i < 0xFFFF; i++) {
            assertThat(state.pin(0)).isTrue();
        }
        assertThat(state.pin(0)).isFalse();
        for (int i = 0; i < 0xFFFF; i++) {
            state.unpin(0);
        }
        assertThat(state.pinnedPages()).isZero();
        state.unpin(0);
        assertThat(state.pinCount(0)).isZero();
        assertThat(state.peakPinnedPages()).isEqualTo(1);
    }

    @Test
    void aLimitOfPinsCountsEachPageOnce() {
        VmState state = new VmState(machine, 4);
        state.create();
        state.pinLimit(2);
        assertThat(state.pin(0)).isTrue();
        assertThat(state.pin(1)).isTrue();
        assertThat(state.pin(2)).isFalse();
        assertThat(state.pin(0)).as("once more").isTrue();
        assertThat(state.pinnedPages()).isEqualTo(2);
        state.unpin(0);
        assertThat(state.pinnedPages()).isEqualTo(2);
        state.unpin(0);
        assertThat(state.pinnedPages()).isEqualTo(1);
        assertThat(state.pin(2)).isTrue();
        assertThat(state.host())
                .containsEntry(VirtualMachine.PINS, 4L)
                .containsEntry(VirtualMachine.UNPINS, 2L)
                .containsEntry(VirtualMachine.PEAK_PINNED_BYTES, 2 * 4096L);
        state.pin(3);
        state.pinLimit(4);
        state.pin(3);
        assertThat(state.host()).containsEntry(VirtualMachine.PEAK_PINNED_BYTES, 3 * 4096L);
    }

    @Test
    void theFirstEventOfEachKindIsToldWithItsReasonAndTheLastOnce() {
        VmState state = new VmState(machine, 1);
        state.create();
        assertThat(state.takeNews()).isNull();
        assertThat(state.eventReasons()).isEmpty();
        state.count(BufferEvent.BUFFER_FULL, EventCause.HARDWARE, 12_345, 1 << 17 | 1, 0x1000, 0x2001);
        state.count(BufferEvent.BUFFER_FULL, EventCause.HARDWARE, 99_999, 1 << 17 | 1, 0x3000, 0x4001);
        state.count(BufferEvent.TOO_LARGE, EventCause.TOO_LARGE, 7, 1 << 17 | 4, 0x5000, 0x6001);
        assertThat(state.eventReasons()).containsOnlyKeys("buffer full", "buffer size too large");
        assertThat(state.eventReasons().get("buffer full"))
                .startsWith("first after 12,345 operations: ")
                .contains("0x1000", "0x2000");
        assertThat(state.eventReasons().get("buffer size too large")).startsWith("first after 7 operations: ");
        assertThat(state.bufferEvents()).containsEntry("buffer full", 2L).containsEntry("buffer size too large", 1L);
        assertThat(state.takeNews()).isEqualTo(BufferEvent.TOO_LARGE);
        assertThat(state.newsReason(BufferEvent.TOO_LARGE)).contains("0x5000", "0x6000", "PMBIDR_EL1");
        assertThat(state.takeNews()).isNull();
        assertThat(new VmState(machine, 1).eventReasons())
                .as("another instance")
                .isEqualTo(state.eventReasons());
        state.create();
        assertThat(state.eventReasons()).isEmpty();
    }

    @Test
    void writesWhileEnabledAreToldBySixtyThreePlacesAndTheRestTogether() {
        VmState state = new VmState(machine, 1);
        state.create();
        int[] registers = {SystemRegister.PMBPTR_EL1, SystemRegister.PMBSR_EL1, SystemRegister.PMBLIMITR_EL1};
        for (int round = 0; round < 2; round++) {
            for (int place = 0; place < 70; place++) {
                state.countIgnorable(registers[place % 3], 0x1000 + 4 * (place / 3));
            }
        }
        SortedMap<String, Long> host = state.host();
        assertThat(host)
                .hasSize(64)
                .containsEntry("PMBPTR_EL1 written while E = 1, at 0x1000", 2L)
                .containsEntry("PMBSR_EL1 written while E = 1, at 0x1000", 2L)
                .containsEntry("PMBLIMITR_EL1 written while E = 1, at 0x1050", 2L)
                .containsEntry("buffer registers written while E = 1, elsewhere", 14L);
    }

    @Test
    void whatTheHostDidIsToldByNameAndWhatItDidNotIsNot() {
        VmState state = new VmState(machine, 1);
        state.create();
        assertThat(state.host()).isEmpty();
        state.count(HostCounter.RECLAIMED);
        state.count(HostCounter.LOST_CYCLES, 500);
        state.count(HostCounter.LOST_CYCLES, 7);
        assertThat(state.host()).containsOnlyKeys("pages reclaimed", VirtualMachine.LOST_CYCLES);
        assertThat(state.counted(HostCounter.LOST_CYCLES)).isEqualTo(507);
        state.count(ExitReason.SMC);
        state.count(ExitReason.HVC);
        state.count(ExitReason.HVC);
        assertThat(state.reason()).isEqualTo(ExitReason.HVC);
        assertThat(state.exits()).containsOnly(Map.entry("HVC", 2L), Map.entry("SMC", 1L));
        state.destroy();
        assertThat(state.created()).isFalse();
    }

    @Test
    void flagsOfAVcpuAreApart() {
        VcpuState vcpu = new VcpuState(machine, 0);
        vcpu.create();
        assertThat(vcpu.outside()).isTrue();
        List<BiConsumer<VcpuState, Boolean>> setters = List.of(
                VcpuState::loaded,
                VcpuState::unjudged,
                VcpuState::heldOff,
                VcpuState::outside,
                VcpuState::ownsDebug,
                VcpuState::trapsWfe);
        List<Predicate<VcpuState>> getters = List.of(
                VcpuState::loaded,
                VcpuState::unjudged,
                VcpuState::heldOff,
                VcpuState::outside,
                VcpuState::ownsDebug,
                VcpuState::trapsWfe);
        vcpu.outside(false);
        for (int set = 0; set < setters.size(); set++) {
            setters.get(set).accept(vcpu, true);
            for (int get = 0; get < getters.size(); get++) {
                assertThat(getters.get(get).test(vcpu)).isEqualTo(get == set);
            }
            setters.get(set).accept(vcpu, false);
        }
        vcpu.resume(0x1234, 0x3C5);
        vcpu.delivery(10, 20);
        VcpuState again = new VcpuState(machine, 0);
        assertThat(again.resumeAddress()).isEqualTo(0x1234);
        assertThat(again.resumeSpsr()).isEqualTo(0x3C5);
        assertThat(again.raisedAt()).isEqualTo(10);
        assertThat(again.deliveryDue()).isEqualTo(20);
    }

    @Test
    void registersThatWereNeverWrittenAreZeroAndRoomIsLimited() {
        RegisterWords words = new RegisterWords(new StateBlock("test", 6, 0), 2, 2);
        assertThat(words.get(SystemRegister.PMBSR_EL1)).isZero();
        words.set(SystemRegister.PMBSR_EL1, 1);
        words.increment(SystemRegister.PMBPTR_EL1);
        assertThat(words.get(SystemRegister.PMBPTR_EL1)).isEqualTo(1);
        assertThatThrownBy(() -> words.set(SystemRegister.PMBLIMITR_EL1, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("test");
    }
}
