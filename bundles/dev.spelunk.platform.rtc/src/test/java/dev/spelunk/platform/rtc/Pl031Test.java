// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.testkit.TestBoard;
import dev.spelunk.testkit.TestMachine;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("PL031 (DDI 0224)")
class Pl031Test {
    private static final int DR = 0x00;
    private static final int MR = 0x04;
    private static final int LR = 0x08;
    private static final int CR = 0x0C;
    private static final int IMSC = 0x10;
    private static final int RIS = 0x14;
    private static final int MIS = 0x18;
    private static final int ICR = 0x1C;
    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
    private static final long START = TIME.getEpochSecond();
    /** Virtual cycles of a second. */
    private static final long SECOND = (long) MachineState.COUNTER_FREQUENCY * MachineState.CYCLES_PER_TICK;

    private final TestBoard board = new TestBoard(TestMachine.builder().pes(2), Peripherals.NONE.withClock(TIME));
    private final Pl031 clock = new Pl031(board);

    private long read(int offset) {
        return clock.read(offset, 4);
    }

    private void write(int offset, long value) {
        clock.write(offset, 4, value);
    }

    private boolean line() {
        return board.line(Pl031.INTID);
    }

    @Test
    @DisplayName("a machine whose run says no time has no clock")
    void absent() {
        assertThat(new Pl031Component().create(new TestBoard(TestMachine.builder())))
                .isNull();
        assertThat(new Pl031Component().create(board)).isInstanceOf(Pl031.class);
    }

    @Test
    @DisplayName("it begins with the run's time, goes on by a second each second, and runs")
    void time() {
        assertThat(read(DR)).isEqualTo(START);
        assertThat(read(CR)).isEqualTo(1);
        board.run(clock, SECOND - 1);
        assertThat(read(DR)).isEqualTo(START);
        board.run(clock, 1);
        assertThat(read(DR)).isEqualTo(START + 1);
        board.run(clock, 86_400 * SECOND);
        assertThat(read(DR)).isEqualTo(START + 86_401);
        write(CR, 0);
        assertThat(read(CR)).isEqualTo(1);
    }

    @Test
    @DisplayName("RTCLR sets the time and reads as it was written; RTCDR is read-only")
    void load() {
        board.run(clock, 5 * SECOND);
        write(LR, 1_000_000);
        assertThat(read(DR)).isEqualTo(1_000_000);
        assertThat(read(LR)).isEqualTo(1_000_000);
        write(DR, 7);
        board.run(clock, 3 * SECOND);
        assertThat(read(DR)).isEqualTo(1_000_003);
        assertThat(read(LR)).isEqualTo(1_000_000);
        write(LR, 0xFFFF_FFFFL);
        board.run(clock, SECOND);
        assertThat(read(DR)).isZero();
    }

    @Test
    @DisplayName("the alarm comes at the cycle at which RTCDR becomes RTCMR, once, and stays until RTCICR")
    void alarm() {
        assertThat(board.deadline(0)).isEqualTo(Long.MAX_VALUE);
        write(MR, START + 10);
        assertThat(board.deadline(0)).isEqualTo(Long.MAX_VALUE);
        write(IMSC, 1);
        assertThat(board.deadline(0)).isEqualTo(10 * SECOND);
        assertThat(board.deadline(1)).isEqualTo(10 * SECOND);
        board.run(clock, 10 * SECOND - 1);
        assertThat(line()).isFalse();
        board.run(clock, 1);
        assertThat(line()).isTrue();
        assertThat(read(RIS)).isEqualTo(1);
        assertThat(read(MIS)).isEqualTo(1);
        assertThat(board.deadline(0)).isEqualTo(Long.MAX_VALUE);
        write(ICR, 1);
        assertThat(line()).isFalse();
        assertThat(read(RIS)).isZero();
        assertThat(board.deadline(0)).isEqualTo((10 + (1L << 32)) * SECOND);
        assertThat(board.rises()).containsExactly(Pl031.INTID);
    }

