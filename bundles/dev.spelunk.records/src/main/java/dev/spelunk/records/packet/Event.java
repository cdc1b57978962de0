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
    /** Transactional state (FEAT_TME). */
    TRANSACTIONAL(16, "TXN"),
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

    /** What an event is called of which the architecture says nothing, as perf calls it: {@code IMPDEF:12}. */
    private static final String UNNAMED = "IMPDEF:";

    /** The name of a bit on a PE; one that has none is IMPLEMENTATION DEFINED or newer than this. */
    public static String name(int bit, long midr) {
        for (Event event : VALUES) {
            if (event.mask == 1L << bit) {
                return event.label;
            }
        }
        String name = ImplementationEvents.name(bit, midr);
        return name == null ? UNNAMED + bit : name;
    }

    /** The name in a printed packet. */
    public String label() {
        return label;
    }

    /** Every event of a payload; the numbers of those that have no name come last. */
    static void describe(long events, long midr, StringBuilder out) {
        out.append("EV");
        long unnamed = events;
        for (Event event : VALUES) {
            if (event.in(events)) {
                out.append(' ').append(event.label);
                unnamed &= ~event.mask;
            }
        }
        String separator = " " + UNNAMED;
        StringBuilder numbers = new StringBuilder();
        for (; unnamed != 0; unnamed &= unnamed - 1) {
            int bit = Long.numberOfTrailingZeros(unnamed);
            String name = ImplementationEvents.name(bit, midr);
            if (name != null) {
                out.append(' ').append(name);
            } else {
                numbers.append(separator).append(bit);
                separator = ",";
            }
        }
        out.append(numbers);
    }
}
