// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.pmu;

import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.state.PeState;

/**
 * The common events that every machine counts (DDI 0487, D14.3). Nothing is executed speculatively, so what is executed
 * is what is retired. An operation takes one cycle of virtual time and waits for nothing, so nothing ever stalls.
 */
enum CommonEvent implements PmuEvent {
    /** A write to PMSWINC_EL0 increments. */
    SW_INCR(0x0000, Total.NOTHING),
    INST_RETIRED(0x0008, Total.OPERATIONS),
    EXC_TAKEN(0x0009, Total.COUNTED),
    EXC_RETURN(0x000A, Total.COUNTED),
    CID_WRITE_RETIRED(0x000B, Total.COUNTED),
    CPU_CYCLES(0x0011, Total.CYCLES),
    INST_SPEC(0x001B, Total.OPERATIONS),
    TTBR_WRITE_RETIRED(0x001C, Total.COUNTED),
    /** An overflow of the counter before increments. */
    CHAIN(0x001E, Total.NOTHING),
    STALL_FRONTEND(0x0023, Total.NOTHING),
    STALL_BACKEND(0x0024, Total.NOTHING),
    OP_RETIRED(0x003A, Total.OPERATIONS),
    OP_SPEC(0x003B, Total.OPERATIONS),
    STALL(0x003C, Total.NOTHING);

    /** Where the number of an event's occurrences comes from. */
    private enum Total {
        /** Nothing happens by itself. */
        NOTHING,
        OPERATIONS,
        CYCLES,
        /** Whoever makes it happen counts it. */
        COUNTED
    }

    private final int number;
    private final Total total;

    CommonEvent(int number, Total total) {
        this.number = number;
        this.total = total;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public long happened(PeState pe) {
        return switch (total) {
            case OPERATIONS -> pe.executed;
            case CYCLES -> cycles(pe);
            case COUNTED -> pe.pmu.happened(number);
            default -> 0;
        };
    }

    @Override
    public long operationsUntil(PeState pe, long times) {
        return total == Total.OPERATIONS ? times : Long.MAX_VALUE;
    }

    @Override
    public long cyclesUntil(PeState pe, long times) {
        return total == Total.CYCLES ? times : Long.MAX_VALUE;
    }

    /** The clock stops while the PE waits in WFI or WFE. */
    static long cycles(PeState pe) {
        return pe.cycles() - pe.waitingCycles;
    }
}
