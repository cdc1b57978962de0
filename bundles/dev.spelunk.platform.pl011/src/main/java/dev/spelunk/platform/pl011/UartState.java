// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pl011;

import dev.spelunk.api.state.MachineState;

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

    private final long[] words;
    private final byte[] fifo;

    UartState(MachineState machine) {
        words = machine.block("pl011", WORDS, FIFO_DEPTH).words;
        fifo = machine.block("pl011", WORDS, FIFO_DEPTH).bytes;
        if (words[RESET_DONE] == 0) {
            words[CONTROL] = CONTROL_RESET;
            words[FIFO_LEVELS] = FIFO_LEVELS_RESET;
            words[RESET_DONE] = 1;
        }
    }

    /** Virtual time of the next look at the terminal. */
    long nextPoll() {
        return words[NEXT_POLL];
    }

    void nextPoll(long cycles) {
        words[NEXT_POLL] = cycles;
    }

    long get(int register) {
        return words[register];
    }

    void set(int register, long value) {
        words[register] = value;
    }

    long mask() {
        return words[INTERRUPT_MASK];
    }

    long raw() {
        return words[RAW_INTERRUPTS];
    }

    boolean line() {
        return words[LINE] != 0;
    }

    void line(boolean level) {
        words[LINE] = level ? 1 : 0;
    }

    /** Whether the UART and its receiver are enabled. */
    boolean receiving() {
        return (words[CONTROL] & (UARTEN | RXE)) == (UARTEN | RXE);
    }

    boolean loopback() {
        return (words[CONTROL] & LBE) != 0;
    }

    /** Without FIFOs there is one holding register. */
    private int depth() {
        return (words[LINE_CONTROL] & FEN) != 0 ? FIFO_DEPTH : 1;
    }

    private int trigger() {
        int select = (int) (words[FIFO_LEVELS] >>> 3) & 7;
        return (words[LINE_CONTROL] & FEN) == 0 ? 1 : TRIGGERS[Math.min(select, TRIGGERS.length - 1)];
    }

    boolean full() {
        return words[COUNT] >= depth();
    }

    /** A write to UARTLCR_H; turning FIFOs on or off empties them. */
    void lineControl(long value) {
        if (((words[LINE_CONTROL] ^ value) & FEN) != 0) {
            words[COUNT] = 0;
            words[RAW_INTERRUPTS] &= ~(RX | RT);
        }
        words[LINE_CONTROL] = value;
    }

    /** A character arrives. The receive timeout follows at once: nothing more arrives in its time. */
    void receive(int value) {
        if (full()) {
            words[RAW_INTERRUPTS] |= OE;
            return;
        }
        fifo[(int) (words[HEAD] + words[COUNT]) % FIFO_DEPTH] = (byte) value;
        words[COUNT]++;
        words[RAW_INTERRUPTS] |= words[COUNT] >= trigger() ? RX | RT : RT;
    }

    /** UARTDR: the oldest character, 0 when there is none. */
    long take() {
        if (words[COUNT] == 0) {
            return 0;
        }
        long value = fifo[(int) words[HEAD]] & 0xFF;
        words[HEAD] = (words[HEAD] + 1) % FIFO_DEPTH;
        words[COUNT]--;
        if (words[COUNT] < trigger()) {
            words[RAW_INTERRUPTS] &= ~RX;
        }
        if (words[COUNT] == 0) {
            words[RAW_INTERRUPTS] &= ~RT;
        }
        return value;
    }

    /** A character has left: the transmit FIFO has fallen through its trigger level. */
    void sent() {
        words[RAW_INTERRUPTS] |= TX;
    }

    /** A write to UARTICR. */
    void clear(long bits) {
        words[RAW_INTERRUPTS] &= ~bits;
    }

    /** UARTFR. */
    long flags() {
        return CTS_DSR_DCD | TXFE | (words[COUNT] == 0 ? RXFE : 0) | (full() ? RXFF : 0);
    }
}
