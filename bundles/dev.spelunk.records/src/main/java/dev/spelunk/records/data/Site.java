// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.data;

import dev.spelunk.api.records.ProfileData.Sums;
import dev.spelunk.records.packet.CounterIndex;
import dev.spelunk.records.packet.Event;
import dev.spelunk.records.packet.OperationType;
import dev.spelunk.records.packet.SampleRecord;

/** What was sampled at one address of one Exception level and address space. */
public final class Site {
    final long address;
    final int el;
    final int space;
    long samples;
    private long total;
    private long issue;
    private long translation;
    private long refills;
    private long memory;
    private long walks;
    long mispredicted;
    long taken;
    long notTaken;
    /** The name of its function, or null; found when it is asked for. */
    String symbol;

    boolean looked;

    Site(long address, int el, int space) {
        this.address = address;
        this.el = el;
        this.space = space;
    }

    boolean is(long otherAddress, int otherEl, int otherSpace) {
        return address == otherAddress && el == otherEl && space == otherSpace;
    }

    void add(SampleRecord record, MemoryLevel level) {
        samples++;
        total += counter(record, CounterIndex.TOTAL_LATENCY);
        issue += counter(record, CounterIndex.ISSUE_LATENCY);
        translation += counter(record, CounterIndex.TRANSLATION_LATENCY);
        refills += record.is(Event.L1D_REFILL) ? 1 : 0;
        memory += level == MemoryLevel.MEMORY || level == MemoryLevel.REMOTE ? 1 : 0;
        walks += record.is(Event.TLB_WALK) ? 1 : 0;
        if (record.operationClass == OperationType.CLASS_BRANCH) {
            mispredicted += record.is(Event.MISPREDICTED) ? 1 : 0;
            if (record.is(Event.NOT_TAKEN)) {
                notTaken++;
            } else {
                taken++;
            }
        }
    }

    private static int counter(SampleRecord record, CounterIndex index) {
        return record.has(index) ? record.counter(index.index()) : 0;
    }

    Sums sums() {
        return new Sums(samples, total, issue, translation, refills, memory, walks, mispredicted);
    }
}
