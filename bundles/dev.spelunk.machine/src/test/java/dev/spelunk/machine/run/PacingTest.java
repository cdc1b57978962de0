// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Idle time against a clock of the test's own. */
class PacingTest {
    private long now;
    private long late;
    private final Pacing pacing = new Pacing(() -> now, nanoseconds -> now += nanoseconds + late);

    private long passed(long cycles) {
        long passed = 0;
        while (passed < cycles) {
            passed += pacing.pass(cycles - passed, false);
        }
        return passed;
    }

    @Test
    void idleTimeLastsAsLongOnTheHost() {
        assertThat(passed(1_000_000_000)).isEqualTo(1_000_000_000);
        assertThat(now).isEqualTo(1_000_000_000);
    }

    @Test
    void catchesUpWhenTheHostWakesLate() {
        late = 3_000_000;
        passed(1_000_000_000);
        assertThat(now).isBetween(1_000_000_000L, 1_000_000_000L + 2 * late);
    }

    @Test
    void doesNotCatchUpWithALongSleepOfTheHost() {
        late = 10_000_000_000L;
        passed(1);
        late = 0;
        long woke = now;
        passed(1_000_000_000);
        assertThat(now - woke).isEqualTo(1_000_000_000 - Pacing.LATEST);
    }

    @Test
    void aKeyPressDoesNotWaitLongerThanAStretch() {
        assertThat(pacing.pass(Long.MAX_VALUE, false)).isEqualTo(Pacing.STRETCH);
        long before = now;
        pacing.pass(Long.MAX_VALUE, true);
        assertThat(now).isEqualTo(before);
    }
}
