// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pl011;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.testkit.TestBoard;
import dev.spelunk.testkit.TestMachine;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("PL011 (DDI 0183)")
class Pl011Test {
    private static final int DR = 0x00;
    private static final int FR = 0x18;
    private static final int IBRD = 0x24;
    private static final int FBRD = 0x28;
    private static final int LCR_H = 0x2C;
    private static final int CR = 0x30;
    private static final int IFLS = 0x34;
    private static final int IMSC = 0x38;
    private static final int RIS = 0x3C;
    private static final int MIS = 0x40;
    private static final int ICR = 0x44;
    private static final int DMACR = 0x48;
    private static final int RXIM = 1 << 4;
    private static final int TXIM = 1 << 5;
    private static final int RTIM = 1 << 6;
    private static final int OEIM = 1 << 10;
    private static final int RXFE = 1 << 4;
    private static final int TXFF = 1 << 5;
    private static final int RXFF = 1 << 6;
    private static final int TXFE = 1 << 7;
    private static final int ENABLED = 0x301;
    private static final int FIFOS = 0x70;

    private final TestBoard board = new TestBoard(TestMachine.builder());
    private final Pl011 uart = new Pl011(board);

    private long read(int offset) {
        return uart.read(offset, 4);
    }

    private void write(int offset, long value) {
        uart.write(offset, 4, value);
    }

    private void type(int... values) {
        for (int value : values) {
            board.keys.add(value);
        }
        board.context.pe.executed += Pl011.POLL_CYCLES;
        uart.advance(0);
    }

    @Test
    @DisplayName("A restored state of another size is the one that counts from then on")
    void restoredState() {
        uart.write(IBRD, 4, 13);
        board.machine.restore("pl011", new long[board.machine.block("pl011", 0, 0).words.length + 1], new byte[32]);
        assertThat(uart.read(IBRD, 4)).isZero();
    }

    @Test
    @DisplayName("reset values: CR has TXE and RXE, IFLS half full, FIFOs empty")
    void reset() {
        assertThat(read(CR)).isEqualTo(0x300);
        assertThat(read(IFLS)).isEqualTo(0x12);
        assertThat(read(FR) & (TXFF | RXFE | RXFF | TXFE)).isEqualTo(TXFE | RXFE);
        for (int register : new int[] {IBRD, FBRD, LCR_H, IMSC, RIS, MIS, DMACR}) {
            assertThat(read(register)).isZero();
        }
    }

    @ParameterizedTest(name = "register 0x{0} keeps 0x{1}")
    @CsvSource({"20, FF", "24, FFFF", "28, 3F", "2C, FF", "30, FF87", "34, 3F", "38, 7FF", "48, 7"})
    @DisplayName("registers keep the bits that they have")
    void widths(String offset, String mask) {
        int register = Integer.parseInt(offset, 16);
        write(register, 0xFFFF_FFFFL);
        assertThat(read(register)).isEqualTo(Long.parseLong(mask, 16));
    }

    @Test
    @DisplayName("a character is sent at once and the transmitter is never full")
    void transmit() {
        for (int c = 0; c < 300; c++) {
            write(DR, c);
            assertThat(read(FR) & (TXFF | TXFE)).isEqualTo(TXFE);
        }
        assertThat(board.terminal).hasSize(300);
        assertThat(board.terminal.get(65)).isEqualTo(65);
        assertThat(board.terminal.get(299)).isEqualTo(299 & 0xFF);
    }

    @Test
    @DisplayName("byte and halfword accesses work")
    void narrow() {
        uart.write(DR, 1, 'x');
        assertThat(board.terminal).containsExactly((int) 'x');
        assertThat(uart.read(CR, 2)).isEqualTo(0x300);
        assertThat(uart.read(CR + 1, 1)).isEqualTo(3);
        assertThat(uart.read(CR, 1)).isZero();
    }

