// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.parts.DeviceContext;
import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A machine with one PE around the virtio devices, whose memory fails a test that reaches outside it. */
final class Bench implements DeviceContext {
    static final long RAM = 0x4000_0000L;

    final MachineState machine;
    final PeContext context;
    final boolean[] lines = new boolean[VirtioSlots.FIRST_INTID + 32];
    /** INTIDs of the lines that rose, in order. */
    final List<Integer> edges = new ArrayList<>();

    final Deque<Integer> keys = new ArrayDeque<>();
    final List<Integer> terminal = new ArrayList<>();
    /** Calls of the memory since someone set it to 0. */
    long memoryCalls;

    private final Peripherals peripherals;
    VirtioSlots slots;

    Bench(Peripherals peripherals) {
        this(peripherals, 1 << 20);
    }

    Bench(Peripherals peripherals, int memory) {
        this.peripherals = peripherals;
        machine = new MachineState(1, new PhysicalMemory(RAM, memory), 1);
        context = new PeContext(machine, machine.pes[0]);
        renew();
    }

    /** New devices over the same state, as after a swap of the part. */
    void renew() {
        slots = new VirtioSlots(this);
    }

    long read(int slot, int offset) {
        return slots.read((long) slot * VirtioSlots.SLOT_SIZE + offset, 4);
    }

    void write(int slot, int offset, long value) {
        slots.write((long) slot * VirtioSlots.SLOT_SIZE + offset, 4, value);
    }

    boolean line(int slot) {
        return lines[VirtioSlots.FIRST_INTID + slot];
    }

    /** Lets time pass. */
    void pass(long cycles) {
        context.pe.executed += cycles;
        slots.advance(0);
    }

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
        if (level && !lines[intid]) {
            edges.add(intid);
        }
        lines[intid] = level;
    }

    @Override
    public void console(int value) {
        terminal.add(value);
    }

    @Override
    public int consoleInput() {
        return keys.isEmpty() ? -1 : keys.remove();
    }

    @Override
    public Peripherals peripherals() {
        return peripherals;
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    final GuestMemory memory = new GuestMemory() {
        @Override
        public boolean contains(long address, long size) {
            return address >= RAM
                    && size >= 0
                    && address - RAM <= machine.memory.ram.length
                    && size <= machine.memory.ram.length - (address - RAM);
        }

        private int index(long address, long size) {
            memoryCalls++;
            if (!contains(address, size)) {
                throw new AssertionError(String.format("the device reached 0x%x bytes at 0x%x", size, address));
            }
            return (int) (address - RAM);
        }

        @Override
        public void read(long address, byte[] to, int at, int length) {
            System.arraycopy(machine.memory.ram, index(address, length), to, at, length);
        }

        @Override
        public void write(long address, byte[] from, int at, int length) {
            System.arraycopy(from, at, machine.memory.ram, index(address, length), length);
        }

        @Override
        public long read(long address, int size) {
            index(address, size);
            return machine.memory.read(address, size);
        }

        @Override
        public void write(long address, int size, long value) {
            index(address, size);
            machine.memory.write(address, size, value);
        }
    };
}
