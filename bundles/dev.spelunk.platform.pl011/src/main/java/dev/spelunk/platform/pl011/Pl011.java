// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pl011;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/**
 * A PL011 UART (DDI 0183, r1p1) whose line is the terminal: a character is sent at once, whatever the baud
 * rate and whether or not the UART is enabled; characters are received when there is room and the receiver
 * is enabled. Errors, modem status and DMA requests do not occur.
 */
final class Pl011 implements Device {
    static final long BASE = 0x0900_0000L;
    static final int INTID = 33;
    /** Virtual cycles between two looks at the terminal while a receive interrupt is enabled. */
    static final long POLL_CYCLES = 1_000_000;

    private static final long SIZE = 0x1000;
    private static final int SPI = 0;
    private static final int FIRST_SPI = 32;
    private static final int LEVEL_HIGH = 4;
    private static final int CLOCK_HZ = 24_000_000;
    private static final int CLOCK_PHANDLE = 0x8000;

    private static final int DR = 0x00;
    private static final int FR = 0x18;
    private static final int ILPR = 0x20;
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
    private static final int PERIPHID0 = 0xFE0;
    /** UARTPeriphID0..3, then UARTPCellID0..3. */
    private static final int[] IDENTIFICATION = {0x11, 0x10, 0x14, 0x00, 0x0D, 0xF0, 0x05, 0xB1};

    private final DeviceContext device;
    private final PeState pe;
    private final UartState state;
    /** Whether the terminal's keys come here. */
    private final boolean keyboard;

    Pl011(DeviceContext device) {
        this.device = device;
        PeContext first = device.pes()[0];
        pe = first.pe;
        state = new UartState(device.machine());
        keyboard = !device.peripherals().console();
    }

    @Override
    public long base() {
        return BASE;
    }

    @Override
    public long size() {
        return SIZE;
    }

    @Override
    public void advance(int index) {
        poll();
        update();
    }

    @Override
    public void waitingChanged(int index) {
        update();
    }

    /** Says when to look at the terminal, and sets the line. While the PE waits, time that passes is told of anyway. */
    private void update() {
        boolean poll =
                keyboard && !pe.waiting && state.receiving() && (state.mask() & (UartState.RX | UartState.RT)) != 0;
        device.deadline(pe.index, poll ? state.nextPoll() : Long.MAX_VALUE);
        updateLine();
    }

    /** Takes what the terminal has, not more often than the guest could tell. */
    private void poll() {
        long now = pe.cycles();
        if (!keyboard || now < state.nextPoll() && !pe.waiting || !state.receiving()) {
            return;
        }
        state.nextPoll(now + POLL_CYCLES);
        while (!state.full()) {
            int value = device.consoleInput();
            if (value < 0) {
                return;
            }
            state.receive(value);
        }
    }

    private void updateLine() {
        boolean level = (state.raw() & state.mask()) != 0;
        if (level != state.line()) {
            state.line(level);
            device.setLine(0, INTID, level);
        }
    }

    @Override
    public long read(long offset, int size) {
        long word = readWord((int) offset & ~3);
        update();
        return word >>> 8 * (offset & 3) & (size >= 4 ? 0xFFFFFFFFL : (1L << 8 * size) - 1);
    }

    private long readWord(int register) {
        switch (register) {
            case DR:
                return state.take();
            case FR:
                poll();
                return state.flags();
            case RIS:
                poll();
                return state.raw();
            case MIS:
                poll();
                return state.raw() & state.mask();
            case ILPR:
                return state.get(UartState.LOW_POWER_DIVISOR);
            case IBRD:
                return state.get(UartState.INTEGER_DIVISOR);
            case FBRD:
                return state.get(UartState.FRACTIONAL_DIVISOR);
            case LCR_H:
                return state.get(UartState.LINE_CONTROL);
            case CR:
                return state.get(UartState.CONTROL);
            case IFLS:
                return state.get(UartState.FIFO_LEVELS);
            case IMSC:
                return state.mask();
            case DMACR:
                return state.get(UartState.DMA_CONTROL);
            default:
                int id = register - PERIPHID0 >> 2;
                return id >= 0 && id < IDENTIFICATION.length ? IDENTIFICATION[id] : 0;
        }
    }

    @Override
    public void write(long offset, int size, long value) {
        switch ((int) offset) {
            case DR:
                send((int) value & 0xFF);
                break;
            case ILPR:
                state.set(UartState.LOW_POWER_DIVISOR, value & 0xFF);
                break;
            case IBRD:
                state.set(UartState.INTEGER_DIVISOR, value & 0xFFFF);
                break;
            case FBRD:
                state.set(UartState.FRACTIONAL_DIVISOR, value & 0x3F);
                break;
            case LCR_H:
                state.lineControl(value & 0xFF);
                break;
            case CR:
                state.set(UartState.CONTROL, value & 0xFF87);
                break;
            case IFLS:
                state.set(UartState.FIFO_LEVELS, value & 0x3F);
                break;
            case IMSC:
                state.set(UartState.INTERRUPT_MASK, value & 0x7FF);
                break;
            case ICR:
                state.clear(value);
                break;
            case DMACR:
                state.set(UartState.DMA_CONTROL, value & 7);
                break;
            default:
                break;
        }
        update();
    }

    private void send(int value) {
        if (state.loopback()) {
            state.receive(value);
        } else {
            device.console(value);
        }
        state.sent();
    }

    @Override
    public void describe(DeviceTree tree) {
        tree.node("apb-pclk")
                .strings("compatible", "fixed-clock")
                .cells("#clock-cells", 0)
                .cells("clock-frequency", CLOCK_HZ)
                .strings("clock-output-names", "clk24mhz")
                .cells("phandle", CLOCK_PHANDLE);
        String name = String.format("pl011@%x", BASE);
        tree.node(name)
                .strings("compatible", "arm,pl011", "arm,primecell")
                .cells64("reg", BASE, SIZE)
                .cells("interrupts", SPI, INTID - FIRST_SPI, LEVEL_HIGH)
                .cells("clocks", CLOCK_PHANDLE, CLOCK_PHANDLE)
                .strings("clock-names", "uartclk", "apb_pclk");
        tree.node("chosen").strings("stdout-path", "/" + name);
    }
}