    @Test
    @DisplayName("the transmit interrupt is raised by a character that leaves, and cleared by ICR")
    void transmitInterrupt() {
        write(IMSC, TXIM);
        assertThat(board.line(Pl011.INTID)).isFalse();
        write(DR, 'a');
        assertThat(read(RIS)).isEqualTo(TXIM);
        assertThat(board.line(Pl011.INTID)).isTrue();
        write(ICR, TXIM);
        assertThat(board.line(Pl011.INTID)).isFalse();
        assertThat(read(MIS)).isZero();
        write(DR, 'b');
        write(IMSC, 0);
        assertThat(board.line(Pl011.INTID)).isFalse();
        assertThat(read(RIS)).isEqualTo(TXIM);
        assertThat(read(MIS)).isZero();
    }

    @Test
    @DisplayName("without FIFOs one character is held and raises the receive interrupt")
    void holdingRegister() {
        write(CR, ENABLED);
        write(IMSC, RXIM);
        type('a', 'b');
        assertThat(board.line(Pl011.INTID)).isTrue();
        assertThat(read(FR) & (RXFE | RXFF)).isEqualTo(RXFF);
        assertThat(board.keys).hasSize(1);
        assertThat(read(DR)).isEqualTo('a');
        assertThat(board.line(Pl011.INTID)).isFalse();
        assertThat(read(DR)).isZero();
        type();
        assertThat(read(DR)).isEqualTo('b');
    }

    @ParameterizedTest(name = "RXIFLSEL {0}: {1} characters")
    @CsvSource({"0, 2", "1, 4", "2, 8", "3, 12", "4, 14"})
    @DisplayName("the receive interrupt comes at the FIFO level that IFLS selects, and goes below it")
    void receiveLevel(int select, int level) {
        write(LCR_H, FIFOS);
        write(CR, ENABLED);
        write(IFLS, select << 3);
        write(IMSC, RXIM);
        for (int i = 1; i < level; i++) {
            type(i);
            assertThat(board.line(Pl011.INTID)).as("after %d", i).isFalse();
        }
        type(level);
        assertThat(board.line(Pl011.INTID)).isTrue();
        assertThat(read(DR)).isEqualTo(1);
        assertThat(board.line(Pl011.INTID)).isFalse();
    }

    @Test
    @DisplayName("fewer characters than the level raise the receive timeout until the FIFO is empty")
    void receiveTimeout() {
        write(LCR_H, FIFOS);
        write(CR, ENABLED);
        write(IMSC, RTIM);
        type('x', 'y');
        assertThat(board.line(Pl011.INTID)).isTrue();
        assertThat(read(DR)).isEqualTo('x');
        assertThat(board.line(Pl011.INTID)).isTrue();
        assertThat(read(DR)).isEqualTo('y');
        assertThat(board.line(Pl011.INTID)).isFalse();
    }

    @Test
    @DisplayName("the FIFO holds 16 characters in order; the rest stays with the terminal")
    void order() {
        write(LCR_H, FIFOS);
        write(CR, ENABLED);
        int[] typed = new int[40];
        for (int i = 0; i < typed.length; i++) {
            typed[i] = 200 + i & 0xFF;
        }
        type(typed);
        assertThat(read(FR) & RXFF).isNotZero();
        assertThat(board.keys).hasSize(24);
        for (int i = 0; i < typed.length; i++) {
            if ((read(FR) & RXFE) != 0) {
                type();
            }
            assertThat(read(DR)).isEqualTo(typed[i]);
        }
        assertThat(read(FR) & RXFE).isNotZero();
    }

    @Test
    @DisplayName("nothing is received while the UART or its receiver is off")
    void disabled() {
        for (int control : new int[] {0x300, 0x101, 0x1}) {
            write(CR, control);
            type('q');
            assertThat(read(FR) & RXFE).isNotZero();
        }
        assertThat(board.keys).hasSize(3);
    }

    @Test
    @DisplayName("a guest that polls UARTFR gets its input without an interrupt")
    void polling() {
        write(CR, ENABLED);
        board.keys.add((int) 'p');
        board.context.pe.executed += Pl011.POLL_CYCLES;
        assertThat(read(FR) & RXFE).isZero();
        assertThat(read(DR)).isEqualTo('p');
    }

    @Test
    @DisplayName("loopback: what is sent is received, and not shown; too much is an overrun")
    void loopback() {
        write(CR, ENABLED | 1 << 7);
        write(IMSC, OEIM);
        write(DR, 'l');
        assertThat(board.terminal).isEmpty();
        assertThat(board.line(Pl011.INTID)).isFalse();
        write(DR, 'm');
        assertThat(board.line(Pl011.INTID)).isTrue();
        assertThat(read(DR)).isEqualTo('l');
        assertThat(read(FR) & RXFE).isNotZero();
    }

