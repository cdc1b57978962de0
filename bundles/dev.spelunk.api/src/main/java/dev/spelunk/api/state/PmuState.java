// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

import java.util.Arrays;

/**
 * The state of the Performance Monitoring Unit of one PE that is not in a system register (DDI 0487, D13): what
 * happened so far of what it can count, and up to where its counters have counted that.
 */
public final class PmuState {
    /** Index of the cycle counter, as in PMCNTENSET_EL0. */
    public static final int CYCLE_COUNTER = 31;

    /** Numbers of the events that the PE itself counts (DDI 0487, D14.3). */
    public static final int EXC_TAKEN = 0x09;

    public static final int EXC_RETURN = 0x0A;
    public static final int CID_WRITE_RETIRED = 0x0B;
    public static final int TTBR_WRITE_RETIRED = 0x1C;

    /** How many events can have a counter of their own here. */
    public static final int EVENTS = 64;

    /** The numbers of the events that have happened, in the order in which they did first; 0 ends them. */
    public final long[] numbers = new long[EVENTS];
    /** How often each of {@link #numbers} happened since the machine began, whether counted or not. */
    public final long[] happened = new long[EVENTS];
    /** For each counter the value of what it counts up to which its register has counted. */
    public final long[] countedUpTo = new long[CYCLE_COUNTER + 1];
    /** The counters that count now, by bits as in PMCNTENSET_EL0. */
    public int active;

    /** How many events of executed instructions there can be. */
    public static final int RETIRED_EVENTS = 48;

    /**
     * What the counters that count now count of executed instructions, by bits at the ordinals of {@code RetiredEvent}.
     * The PE counts these; 0, as it nearly always is, costs it nothing.
     */
    public long counted;
    /** How often each of these events happened while its bit was in {@link #counted}. */
    public final long[] retired = new long[RETIRED_EVENTS];
    /** For each the value of {@link #retired} at which the PE sets {@code PeState.CHANGED_EVENTS}. */
    public final long[] retiredLimit = new long[RETIRED_EVENTS];

    public PmuState() {
        Arrays.fill(retiredLimit, Long.MAX_VALUE);
    }

    /** Nothing is counted from here on. */
    void reset() {
        active = 0;
        counted = 0;
    }

    /** How often the event of that number has happened, as far as somebody counts it here. */
    public long happened(int number) {
        for (int i = 0; i < EVENTS && numbers[i] != 0; i++) {
            if (numbers[i] == number) {
                return happened[i];
            }
        }
        return 0;
    }

    /**
     * The event of that number has happened once more.
     *
     * @param number not 0
     * @throws IllegalStateException when more than {@link #EVENTS} events are counted
     */
    void count(int number) {
        happened[place(number)]++;
    }

    /**
     * The index in {@link #happened} at which an event is counted; that number's own from now on.
     *
     * @param number not 0
     * @throws IllegalStateException when more than {@link #EVENTS} events are counted
     */
    public int place(int number) {
        for (int i = 0; i < EVENTS; i++) {
            if (numbers[i] == number || numbers[i] == 0) {
                numbers[i] = number;
                return i;
            }
        }
        throw new IllegalStateException("more than " + EVENTS + " events have a counter of their own");
    }
}
