// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import dev.spelunk.api.registers.fields.PMSEVFR_EL1;

/** Bits of the Events packet (DDI 0487, D18.2.6). Implementation defined bits have no name here. */
public enum Event {
    GENERATED_EXCEPTION(PMSEVFR_EL1.GENERATED_EXCEPTION, "EXCEPTION-GEN"),
    RETIRED(PMSEVFR_EL1.RETIRED, "RETIRED"),
    L1D_ACCESS(PMSEVFR_EL1.L1D_ACCESS, "L1D-ACCESS"),
    /** L1D refill; from FEAT_SPEv1p4 L1D miss. */
    L1D_REFILL(PMSEVFR_EL1.L1D_REFILL, "L1D-REFILL"),
    TLB_ACCESS(PMSEVFR_EL1.TLB_ACCESS, "TLB-ACCESS"),
    /** perf prints a translation table walk as a refill of the TLB. */
    TLB_WALK(PMSEVFR_EL1.TLB_WALK, "TLB-REFILL"),
    /** Branch not taken, or the condition of a select or compare failed. */
    NOT_TAKEN(PMSEVFR_EL1.NOT_TAKEN, "NOT-TAKEN"),
    MISPREDICTED(PMSEVFR_EL1.MISPREDICTED, "MISPRED"),
    LAST_LEVEL_CACHE_ACCESS(PMSEVFR_EL1.LAST_LEVEL_CACHE_ACCESS, "LLC-ACCESS"),
    LAST_LEVEL_CACHE_MISS(PMSEVFR_EL1.LAST_LEVEL_CACHE_MISS, "LLC-REFILL"),
    REMOTE_ACCESS(PMSEVFR_EL1.REMOTE_ACCESS, "REMOTE-ACCESS"),
    /** FEAT_SPEv1p1. */
    MISALIGNED(PMSEVFR_EL1.MISALIGNED, "ALIGNMENT"),
    /** Transactional state (FEAT_TME). */
    TRANSACTIONAL(PMSEVFR_EL1.TRANSACTIONAL, "TXN"),
    /** FEAT_SPEv1p1 with SVE or SME. */
    PARTIAL_PREDICATE(PMSEVFR_EL1.PARTIAL_PREDICATE, "SVE-PARTIAL-PRED"),
    /** FEAT_SPEv1p1 with SVE or SME. */
    EMPTY_PREDICATE(PMSEVFR_EL1.EMPTY_PREDICATE, "SVE-EMPTY-PRED"),
    /** 19 to 23: FEAT_SPEv1p4. */
    L2D_ACCESS(PMSEVFR_EL1.L2D_ACCESS, "L2D-ACCESS"),
    L2D_MISS(PMSEVFR_EL1.L2D_MISS, "L2D-MISS"),
    CACHE_DATA_MODIFIED(PMSEVFR_EL1.CACHE_DATA_MODIFIED, "HITM"),
    RECENTLY_FETCHED(PMSEVFR_EL1.RECENTLY_FETCHED, "LFB"),
    DATA_SNOOPED(PMSEVFR_EL1.DATA_SNOOPED, "SNOOPED"),
    /** 24 and 25: FEAT_SPE_SME. */
    STREAMING_SVE_MODE(PMSEVFR_EL1.STREAMING_SVE_MODE, "STREAMING-SVE"),
    SMCU(PMSEVFR_EL1.SMCU, "SMCU");

    private static final Event[] VALUES = values();

    private final long mask;
    private final String label;

    Event(long mask, String label) {
        this.mask = mask;
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
