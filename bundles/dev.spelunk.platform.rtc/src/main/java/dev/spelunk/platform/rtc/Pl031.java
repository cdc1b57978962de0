// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.rtc;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;

/**
 * A PL031 real-time clock (DDI 0224, r1p3): seconds since 1970 that go with the system counter, from the time that the
 * run says on, and one alarm. Firmware has started it: RTCCR reads 1, and nothing stops it.
 */
final class Pl031 implements Device {
    static final long BASE = 0x0901_0000L;
    static final int INTID = 34;

    private static final long SIZE = 0x1000;
    private static final int SPI = 0;
    private static final int FIRST_SPI = 32;
    private static final int LEVEL_HIGH = 4;

    /** The board's clock for peripherals, of which each of them makes the same node. */
    private static final String CLOCK = "apb-pclk";

    private static final int CLOCK_PHANDLE = 0x8000;
    private static final int CLOCK_HZ = 24_000_000;

    private static final int DR = 0x00;
    private static final int MR = 0x04;
    private static final int LR = 0x08;
    private static final int CR = 0x0C;
    private static final int IMSC = 0x10;
    private static final int RIS = 0x14;
    private static final int MIS = 0x18;
    private static final int ICR = 0x1C;
    private static final int PERIPHID0 = 0xFE0;
    /** RTCPeriphID0..3, then RTCPCellID0..3. */
    private static final int[] IDENTIFICATION = {0x31, 0x10, 0x04, 0x00, 0x0D, 0xF0, 0x05, 0xB1};

    private static final long WORD = 0xFFFF_FFFFL;

    // Words of the state.
    private static final int STARTED = 0;
    /** What RTCDR was when the system counter was 0. */
    private static final int OFFSET = 1;

    private static final int MATCH = 2;
    private static final int LOAD = 3;
    private static final int MASK = 4;
    private static final int RAW = 5;
    private static final int LINE = 6;
    /** Seconds of the system counter at which RTCDR next equals RTCMR. */
    private static final int ALARM = 7;

    private static final int WORDS = 8;

    private final DeviceContext device;
    private final StateBlock state;

    Pl031(DeviceContext device) {
        this.device = device;
        state = device.machine().block("pl031", WORDS, 0);
        if (state.words[STARTED] == 0) {
            state.words[STARTED] = 1;
            state.words[OFFSET] = device.peripherals().clock().getEpochSecond();
            state.words[LOAD] = state.words[OFFSET] & WORD;
            compare();
        }
    }

    @Override
    public long base() {
        return BASE;
    }

    @Override
    public long size() {
        return SIZE;
    }

    /** Seconds that the system counter has counted, as the first PE observes it. */
    private long seconds() {
        return seconds(0);
    }

    private long seconds(int pe) {
        return device.machine().count(device.pes()[pe].pe.cycles()) / MachineState.COUNTER_FREQUENCY;
    }

    /** RTCDR. */
    private long now() {
        return state.words[OFFSET] + seconds() & WORD;
    }

    @Override
    public void advance(int pe) {
        if (seconds(pe) >= state.words[ALARM]) {
            state.words[RAW] = 1;
            state.words[ALARM] += WORD + 1;
        }
        boolean level = (state.words[RAW] & state.words[MASK]) != 0;
        if (level != (state.words[LINE] != 0)) {
            state.words[LINE] = level ? 1 : 0;
            device.setLine(0, INTID, level);
        }
        long due = state.words[MASK] == 0 || state.words[RAW] != 0
                ? Long.MAX_VALUE
                : state.words[ALARM] * MachineState.COUNTER_FREQUENCY * MachineState.CYCLES_PER_TICK;
        for (int any = 0; any < device.pes().length; any++) {
            device.deadline(any, due);
        }
    }

    /** RTCDR or RTCMR has another value. */
    private void compare() {
        state.words[ALARM] = seconds() + (state.words[MATCH] - now() & WORD);
    }

    @Override
    public long read(long offset, int size) {
        advance(0);
        long word = readWord((int) offset & ~3);
        return word >>> 8 * (offset & 3) & (size >= 4 ? WORD : (1L << 8 * size) - 1);
    }

    private long readWord(int register) {
        switch (register) {
            case DR:
                return now();
            case MR:
                return state.words[MATCH];
            case LR:
                return state.words[LOAD];
            case CR:
                return 1;
            case IMSC:
                return state.words[MASK];
            case RIS:
                return state.words[RAW];
            case MIS:
                return state.words[RAW] & state.words[MASK];
            default:
                int id = register - PERIPHID0 >> 2;
                return id >= 0 && id < IDENTIFICATION.length ? IDENTIFICATION[id] : 0;
        }
    }

    @Override
    public void write(long offset, int size, long value) {
        advance(0);
        switch ((int) offset) {
            case MR:
                state.words[MATCH] = value & WORD;
                compare();
                break;
            case LR:
                state.words[LOAD] = value & WORD;
                state.words[OFFSET] = value - seconds() & WORD;
                compare();
                break;
            case IMSC:
                state.words[MASK] = value & 1;
                break;
            case ICR:
                state.words[RAW] &= ~value;
                break;
            default:
                break;
        }
        advance(0);
    }

    @Override
    public void describe(DeviceTree tree) {
        tree.node(CLOCK)
                .strings("compatible", "fixed-clock")
                .cells("#clock-cells", 0)
                .cells("clock-frequency", CLOCK_HZ)
                .strings("clock-output-names", "clk24mhz")
                .cells("phandle", CLOCK_PHANDLE);
        tree.node(String.format("pl031@%x", BASE))
                .strings("compatible", "arm,pl031", "arm,primecell")
                .cells64("reg", BASE, SIZE)
                .cells("interrupts", SPI, INTID - FIRST_SPI, LEVEL_HIGH)
                .cells("clocks", CLOCK_PHANDLE)
                .strings("clock-names", "apb_pclk");
    }
}
