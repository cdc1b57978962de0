// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.platform.GuestMemory;
import dev.spelunk.api.state.PhysicalMemory;

/** A guest's memory that is all of RAM. An access outside it fails the test: a device asks first. */
public final class CheckedMemory implements GuestMemory {
    private final PhysicalMemory memory;
    /** Accesses since the test set it to 0. */
    public long accesses;

    public CheckedMemory(PhysicalMemory memory) {
        this.memory = memory;
    }

    @Override
    public boolean contains(long address, long size) {
        return address >= memory.base
                && size >= 0
                && address - memory.base <= memory.ram.length
                && size <= memory.ram.length - (address - memory.base);
    }

    private int index(long address, long size) {
        accesses++;
        if (!contains(address, size)) {
            throw new AssertionError(String.format("the device reached 0x%x bytes at 0x%x", size, address));
        }
        return (int) (address - memory.base);
    }

    @Override
    public void read(long address, byte[] to, int at, int length) {
        System.arraycopy(memory.ram, index(address, length), to, at, length);
    }

    @Override
    public void write(long address, byte[] from, int at, int length) {
        System.arraycopy(from, at, memory.ram, index(address, length), length);
    }

    @Override
    public long read(long address, int size) {
        index(address, size);
        return memory.read(address, size);
    }

    @Override
    public void write(long address, int size, long value) {
        index(address, size);
        memory.write(address, size, value);
    }
}
