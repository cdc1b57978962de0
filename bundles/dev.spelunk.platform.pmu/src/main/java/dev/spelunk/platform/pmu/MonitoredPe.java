// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PmuState;
import dev.spelunk.api.wiring.PeContext;

/** When the counters of one PE overflow: derived from their registers in {@link #update}. */
final class MonitoredPe {
    private final PeContext context;
    private Counters counters;
    /** Value of PeState.executed, and of the clock, at which a counter overflows. */
    private long operations = Long.MAX_VALUE;

    private long cycles = Long.MAX_VALUE;
    /** Counters whose events happen at the end of a run, and the counts at which they overflow. */
    private final Event[] events = new Event[PmuState.CYCLE_COUNTER];

    private final long[] counts = new long[PmuState.CYCLE_COUNTER];
    private int awaited;

    MonitoredPe(PeContext context) {
        this.context = context;
        counters = new Counters(context.architecture);
    }

    /** Brings counters up to date, decides anew what counts, and looks for the next overflow. @return level of PMUIRQ */
    boolean update() {
        if (counters.architecture != context.architecture) {
            counters = new Counters(context.architecture);
        }
        PmuState pmu = context.pe.pmu;
        if (pmu.active == 0
                && context.register(SystemRegister.PMCNTENSET_EL0) == 0
                && context.register(SystemRegister.PMOVSSET_EL0) == 0) {
            return false;
        }
        counters.synchronize(context);
        counters.evaluate(context);
        operations = Long.MAX_VALUE;
        cycles = Long.MAX_VALUE;
        awaited = 0;
        for (int left = pmu.active; left != 0; left &= left - 1) {
            await(Integer.numberOfTrailingZeros(left));
        }
        return counters.rules.interrupts(context);
    }

    private void await(int counter) {
        Event event = counters.event(context, counter);
        long happens = counters.untilOverflow(context, counter);
        long at = event.count(context) + happens;
        if (at < 0 || happens == Long.MAX_VALUE) {
            return;
        }
        switch (event.source) {
            case OPERATIONS:
                operations = Math.min(operations, at);
                break;
            case CYCLES:
                cycles = Math.min(cycles, at);
                break;
            case SOFTWARE:
                break;
            default:
                if (event == Event.SAMPLE_POP && context.pe.spu.enabled) {
                    // Every operation is a member of the population.
                    operations = Math.min(operations, context.pe.executed + happens);
                }
                events[awaited] = event;
                counts[awaited++] = at;
                break;
        }
    }

    /** Virtual time in cycles at which {@link #update} must be called; Long.MAX_VALUE for never. */
    long deadline() {
        long now = context.pe.cycles();
        for (int i = 0; i < awaited; i++) {
            if (events[i].count(context) >= counts[i]) {
                return now;
            }
        }
        if (operations == Long.MAX_VALUE && cycles == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        long left = Math.min(operations - context.pe.executed, cycles - Event.cycles(context));
        if (left <= 0) {
            return now;
        }
        // Neither operations nor cycles are counted while the PE waits.
        return context.pe.waiting || left > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + left;
    }
}
