// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.virtio;

import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.testkit.TestBoard;
import dev.spelunk.testkit.TestMachine;

/** A machine with one PE around the virtio devices. */
final class Bench extends TestBoard {
    VirtioSlots slots;

    Bench(Peripherals peripherals) {
        this(peripherals, 1 << 20);
    }

    Bench(Peripherals peripherals, int memory) {
        super(TestMachine.builder().ram(memory), peripherals);
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

    /** Level of a slot's interrupt. */
    boolean interrupt(int slot) {
        return line(VirtioSlots.FIRST_INTID + slot);
    }

    /** Lets time pass. */
    void pass(long cycles) {
        pe.executed += cycles;
        slots.advance(0);
    }
}