    @Test
    @DisplayName("a masked alarm is pending in RTCRIS alone, and is raised when it is unmasked")
    void masked() {
        write(MR, START + 2);
        board.run(clock, 3 * SECOND);
        assertThat(read(RIS)).isEqualTo(1);
        assertThat(read(MIS)).isZero();
        assertThat(line()).isFalse();
        write(IMSC, 1);
        assertThat(line()).isTrue();
        write(IMSC, 0);
        assertThat(line()).isFalse();
    }

    @Test
    @DisplayName("a match that is the time now is an alarm at once, and so is a time that is the match")
    void equal() {
        write(IMSC, 1);
        write(MR, START);
        assertThat(line()).isTrue();
        write(ICR, 1);
        write(MR, 500);
        write(LR, 499);
        assertThat(line()).isFalse();
        write(LR, 500);
        assertThat(line()).isTrue();
    }

    @ParameterizedTest(name = "{0} bytes at 0x{1} are 0x{2}")
    @CsvSource({
        "1, FE0, 31",
        "4, FE4, 10",
        "4, FE8, 04",
        "4, FEC, 0",
        "2, FF0, 0D",
        "4, FF4, F0",
        "4, FFC, B1",
        "4, 20, 0"
    })
    @DisplayName("identification: part 0x031, designer Arm, PrimeCell")
    void identification(int size, String offset, String value) {
        assertThat(clock.read(Integer.parseInt(offset, 16), size)).isEqualTo(Long.parseLong(value, 16));
    }

    @Test
    @DisplayName("a new device over the same state goes on: time, alarm and line")
    void swap() {
        write(LR, 77);
        write(MR, 80);
        write(IMSC, 1);
        board.run(clock, SECOND);
        Pl031 other = new Pl031(board);
        assertThat(other.read(DR, 4)).isEqualTo(78);
        board.run(other, 2 * SECOND);
        assertThat(line()).isTrue();
        new Pl031(board).advance(0);
        assertThat(board.edges).hasSize(1);
    }

    @Test
    @DisplayName("200,000 accesses of a hostile guest: no exception, and the line follows the registers")
    void hostile() {
        SplittableRandom random = new SplittableRandom(20261129);
        for (int i = 0; i < 200_000; i++) {
            int size = 1 << random.nextInt(4);
            int offset = random.nextInt(8) == 0 ? random.nextInt(0x1000) : random.nextInt(0x24);
            if (random.nextBoolean()) {
                clock.write(offset, size, random.nextBoolean() ? random.nextLong() : read(DR) + random.nextInt(3));
            } else {
                long value = clock.read(offset, size);
                assertThat(size == 8 ? 0 : value >>> 8 * size).isZero();
            }
            board.run(clock, random.nextLong(2 * SECOND));
            if (i % 16 == 0) {
                assertThat(line()).isEqualTo(read(MIS) != 0);
            }
        }
        assertThat(board.rises()).hasSizeGreaterThan(100);
    }

    @Test
    @DisplayName("the device tree has the clock where QEMU's virt board has it: SPI 2, level high")
    void deviceTree() {
        DeviceTree root = new DeviceTree("");
        clock.describe(root);
        DeviceTree node = root.node("pl031@9010000");
        assertThat(node.properties().get("compatible")).isEqualTo("arm,pl031\0arm,primecell\0".getBytes());
        ByteBuffer reg = ByteBuffer.wrap(node.properties().get("reg"));
        assertThat(reg.getLong()).isEqualTo(0x0901_0000L);
        assertThat(reg.getLong()).isEqualTo(0x1000);
        int[] interrupt = new int[3];
        ByteBuffer.wrap(node.properties().get("interrupts")).asIntBuffer().get(interrupt);
        assertThat(interrupt).containsExactly(0, 2, 4);
        assertThat(ByteBuffer.wrap(node.properties().get("clocks")).getInt())
                .isEqualTo(ByteBuffer.wrap(root.node("apb-pclk").properties().get("phandle"))
                        .getInt());
    }
}
