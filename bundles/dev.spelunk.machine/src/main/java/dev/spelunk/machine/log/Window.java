// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.api.machine.LogOptions;
import dev.spelunk.api.wiring.PeContext;

/** Which part of a run is logged. */
final class Window {
    private final LogOptions options;
    private final PeContext[] pes;

    Window(LogOptions options, PeContext[] pes) {
        this.options = options;
        this.pes = pes;
    }

    /** Operations executed over all PEs. */
    long executed() {
        long sum = 0;
        for (PeContext context : pes) {
            sum += context.pe.executed;
        }
        return sum;
    }

    /** Whether operations are of the part by their count. */
    boolean open() {
        long executed = executed();
        return executed >= options.from() && executed < options.to();
    }

    /** Whether operations at an Exception level are of the part. */
    boolean holds(int el) {
        return options.el() == LogOptions.ANY || options.el() == el;
    }

    /**
     * Whether an event is of the part.
     *
     * @param count operations over all PEs that had been executed before it
     */
    boolean holds(long count, long pc, int el) {
        return count >= options.from()
                && count < options.to()
                && holds(el)
                && Long.compareUnsigned(pc, options.first()) >= 0
                && Long.compareUnsigned(pc, options.last()) <= 0;
    }
}
