// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.pmu.RetiredEvent;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PmuState;
import dev.spelunk.api.wiring.PeContext;

/**
 * Counts without a cost for each operation: a counter's register is brought up to date where something may
 * change or look at it, from what its event has happened since. What counts in between was decided by the last
 * {@link #evaluate}.
 */
final class Counters {
    private static final long LOW = 0xFFFF_FFFFL;
    private static final int EVENT_NUMBER = 0xFFFF;
    private static final int EVENT_NUMBER_V3P0 = 0x3FF;

    final CountingRules rules;
    final Architecture architecture;
    private final int eventNumber;
    private final CountableEvents events;

    Counters(Architecture architecture) {
        this.architecture = architecture;
        rules = new CountingRules(architecture);
        events = new CountableEvents(architecture);
        eventNumber = architecture.has("FEAT_PMUv3p1") ? EVENT_NUMBER : EVENT_NUMBER_V3P0;
    }

    /** What the counter counts; null when nothing. */
    PmuEvent event(PeContext c, int counter) {
        return counter == PmuState.CYCLE_COUNTER
                ? CommonEvent.CPU_CYCLES
                : events.get((int) c.register(PmuRegisters.type(counter)) & eventNumber);
    }

    /** Adds what has happened since the last call to the counters that count. */
    void synchronize(PeContext c) {
        PmuState pmu = c.pe.pmu;
        if (pmu.active == 0) {
            return;
        }
        if (c.sampler != null) {
            c.sampler.synchronize();
        }
        for (int left = pmu.active; left != 0; left &= left - 1) {
            int counter = Integer.numberOfTrailingZeros(left);
            PmuEvent event = event(c, counter);
            long happened = event == null ? 0 : event.happened(c.pe) - pmu.countedUpTo[counter];
            if (happened != 0) {
                pmu.countedUpTo[counter] += happened;
                add(c, counter, happened);
            }
        }
    }

    /** Decides anew which counters count from here on; they must be synchronized. */
    void evaluate(PeContext c) {
        PmuState pmu = c.pe.pmu;
        int active = 0;
        long counted = 0;
        for (long left = c.register(SystemRegister.PMCNTENSET_EL0); left != 0; left &= left - 1) {
            int counter = Long.numberOfTrailingZeros(left);
            PmuEvent event = rules.counts(c, counter) ? event(c, counter) : null;
            if (event != null) {
                active |= 1 << counter;
                pmu.countedUpTo[counter] = event.happened(c.pe);
                counted |= event instanceof RetiredEvent retired ? retired.bit() : 0;
            }
        }
        pmu.active = active;
        pmu.counted = counted;
    }

    /** A write to PMSWINC_EL0. */
    void softwareIncrement(PeContext c, long bits) {
        for (long left = bits & rules.accessMask(c) & c.pe.pmu.active & LOW >>> 1; left != 0; left &= left - 1) {
            int counter = Long.numberOfTrailingZeros(left);
            if (event(c, counter) == CommonEvent.SW_INCR) {
                add(c, counter, 1);
            }
        }
    }

    private void add(PeContext c, int counter, long happened) {
        int register = PmuRegisters.value(counter);
        long old = c.register(register);
        long value = old + happened;
        c.register(register, counter == PmuState.CYCLE_COUNTER || rules.longCounters() ? value : value & LOW);
        boolean overflowsLong = rules.overflowsLong(c, counter);
        long overflows = overflowsLong ? Long.compareUnsigned(value, old) < 0 ? 1 : 0 : (old & LOW) + happened >>> 32;
        if (overflows == 0) {
            return;
        }
        c.register(SystemRegister.PMOVSSET_EL0, c.register(SystemRegister.PMOVSSET_EL0) | 1L << counter);
        int next = counter + 1;
        if (!overflowsLong
                && (counter & 1) == 0
                && next < rules.counters
                && (c.pe.pmu.active >>> next & 1) != 0
                && event(c, next) == CommonEvent.CHAIN) {
            add(c, next, overflows);
        }
    }

    /** How often the event of a synchronized counter has to happen until it overflows; Long.MAX_VALUE for never. */
    long untilOverflow(PeContext c, int counter) {
        long value = c.register(PmuRegisters.value(counter));
        if (!rules.overflowsLong(c, counter)) {
            return (1L << 32) - (value & LOW);
        }
        return value < 0 ? -value : Long.MAX_VALUE;
    }
}
