// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

/** Architected indexes of the Counter packet (DDI 0487, D18.2.3). */
public enum CounterIndex {
    /** Dispatch to completion, in CPU cycles. */
    TOTAL_LATENCY(0, "TOT"),
    /** Dispatch to issue. */
    ISSUE_LATENCY(1, "ISSUE"),
    /** Translation of a load's, store's or atomic's address. */
    TRANSLATION_LATENCY(2, "XLAT"),
    /** Issue latency in the alternate clock (FEAT_SPE_ALTCLK). */
    ALTERNATE_ISSUE_LATENCY(4, "ALT-ISSUE");

    private static final CounterIndex[] BY_INDEX = new CounterIndex[32];

    static {
        for (CounterIndex c : values()) {
            BY_INDEX[c.index] = c;
        }
    }

    private final int index;
    private final String label;

    CounterIndex(int index, String label) {
        this.index = index;
        this.label = label;
    }

    /** Index of the packet header. */
    public int index() {
        return index;
    }

    /** The name in a printed packet. */
    String label() {
        return label;
    }

    /** The architected counter of an index, 0 to 31, or null. */
    static CounterIndex of(int index) {
        return BY_INDEX[index];
    }
}
