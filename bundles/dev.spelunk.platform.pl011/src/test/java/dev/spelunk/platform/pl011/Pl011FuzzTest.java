// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pl011;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("PL011 with a hostile guest")
class Pl011FuzzTest {
    private static final int OPERATIONS = 1_000_000;
    private static final int REGISTERS = 0x50;
    private final SplittableRandom random = new SplittableRandom(20261121);
    private final MachineState machine = new MachineState(1, new PhysicalMemory(0x4000_0000L, 0x1000), 1);
    private final PeContext context = new PeContext(machine, machine.pes[0]);
    private boolean line;
    private long sent;
    private long asked;
    private long received;

    private final DeviceContext wiring = new DeviceContext() {
        @Override
        public MachineState machine() {
            return machine;
        }

        @Override
        public PeContext[] pes() {
            return new PeContext[] {context};
        }

        @Override
        public void setLine(int pe, int intid, boolean level) {
            line = level;
        }

        @Override
        public void console(int value) {
            assertThat(value).isBetween(0, 255);
            sent++;
        }

        @Override
        public int consoleInput() {
            asked++;
            if (random.nextBoolean()) {
                return -1;
            }
            received++;
            return random.nextInt(256);
        }

        @Override
        public GuestMemory memory() {
            throw new AssertionError("a UART reaches no memory");
        }
    };

    @Test
    @DisplayName("1,000,000 accesses: no exception, no access without end, the line follows the registers")
    void accesses() {
        Pl011 uart = new Pl011(wiring);
        for (int i = 0; i < OPERATIONS; i++) {
            asked = 0;
            access(uart);
            assertThat(asked).isLessThanOrEqualTo(17);
            if (i % 64 == 0) {
                boolean raised = uart.read(0x40, 4) != 0;
                assertThat(line).isEqualTo(raised);
            }
        }
        assertThat(sent).isGreaterThan(1000);
        assertThat(received).isGreaterThan(1000);
    }

    private void access(Pl011 uart) {
        int size = 1 << random.nextInt(4);
        int offset = random.nextInt(8) == 0
                ? random.nextInt(0x1000)
                : random.nextInt(REGISTERS) & (random.nextBoolean() ? -4 : -1);
        switch (random.nextInt(4)) {
            case 0:
                context.pe.executed += random.nextLong(2 * Pl011.POLL_CYCLES);
                context.pe.waiting = random.nextBoolean();
                uart.deadline(0);
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
