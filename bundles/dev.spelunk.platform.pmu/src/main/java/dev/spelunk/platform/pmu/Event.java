// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.state.PmuState;
import dev.spelunk.api.state.SpuState;
import dev.spelunk.api.wiring.PeContext;

/**
 * The common events that are counted (DDI 0487, D14.3). Nothing is executed speculatively, so what is executed
 * is what is retired. An operation takes one cycle of virtual time and waits for nothing, so nothing ever stalls.
 */
enum Event {
    SW_INCR(0x0000, Source.SOFTWARE, 0),
    INST_RETIRED(0x0008, Source.OPERATIONS, 0),
    EXC_TAKEN(0x0009, Source.EVENTS, PmuState.EXC_TAKEN),
    EXC_RETURN(0x000A, Source.EVENTS, PmuState.EXC_RETURN),
    CID_WRITE_RETIRED(0x000B, Source.EVENTS, PmuState.CID_WRITE_RETIRED),
    CPU_CYCLES(0x0011, Source.CYCLES, 0),
    INST_SPEC(0x001B, Source.OPERATIONS, 0),
    TTBR_WRITE_RETIRED(0x001C, Source.EVENTS, PmuState.TTBR_WRITE_RETIRED),
    CHAIN(0x001E, Source.SOFTWARE, 0),
    STALL_FRONTEND(0x0023, Source.SOFTWARE, 0),
    STALL_BACKEND(0x0024, Source.SOFTWARE, 0),
    OP_RETIRED(0x003A, Source.OPERATIONS, 0),
    OP_SPEC(0x003B, Source.OPERATIONS, 0),
    STALL(0x003C, Source.SOFTWARE, 0),
    SAMPLE_POP(0x4000, Source.SAMPLES, SpuState.SAMPLE_POP),
    SAMPLE_FEED(0x4001, Source.SAMPLES, SpuState.SAMPLE_FEED),
    SAMPLE_FILTRATE(0x4002, Source.SAMPLES, SpuState.SAMPLE_FILTRATE),
    SAMPLE_COLLISION(0x4003, Source.SAMPLES, SpuState.SAMPLE_COLLISION),
    SAMPLE_FEED_DS(0x8122, Source.SAMPLES, SpuState.SAMPLE_FEED_DS),
    SAMPLE_BUFFER_FULL(0x8123, Source.SAMPLES, SpuState.BUFFER_FULL),
    SAMPLE_FEED_BR(0x812A, Source.SAMPLES, SpuState.SAMPLE_FEED_BR),
    SAMPLE_FEED_LD(0x812B, Source.SAMPLES, SpuState.SAMPLE_FEED_LD),
    SAMPLE_FEED_ST(0x812C, Source.SAMPLES, SpuState.SAMPLE_FEED_ST),
    SAMPLE_FEED_OP(0x812D, Source.SAMPLES, SpuState.SAMPLE_FEED_OP),
    SAMPLE_FEED_EVENT(0x812E, Source.SAMPLES, SpuState.SAMPLE_FEED_EVENT),
    SAMPLE_FEED_LAT(0x812F, Source.SAMPLES, SpuState.SAMPLE_FEED_LAT),
    SAMPLE_FEED_FP(0x8348, Source.SAMPLES, SpuState.SAMPLE_FEED_FP),
    SAMPLE_FEED_SIMD(0x8349, Source.SAMPLES, SpuState.SAMPLE_FEED_SIMD);

    /** Where the number of an event's occurrences comes from. */
    enum Source {
        /** Nothing happens by itself: another counter or a write increments, or nothing does. */
        SOFTWARE,
        OPERATIONS,
        CYCLES,
        EVENTS,
        SAMPLES
    }

    /** First of the second range of common events in PMCEID0_EL0 and PMCEID1_EL0. */
    private static final int SECOND_RANGE = 0x4000;

    private static final Event[] ALL = values();

    final int number;
    final Source source;
    private final int index;

    Event(int number, Source source, int index) {
        this.number = number;
        this.source = source;
        this.index = index;
    }

    /** The event of that number in a machine of that architecture; null when it is not counted. */
    static Event of(Architecture architecture, int number) {
        for (Event event : ALL) {
            if (event.number == number) {
                return event.isIn(architecture) ? event : null;
            }
        }
        return null;
    }

    private boolean isIn(Architecture a) {
        return source != Source.SAMPLES
                || a.profiling() != null
                        && a.has("FEAT_PMUv3p1")
                        && a.profiling().pmuEvents().containsKey(number);
    }

    /** PMCEID0_EL0, or PMCEID1_EL0. */
    static long identification(Architecture architecture, int register) {
        long value = 0;
        for (Event event : ALL) {
            int first = event.number & 0x1F;
            if ((event.number & ~SECOND_RANGE) >>> 5 == register && event.isIn(architecture)) {
                value |= 1L << first + (event.number >= SECOND_RANGE ? 32 : 0);
            }
        }
        return value;
    }

    /** How often it has happened on that PE since the machine began. */
    long count(PeContext c) {
        switch (source) {
            case OPERATIONS:
                return c.pe.executed;
            case CYCLES:
                return cycles(c);
            case EVENTS:
                return c.pe.pmu.events[index];
            case SAMPLES:
                return c.pe.spu.counters[index];
            default:
                return 0;
        }
    }

    /** The clock stops while the PE waits in WFI or WFE. */
    static long cycles(PeContext c) {
        return c.pe.cycles() - c.pe.waitingCycles;
    }
}
