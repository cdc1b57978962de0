// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.pmu.RetiredEvent;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PmuState;
import dev.spelunk.api.wiring.PeContext;

/** When the counters of one PE overflow: derived from their registers in {@link #update}. */
final class MonitoredPe {
    private final PeContext context;
    private Counters counters;
    /** Value of PeState.executed, and of the clock, at which a counter overflows. */
    private long operations = Long.MAX_VALUE;

    private long cycles = Long.MAX_VALUE;

    MonitoredPe(PeContext context) {
        this.context = context;
        counters = new Counters(context.architecture);
    }

    /** Brings counters up to date, decides anew what counts, and looks for the next overflow. @return level of PMUIRQ */
    boolean update() {
        if (counters.architecture != context.architecture) {
            counters = new Counters(context.architecture);
        }
        operations = Long.MAX_VALUE;
        cycles = Long.MAX_VALUE;
        PmuState pmu = context.pe.pmu;
        if (pmu.active == 0
                && context.register(SystemRegister.PMCNTENSET_EL0) == 0
                && context.register(SystemRegister.PMOVSSET_EL0) == 0) {
            return false;
        }
        counters.synchronize(context);
        counters.evaluate(context);
        for (long left = pmu.counted; left != 0; left &= left - 1) {
            pmu.retiredLimit[Long.numberOfTrailingZeros(left)] = Long.MAX_VALUE;
        }
        for (int left = pmu.active; left != 0; left &= left - 1) {
            await(Integer.numberOfTrailingZeros(left));
        }
        return counters.rules.interrupts(context);
    }

    private void await(int counter) {
        PeState pe = context.pe;
        PmuEvent event = counters.event(context, counter);
        long times = counters.untilOverflow(context, counter);
        if (times == Long.MAX_VALUE) {
            return;
        }
        if (event instanceof RetiredEvent retired) {
            long[] limits = pe.pmu.retiredLimit;
            int index = retired.ordinal();
            limits[index] = Math.min(limits[index], later(retired.happened(pe), times));
        }
        operations = Math.min(operations, later(pe.executed, event.operationsUntil(pe, times)));
        cycles = Math.min(cycles, later(CommonEvent.cycles(pe), event.cyclesUntil(pe, times)));
    }

    private static long later(long now, long by) {
        return by > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + by;
    }

    /**
     * Virtual time in cycles at which {@link #update} must be called, or earlier than that where the host takes time
     * for itself; Long.MAX_VALUE for never. Events that neither operations nor cycles decide say themselves that they
     * have happened.
     */
    long deadline() {
        PeState pe = context.pe;
        long left = Math.min(left(operations, pe.executed), left(cycles, CommonEvent.cycles(pe)));
        if (left <= 0) {
            return pe.cycles();
        }
        // Neither operations nor cycles are counted while the PE waits.
        return pe.waiting ? Long.MAX_VALUE : later(pe.cycles(), left);
    }

    private static long left(long at, long now) {
        return at == Long.MAX_VALUE ? Long.MAX_VALUE : at - now;
    }
}
