// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pl011;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;

/** The registers and the receive FIFO of the UART, in a block of the machine (DDI 0183, 3.3). */
final class UartState {
    /** Bits of UARTIMSC, UARTRIS, UARTMIS and UARTICR. */
    static final long RX = 1 << 4;

    static final long TX = 1 << 5;
    static final long RT = 1 << 6;
    static final long OE = 1 << 10;

    static final int LOW_POWER_DIVISOR = 0;
    static final int INTEGER_DIVISOR = 1;
    static final int FRACTIONAL_DIVISOR = 2;
    static final int LINE_CONTROL = 3;
    static final int CONTROL = 4;
    static final int FIFO_LEVELS = 5;
    static final int INTERRUPT_MASK = 6;
    static final int DMA_CONTROL = 7;
    private static final int RAW_INTERRUPTS = 8;
    private static final int LINE = 9;
    private static final int HEAD = 10;
    private static final int COUNT = 11;
    private static final int RESET_DONE = 12;
    private static final int NEXT_POLL = 13;
    private static final int WORDS = 14;

    private static final int FIFO_DEPTH = 16;
    private static final long CONTROL_RESET = 0x300;
    private static final long FIFO_LEVELS_RESET = 0x12;
    private static final long UARTEN = 1;
    private static final long LBE = 1 << 7;
    private static final long RXE = 1 << 9;
    private static final long FEN = 1 << 4;
    /** UARTFR: the terminal is always there and ready. */
    private static final long CTS_DSR_DCD = 7;

    private static final long RXFE = 1 << 4;
    private static final long RXFF = 1 << 6;
    private static final long TXFE = 1 << 7;
    /** Entries of the receive FIFO at which UARTIFLS.RXIFLSEL 0..4 raises the interrupt. */
    private static final int[] TRIGGERS = {2, 4, 8, 12, 14};

    private final StateBlock block;

    UartState(MachineState machine) {
        block = machine.block("pl011", WORDS, FIFO_DEPTH);
        if (block.words[RESET_DONE] == 0) {
            block.words[CONTROL] = CONTROL_RESET;
            block.words[FIFO_LEVELS] = FIFO_LEVELS_RESET;
            block.words[RESET_DONE] = 1;
        }
    }

    /** Virtual time of the next look at the terminal. */
    long nextPoll() {
        return block.words[NEXT_POLL];
    }

    void nextPoll(long cycles) {
        block.words[NEXT_POLL] = cycles;
    }

    long get(int register) {
        return block.words[register];
    }

    void set(int register, long value) {
        block.words[register] = value;
    }

    long mask() {
        return block.words[INTERRUPT_MASK];
    }

    long raw() {
        return block.words[RAW_INTERRUPTS];
    }

    boolean line() {
        return block.words[LINE] != 0;
    }

    void line(boolean level) {
        block.words[LINE] = level ? 1 : 0;
    }

    /** Whether the UART and its receiver are enabled. */
    boolean receiving() {
        return (block.words[CONTROL] & (UARTEN | RXE)) == (UARTEN | RXE);
    }

    boolean loopback() {
        return (block.words[CONTROL] & LBE) != 0;
    }

    /** Without FIFOs there is one holding register. */
    private int depth() {
        return (block.words[LINE_CONTROL] & FEN) != 0 ? FIFO_DEPTH : 1;
    }

    private int trigger() {
        int select = (int) (block.words[FIFO_LEVELS] >>> 3) & 7;
        return (block.words[LINE_CONTROL] & FEN) == 0 ? 1 : TRIGGERS[Math.min(select, TRIGGERS.length - 1)];
    }

    boolean full() {
        return block.words[COUNT] >= depth();
    }

    /** A write to UARTLCR_H; turning FIFOs on or off empties them. */
    void lineControl(long value) {
        if (((block.words[LINE_CONTROL] ^ value) & FEN) != 0) {
            block.words[COUNT] = 0;
            block.words[RAW_INTERRUPTS] &= ~(RX | RT);
        }
        block.words[LINE_CONTROL] = value;
    }

    /** A character arrives. The receive timeout follows at once: nothing more arrives in its time. */
    void receive(int value) {
        if (full()) {
            block.words[RAW_INTERRUPTS] |= OE;
            return;
        }
        block.bytes[(int) (block.words[HEAD] + block.words[COUNT]) % FIFO_DEPTH] = (byte) value;
        block.words[COUNT]++;
        block.words[RAW_INTERRUPTS] |= block.words[COUNT] >= trigger() ? RX | RT : RT;
    }

    /** UARTDR: the oldest character, 0 when there is none. */
    long take() {
        if (block.words[COUNT] == 0) {
            return 0;
        }
        long value = block.bytes[(int) block.words[HEAD]] & 0xFF;
        block.words[HEAD] = (block.words[HEAD] + 1) % FIFO_DEPTH;
        block.words[COUNT]--;
        if (block.words[COUNT] < trigger()) {
            block.words[RAW_INTERRUPTS] &= ~RX;
        }
        if (block.words[COUNT] == 0) {
            block.words[RAW_INTERRUPTS] &= ~RT;
        }
        return value;
    }

    /** A character has left: the transmit FIFO has fallen through its trigger level. */
    void sent() {
        block.words[RAW_INTERRUPTS] |= TX;
    }

    /** A write to UARTICR. */
    void clear(long bits) {
        block.words[RAW_INTERRUPTS] &= ~bits;
    }

    /** UARTFR. */
    long flags() {
        return CTS_DSR_DCD | TXFE | (block.words[COUNT] == 0 ? RXFE : 0) | (full() ? RXFF : 0);
    }
}
