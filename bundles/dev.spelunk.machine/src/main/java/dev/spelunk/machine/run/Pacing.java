// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Makes the idle time of a machine, in virtual cycles of a nanosecond, last as long on the host. */
final class Pacing {
    /** Longest stretch of idle time at once: how long a key press may wait. */
    static final long STRETCH = 5_000_000;
    /** A host that is busy wakes late; the machine catches up, but not with what was longer ago than this. */
    static final long LATEST = 100_000_000;

    private final LongSupplier clock;
    private final LongConsumer sleep;
    /** Nanoseconds by which the machine's idle time is ahead of the host's. */
    private long ahead;

    Pacing(LongSupplier clock, LongConsumer sleep) {
        this.clock = clock;
        this.sleep = sleep;
    }

    /**
     * Lets idle time pass.
     *
     * @param cycles until something is due
     * @param hurry whether somebody waits for the machine
     * @return the cycles that have passed, at most {@link #STRETCH}
     */
    long pass(long cycles, boolean hurry) {
        long stretch = Math.min(cycles, STRETCH);
        ahead += stretch;
        if (ahead > 0 && !hurry) {
            long began = clock.getAsLong();
            sleep.accept(ahead);
            ahead = Math.max(ahead - (clock.getAsLong() - began), -LATEST);
        }
        return stretch;
    }
}
