// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.pmu.RetiredEvent;
import java.util.SortedMap;
import java.util.TreeMap;

/** Every event that the counters of one machine can count: the common ones, those of executed instructions, and what its parts bring. */
final class CountableEvents {
    /** First of the second range of common events in PMCEID0_EL0 and PMCEID1_EL0. */
    private static final int SECOND_RANGE = 0x4000;
    /** Events of one of the ranges in one of the registers. */
    private static final int RANGE = 32;

    private final SortedMap<Integer, PmuEvent> all = new TreeMap<>();

    CountableEvents(Architecture architecture) {
        for (PmuEvent event : CommonEvent.values()) {
            all.put(event.number(), event);
        }
        for (PmuEvent event : RetiredEvent.values()) {
            all.put(event.number(), event);
        }
        all.putAll(architecture.pmuEvents());
    }

    /** The event of that number; null when nothing counts it. */
    PmuEvent get(int number) {
        return all.get(number);
    }

    /** PMCEID0_EL0, or PMCEID1_EL0: a bit for each event of a range that is counted. */
    long identification(int register) {
        long value = 0;
        for (int n = 0; n < RANGE; n++) {
            int number = register * RANGE + n;
            value |= all.containsKey(number) ? 1L << n : 0;
            value |= all.containsKey(SECOND_RANGE + number) ? 1L << RANGE + n : 0;
        }
        return value;
    }
}
