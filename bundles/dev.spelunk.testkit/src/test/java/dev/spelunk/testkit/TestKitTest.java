// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The test kit")
class TestKitTest {
    /** Raises its line every hundred cycles for a moment. */
    private static final class Metronome implements Device {
        private final TestBoard board;
        final List<Long> beats = new ArrayList<>();
        long next = 100;
        long step = 100;

        Metronome(TestBoard board) {
            this.board = board;
            board.deadline(0, next);
        }

        @Override
        public long base() {
            return -1;
        }

        @Override
        public long size() {
            return 0;
        }

        @Override
        public void advance(int pe) {
            beats.add(board.pe.cycles());
            next += step;
            board.deadline(0, next);
            board.setLine(0, 40, true);
            board.setLine(0, 40, false);
        }

        @Override
        public void describe(DeviceTree tree) {
            throw new AssertionError("nobody asks for a node");
        }

        @Override
        public long read(long offset, int size) {
            return 0;
        }

        @Override
        public void write(long offset, int size, long value) {
            throw new AssertionError("nothing is written");
        }
    }

    @Test
    @DisplayName("a device is told of the time at its deadlines, at the exact operation, also where a run ends")
    void deadlines() {
        TestBoard board = new TestBoard(TestMachine.builder());
        Metronome device = new Metronome(board);
        board.run(device, 99);
        assertThat(device.beats).isEmpty();
        board.run(device, 201);
        assertThat(board.pe.executed).isEqualTo(300);
        assertThat(device.beats).containsExactly(100L, 200L, 300L);
        assertThat(board.edges).hasSize(6).contains(new TestBoard.Edge(0, 40, true));
        device.step = 0;
        assertThatThrownBy(() -> board.run(device, 1000))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("deadline");
    }

    @Test
    @DisplayName("lines of PPIs are a PE's own, those of SPIs are one for all")
    void lines() {
        TestBoard board = new TestBoard(TestMachine.builder().pes(2));
        board.setLine(1, 27, true);
        board.setLine(1, 34, true);
        board.setLine(1, 34, true);
        assertThat(board.line(0, 27)).isFalse();
        assertThat(board.line(1, 27)).isTrue();
        assertThat(board.line(0, 34)).isTrue();
        assertThat(board.edges).hasSize(2);
    }

    @Test
    @DisplayName("a device that reaches outside the guest's memory, or writes no byte, fails its test")
    void hostileDevice() {
        TestBoard board = new TestBoard(TestMachine.builder().ram(0x2000));
        assertThat(board.memory.contains(TestMachine.RAM + 0x1FFF, 1)).isTrue();
        assertThat(board.memory.contains(TestMachine.RAM + 0x1FFF, 2)).isFalse();
        assertThat(board.memory.contains(TestMachine.RAM - 1, 1)).isFalse();
        assertThat(board.memory.contains(TestMachine.RAM, -1)).isFalse();
        assertThatThrownBy(() -> board.memory.read(TestMachine.RAM + 0x1FFF, 2)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> board.console(256)).isInstanceOf(AssertionError.class);
        board.memory.write(TestMachine.RAM, 4, 0x1234_5678);
        assertThat(board.ram(TestMachine.RAM, 2)).containsExactly(0x78, 0x56);
    }

    @Test
    @DisplayName("registers store what is written, are absent or trap, and do not mix")
    void storedRegisters() {
        TestMachine machine = TestMachine.builder().pes(2).build();
        machine.write(SystemRegister.VBAR_EL1, 0x800).write(SystemRegister.TTBR0_EL1, 7);
        assertThat(machine.read(SystemRegister.VBAR_EL1)).isEqualTo(0x800);
        assertThat(machine.context.register(SystemRegister.TTBR0_EL1)).isEqualTo(7);
        assertThat(machine.contexts[1].register(SystemRegister.VBAR_EL1)).isZero();
        assertThat(machine.decide(SystemRegister.VBAR_EL1, false)).isEqualTo(Access.ALLOWED);
        StoredRegisters registers = (StoredRegisters) machine.context.registers;
        registers.decide(SystemRegister.VBAR_EL1, Access.trap(2));
        registers.remove(SystemRegister.TTBR0_EL1);
        assertThat(machine.decide(SystemRegister.VBAR_EL1, false)).isEqualTo(Access.trap(2));
        assertThat(machine.decide(SystemRegister.TTBR0_EL1, true)).isEqualTo(Access.UNDEFINED);
        assertThat(machine.context.register(SystemRegister.TTBR0_EL1)).isZero();
    }