    @Test
    @DisplayName("turning FIFOs on or off empties them")
    void fifoSwitch() {
        write(LCR_H, FIFOS);
        write(CR, ENABLED);
        type(1, 2, 3);
        write(LCR_H, 0x60);
        assertThat(read(FR) & RXFE).isNotZero();
        assertThat(read(RIS) & (RXIM | RTIM)).isZero();
    }

    @Test
    @DisplayName("there is a deadline only while a receive interrupt is enabled and the PE does not wait")
    void deadlines() {
        assertThat(board.deadline(0)).isEqualTo(Long.MAX_VALUE);
        write(IMSC, RXIM);
        assertThat(board.deadline(0)).isEqualTo(Long.MAX_VALUE);
        write(CR, ENABLED);
        assertThat(board.deadline(0)).isLessThan(Long.MAX_VALUE);
        write(IMSC, TXIM);
        assertThat(board.deadline(0)).isEqualTo(Long.MAX_VALUE);
        write(IMSC, RTIM);
        uart.advance(0);
        assertThat(board.deadline(0)).isEqualTo(board.context.pe.cycles() + Pl011.POLL_CYCLES);
        board.context.pe.waiting = true;
        uart.waitingChanged(0);
        assertThat(board.deadline(0)).isEqualTo(Long.MAX_VALUE);
        board.context.pe.waiting = false;
        uart.waitingChanged(0);
        assertThat(board.deadline(0)).isEqualTo(board.context.pe.cycles() + Pl011.POLL_CYCLES);
    }

    @Test
    @DisplayName("a new device over the same state goes on: FIFO, registers and line")
    void swap() {
        write(LCR_H, FIFOS);
        write(CR, ENABLED);
        write(IMSC, RTIM);
        type('s', 't');
        int changes = board.edges.size();
        Pl011 other = new Pl011(board);
        other.advance(0);
        assertThat(board.edges).hasSize(changes);
        assertThat(other.read(LCR_H, 4)).isEqualTo(FIFOS);
        assertThat(other.read(DR, 4)).isEqualTo('s');
        assertThat(other.read(DR, 4)).isEqualTo('t');
        assertThat(board.line(Pl011.INTID)).isFalse();
    }

    @Test
    @DisplayName("identification: part 0x011, designer Arm, PrimeCell")
    void identification() {
        long peripheral = 0;
        long cell = 0;
        for (int i = 0; i < 4; i++) {
            peripheral |= read(0xFE0 + 4 * i) << 8 * i;
            cell |= read(0xFF0 + 4 * i) << 8 * i;
        }
        assertThat(peripheral).isEqualTo(0x0014_1011L);
        assertThat(cell).isEqualTo(0xB105_F00DL);
    }

    @Test
    @DisplayName("the device tree has the UART, its clock and the console")
    void deviceTree() {
        DeviceTree root = new DeviceTree("");
        uart.describe(root);
        DeviceTree node = root.node("pl011@9000000");
        assertThat(node.properties().get("compatible")).isEqualTo("arm,pl011\0arm,primecell\0".getBytes());
        assertThat(ByteBuffer.wrap(node.properties().get("reg")).getLong()).isEqualTo(0x0900_0000L);
        int[] interrupt = new int[3];
        ByteBuffer.wrap(node.properties().get("interrupts")).asIntBuffer().get(interrupt);
        assertThat(interrupt).containsExactly(0, 1, 4);
        ByteBuffer clocks = ByteBuffer.wrap(node.properties().get("clocks"));
        assertThat(clocks.getInt())
                .isEqualTo(ByteBuffer.wrap(root.node("apb-pclk").properties().get("phandle"))
                        .getInt());
        assertThat(ByteBuffer.wrap(root.node("apb-pclk").properties().get("clock-frequency"))
                        .getInt())
                .isEqualTo(24_000_000);
        assertThat(root.node("chosen").properties().get("stdout-path")).isEqualTo("/pl011@9000000\0".getBytes());
    }
}
