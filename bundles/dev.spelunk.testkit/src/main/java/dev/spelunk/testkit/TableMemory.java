// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.state.PhysicalMemory;

/** Physical memory that is given out for translation tables, from one address up. */
public final class TableMemory implements PageTables.Memory {
    private final PhysicalMemory memory;
    private long free;

    /** @param from address from which all memory is the tables' */
    public TableMemory(PhysicalMemory memory, long from) {
        this.memory = memory;
        free = from;
    }

    @Override
    public long load(long address) {
        return memory.read(address, 8);
    }

    @Override
    public void store(long address, long descriptor) {
        memory.write(address, 8, descriptor);
    }

    @Override
    public long allocate(long bytes, long alignment) {
        long at = free + alignment - 1 & -alignment;
        free = at + bytes;
        if (free > memory.base + memory.ram.length) {
            throw new IllegalStateException("the test needs more memory");
        }
        return at;
    }
}
