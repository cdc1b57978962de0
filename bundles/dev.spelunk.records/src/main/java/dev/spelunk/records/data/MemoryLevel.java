// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import dev.spelunk.records.packet.Event;
import dev.spelunk.records.packet.SampleRecord;

/** Which level of the memory hierarchy answered a sampled operation, as its events tell (DDI 0487, D18.2.6). */
public enum MemoryLevel {
    NONE("no memory access"),
    L1("L1 data cache"),
    L2("L2 cache"),
    LAST_LEVEL("last level cache"),
    /** A refill of the first level, of which the events do not tell from where. */
    BEYOND_L1("beyond L1"),
    MEMORY("memory"),
    REMOTE("another socket");

    private final String label;

    MemoryLevel(String label) {
        this.label = label;
    }

    /** What people call it. */
    public String label() {
        return label;
    }

    /** Of a record. */
    public static MemoryLevel of(SampleRecord record) {
        if (record.is(Event.REMOTE_ACCESS)) {
            return REMOTE;
        }
        if (record.is(Event.LAST_LEVEL_CACHE_MISS)) {
            return MEMORY;
        }
        if (record.is(Event.LAST_LEVEL_CACHE_ACCESS)) {
            return LAST_LEVEL;
        }
        if (record.is(Event.L2D_ACCESS) && !record.is(Event.L2D_MISS)) {
            return L2;
        }
        if (record.is(Event.L1D_REFILL)) {
            return BEYOND_L1;
        }
        return record.is(Event.L1D_ACCESS) ? L1 : NONE;
    }
}
