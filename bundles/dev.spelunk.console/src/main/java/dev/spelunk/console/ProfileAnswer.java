// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import dev.spelunk.api.machine.Machine;

/**
 * The profile so far. To count it takes time, so browsers that ask often share an answer: before a new one is made, it is a
 * hundred times as old as it took, or ten seconds. So it costs a hundredth of a processor, however many look.
 */
final class ProfileAnswer {
    private static final long TIMES = 100;
    private static final long LEAST_NANOSECONDS = 1_000_000_000L;
    private static final long MOST_NANOSECONDS = 10_000_000_000L;

    private final Desk desk;
    private Machine of;
    private Desk.State at;
    private String text;
    private long made;
    private long took;

    ProfileAnswer(Desk desk) {
        this.desk = desk;
    }

    synchronized String text() {
        Machine machine = desk.machine();
        Desk.State state = desk.state();
        long now = System.nanoTime();
        if (text == null
                || machine != of
                || state != at
                || now - made > Math.min(MOST_NANOSECONDS, Math.max(LEAST_NANOSECONDS, TIMES * took))) {
            text = desk.standing(() -> desk.host().profile()).get();
            of = machine;
            at = state;
            made = System.nanoTime();
            took = made - now;
        }
        return text;
    }
}
