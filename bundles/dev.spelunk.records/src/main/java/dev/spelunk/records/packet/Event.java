// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

/** Bits of the Events packet (DDI 0487, D18.2.6). Implementation defined bits have no name here. */
public enum Event {
    GENERATED_EXCEPTION(0, "EXCEPTION-GEN"),
    RETIRED(1, "RETIRED"),
    L1D_ACCESS(2, "L1D-ACCESS"),
    /** L1D refill; from FEAT_SPEv1p4 L1D miss. */
    L1D_REFILL(3, "L1D-REFILL"),
    TLB_ACCESS(4, "TLB-ACCESS"),
    /** perf prints a translation table walk as a refill of the TLB. */
    TLB_WALK(5, "TLB-REFILL"),
    /** Branch not taken, or the condition of a select or compare failed. */
    NOT_TAKEN(6, "NOT-TAKEN"),
    MISPREDICTED(7, "MISPRED"),
    LAST_LEVEL_CACHE_ACCESS(8, "LLC-ACCESS"),
    LAST_LEVEL_CACHE_MISS(9, "LLC-REFILL"),
    REMOTE_ACCESS(10, "REMOTE-ACCESS"),
    /** FEAT_SPEv1p1. */
    MISALIGNED(11, "ALIGNMENT"),
    /** FEAT_SPEv1p1 with SVE or SME. */
    PARTIAL_PREDICATE(17, "SVE-PARTIAL-PRED"),
    /** FEAT_SPEv1p1 with SVE or SME. */
    EMPTY_PREDICATE(18, "SVE-EMPTY-PRED"),
    /** 19 to 23: FEAT_SPEv1p4. */
    L2D_ACCESS(19, "L2D-ACCESS"),
    L2D_MISS(20, "L2D-MISS"),
    CACHE_DATA_MODIFIED(21, "HITM"),
    RECENTLY_FETCHED(22, "LFB"),
    DATA_SNOOPED(23, "SNOOPED"),
    /** 24 and 25: FEAT_SPE_SME. */
    STREAMING_SVE_MODE(24, "STREAMING-SVE"),
    SMCU(25, "SMCU");

    private static final Event[] VALUES = values();

    private final long mask;
    private final String label;

    Event(int bit, String label) {
        this.mask = 1L << bit;
        this.label = label;
    }

    /** The bit of the payload, as a mask. */
    public long mask() {
        return mask;
    }

    /** Whether the payload of an Events packet has this event. */
    public boolean in(long events) {
        return (events & mask) != 0;
    }

    /** The name of a bit; one that has none is IMPLEMENTATION DEFINED or newer than this. */
    public static String name(int bit) {
        for (Event event : VALUES) {
            if (event.mask == 1L << bit) {
                return event.label;
            }
        }
        return "event " + bit;
    }

    /** The name in a printed packet. */
    public String label() {
        return label;
    }

    static void describe(long events, StringBuilder out) {
        out.append("EV");
        for (Event event : VALUES) {
            if (event.in(events)) {
                out.append(' ').append(event.label);
            }
        }
    }
}
