// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.hypervisor.kvm.state.VmState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The descriptors that stage 2 consists of (DDI 0487, D8.3), read by hand. */
class StageTwoTest {
    private static final long BASE = 0x4000_0000L;
    private static final long GUEST = 0x4000_0000L;
    private static final long HOST = BASE + (2 << 20);
    private static final long SIZE = (4 << 20) + 0x3000;

    private final PhysicalMemory memory = new PhysicalMemory(BASE, 8 << 20);
    private final MachineState machine = new MachineState(1, memory, 1);
    private final VmState state = new VmState(machine, (int) (SIZE / 4096));

    private StageTwo stageTwo(long host, long room, int addressSize, String... memslots) {
        Memslots slots = Memslots.of(GUEST, SIZE, host, List.of(memslots), 40);
        HostMemory mapping = new HostMemory(machine, state, slots, host, BASE + room, BASE + room);
        mapping.create(true);
        return new StageTwo(memory, state, slots, mapping, BASE + room, addressSize);
    }

    private StageTwo stageTwo(long host, long room) {
        StageTwo stage2 = stageTwo(host, room, 5);
        assertThat(stage2.create(BASE)).isTrue();
        return stage2;
    }

    private long read(long pa) {
        return memory.read(pa, 8);
    }

    @Test
    void aTwoMebibyteBlockWhereMemslotAndHostLineUp() {
        StageTwo stage2 = stageTwo(HOST, 1 << 20);
        assertThat(stage2.map(GUEST + 0x201234, true)).isEqualTo(1);
        assertThat(stage2.map(GUEST + 0x3FFFFF, true)).as("the same block").isZero();
        long level1 = read(state.stage2Root() + 8);
        assertThat(level1 & 3).isEqualTo(3);
        long block = read((level1 & ~0xFFFL) + 8);
        assertThat(block)
                .as("Normal Write-Back, read and write, Inner Shareable, AF, block")
                .isEqualTo(HOST + 0x200000 | 0x7FD);
        assertThat(state.stage2Counts()).containsExactly(1, 1, 0);
    }

    @Test
    void pagesAtTheMemslotsEnd() {
        StageTwo stage2 = stageTwo(HOST, 1 << 20);
        assertThat(stage2.map(GUEST + 0x402FFF, true)).isEqualTo(1);
        assertThat(stage2.map(GUEST + 0x402000, true)).isZero();
        long level2 = read(state.stage2Root() + 8) & ~0xFFFL;
        long level3 = read(level2 + 16) & ~0xFFFL;
        assertThat(read(level3 + 2 * 8)).isEqualTo(HOST + 0x402000 | 0x7FF);
        assertThat(read(level3 + 8)).isZero();
        assertThat(state.stage2Counts()).containsExactly(2, 0, 1);
    }

    @Test
    void pagesWhereTheHostDoesNotLineUp() {
        StageTwo stage2 = stageTwo(HOST + 0x1000, 1 << 20);
        assertThat(stage2.map(GUEST, true)).isEqualTo(1);
        assertThat(state.stage2Counts()).containsExactly(2, 0, 1);
    }

    @Test
    void nothingBacksWhatIsOutsideTheMemslot() {
        StageTwo stage2 = stageTwo(HOST, 1 << 20);
        assertThat(stage2.map(GUEST - 1, true)).isEqualTo(-1);
        assertThat(stage2.map(GUEST + SIZE, true)).isEqualTo(-1);
    }

    @Test
    void theMemoryForTablesRunsOut() {
        StageTwo stage2 = stageTwo(HOST, 0x3000);
        assertThat(stage2.map(GUEST, true)).isEqualTo(1);
        assertThat(stage2.map(GUEST + 0x400000, true)).isEqualTo(-2);
        assertThat(stageTwo(HOST, 0x1000, 5).create(BASE)).isFalse();
    }

    @Test
    void fortyBitsOfIpaWithTwoConcatenatedTablesAtLevel1() {
        StageTwo stage2 = stageTwo(HOST, 1 << 20);
        assertThat(stage2.controlRegister()).isEqualTo(1L << 31 | 5 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 1 << 6 | 24);
        assertThat(state.stage2Root() % 0x2000).isZero();
        assertThat(state.stage2Free() - state.stage2Root()).isEqualTo(0x2000);
        assertThat(stage2.baseRegister(1)).isEqualTo(1L << 48 | state.stage2Root());
    }

    @Test
    void aSmallerPhysicalAddressSizeLimitsTheIpa() {
        StageTwo stage2 = stageTwo(HOST, 1 << 20, 1);
        assertThat(stage2.create(BASE)).isTrue();
        assertThat(stage2.controlRegister() & 0x3F).isEqualTo(28);
        assertThat(stage2.controlRegister() >>> 16 & 7).isEqualTo(1);
    }
}
