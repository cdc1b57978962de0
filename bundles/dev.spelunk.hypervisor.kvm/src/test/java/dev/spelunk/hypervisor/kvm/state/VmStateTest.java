// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.testkit.TestMachine;
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