    @Test
    @DisplayName("an identity map maps what nobody mapped, an empty one does not; faults are the test's")
    void pageMap() {
        Translation out = new Translation();
        PageMap identity = PageMap.identity().map(0x5000, 0x9000, PageMap.PAGE);
        assertThat(identity.translate(out, 0x4123, Translator.READ)).isTrue();
        assertThat(out.pa).isEqualTo(0x4123);
        assertThat(identity.translate(out, 0x5123, Translator.READ)).isTrue();
        assertThat(out.pa).isEqualTo(0x9123);
        identity.writeFault(0x5000, 0x0F);
        assertThat(identity.translate(out, 0x5000, Translator.READ)).isTrue();
        assertThat(identity.translate(out, 0x5000, Translator.WRITE)).isFalse();
        assertThat(out.fault).isEqualTo(0x0F);
        PageMap empty = PageMap.empty().namedRegimesOnly();
        assertThat(empty.translate(out, Translator.REGIME_EL10, 0x4000, Translator.WRITE))
                .isFalse();
        assertThat(out.fault).isEqualTo(0x07);
        assertThat(empty.regimes).containsExactly(Translator.REGIME_EL10);
        assertThatThrownBy(() -> empty.translate(out, 0x4000, Translator.READ)).isInstanceOf(AssertionError.class);
    }

    @Test
    @DisplayName(
            "tables: 39 bits of 4 KiB pages start at level 1, 48 bits at level 0, and tables between are made once")
    void pageTables() {
        TestMachine machine = TestMachine.builder().ram(1 << 20).build();
        TableMemory memory = new TableMemory(machine.machine.memory, TestMachine.RAM);
        PageTables tables = PageTables.stage1(memory, 12, 39);
        assertThat(tables.startLevel).isEqualTo(1);
        PageTables other = PageTables.stage1(memory, 12, 48);
        assertThat(other.startLevel).isZero();
        tables.map(0x4000_1000L, 0x8000_0000L, 3, 1 << 10);
        tables.map(0x4000_2000L, 0x8000_1000L, 3, 1 << 10);
        assertThat(tables.root).isEqualTo(TestMachine.RAM);
        assertThat(tables.entry(0x4000_2000L, 3)).isEqualTo(other.root + 0x2010);
        assertThat(memory.load(other.root + 0x2010)).isEqualTo(0x8000_1403L);
        assertThat(memory.allocate(8, 8)).isEqualTo(other.root + 0x3000);
    }

    @Test
    @DisplayName("a driver's program enables the buffer before sampling, each register once")
    void program() {
        Map<Integer, Long> written = new LinkedHashMap<>();
        new SpeProgram().interval(4).filter(0).buffer(0x1000, 0x3000).enable((encoding, value) -> assertThat(
                        written.put(encoding, value))
                .isNull());
        assertThat(written).hasSize(7);
        assertThat(written)
                .containsEntry(SystemRegister.PMSIRR_EL1, 4L << 8)
                .containsEntry(SystemRegister.PMBLIMITR_EL1, 0x3001L)
                .containsEntry(SystemRegister.PMSCR_EL1, SpeProgram.E1SPE);
        List<Integer> order = new ArrayList<>(written.keySet());
        assertThat(order.indexOf(SystemRegister.PMBLIMITR_EL1)).isLessThan(order.indexOf(SystemRegister.PMSCR_EL1));
    }

    /** Of an imagined component. */
    @interface Cycles {
        int issue() default 3;

        String name() default "x";
    }

    @Test
    @DisplayName("configurations have their defaults, and a key that there is not is told")
    void configs() {
        assertThat(Configs.defaults(Cycles.class).issue()).isEqualTo(3);
        Cycles changed = Configs.of(Cycles.class, Map.of("issue", 9));
        assertThat(changed.issue()).isEqualTo(9);
        assertThat(changed.name()).isEqualTo("x");
        assertThatThrownBy(() -> Configs.of(Cycles.class, Map.of("isue", 9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("isue");
    }
}
