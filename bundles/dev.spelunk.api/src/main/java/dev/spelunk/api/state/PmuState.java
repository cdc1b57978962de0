// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/**
 * The state of the Performance Monitoring Unit of one PE that is not in a system register (DDI 0487, D13): what
 * happened so far of what it can count, and up to where its counters have counted that.
 */
public final class PmuState {
    /** Index of the cycle counter, as in PMCNTENSET_EL0. */
    public static final int CYCLE_COUNTER = 31;

    /** Indices of {@link #events}: events that nothing else of a PE's state counts. */
    public static final int EXC_TAKEN = 0;

    public static final int EXC_RETURN = 1;
    public static final int CID_WRITE_RETIRED = 2;
    public static final int TTBR_WRITE_RETIRED = 3;

    /** How often each happened since the machine began, whether counted or not. */
    public final long[] events = new long[4];
    /** For each counter the value of what it counts up to which its register has counted. */
    public final long[] countedUpTo = new long[CYCLE_COUNTER + 1];
    /** The counters that count now, by bits as in PMCNTENSET_EL0. */
    public int active;
}
