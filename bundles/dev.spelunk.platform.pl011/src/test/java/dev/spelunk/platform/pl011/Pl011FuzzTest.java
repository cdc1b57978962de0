// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pl011;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.testkit.TestBoard;
import dev.spelunk.testkit.TestMachine;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("PL011 with a hostile guest")
class Pl011FuzzTest {
    private static final int OPERATIONS = 1_000_000;
    private static final int REGISTERS = 0x50;
    private final SplittableRandom random = new SplittableRandom(20261121);
    private long received;
    private final TestBoard board = new TestBoard(TestMachine.builder()) {
        @Override
        public int consoleInput() {
            asked++;
            if (random.nextBoolean()) {
                return -1;
            }
            received++;
            return random.nextInt(256);
        }
    };

    @Test
    @DisplayName("1,000,000 accesses: no exception, no access without end, the line follows the registers")
    void accesses() {
        Pl011 uart = new Pl011(board);
        for (int i = 0; i < OPERATIONS; i++) {
            board.asked = 0;
            access(uart);
            assertThat(board.asked).isLessThanOrEqualTo(17);
            if (i % 64 == 0) {
                boolean raised = uart.read(0x40, 4) != 0;
                assertThat(board.line(Pl011.INTID)).isEqualTo(raised);
            }
        }
        assertThat(board.terminal).hasSizeGreaterThan(1000);
        assertThat(received).isGreaterThan(1000);
    }

    private void access(Pl011 uart) {
        int size = 1 << random.nextInt(4);
        int offset = random.nextInt(8) == 0
                ? random.nextInt(0x1000)
                : random.nextInt(REGISTERS) & (random.nextBoolean() ? -4 : -1);
        switch (random.nextInt(4)) {
            case 0:
                board.context.pe.executed += random.nextLong(2 * Pl011.POLL_CYCLES);
                board.context.pe.waiting = random.nextBoolean();
                uart.waitingChanged(0);
                uart.advance(0);
                break;
            case 1:
                long value = uart.read(offset, size);
                assertThat(size == 8 ? 0 : value >>> 8 * size).isZero();
                break;
            default:
                uart.write(offset, size, random.nextBoolean() ? random.nextLong() : 0x301 | random.nextInt(2) << 4);
                break;
        }
    }
}
