// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queue of deadlines")
class DeadlinesTest {
    @Test
    @DisplayName("is empty at first, and when the last deadline is taken back")
    void empty() {
        Deadlines deadlines = new Deadlines(2);
        assertThat(deadlines.next(1)).isEqualTo(Long.MAX_VALUE);
        deadlines.set(3, 1, 10);
        assertThat(deadlines.next(0)).as("another PE's time").isEqualTo(Long.MAX_VALUE);
        assertThat(deadlines.next(1)).isEqualTo(10);
        assertThat(deadlines.first(1)).isEqualTo(3);
        deadlines.clear(3);
        assertThat(deadlines.next(1)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @DisplayName(
            "has the earliest deadline first, and of equal ones that of the first device, whatever was said before")
    void ordered() {
        SplittableRandom random = new SplittableRandom(20261130);
        Deadlines deadlines = new Deadlines(2);
        long[][] said = new long[2][7];
        for (long[] times : said) {
            Arrays.fill(times, Long.MAX_VALUE);
        }
        for (int i = 0; i < 100_000; i++) {
            int device = random.nextInt(7);
            int pe = random.nextInt(2);
            said[pe][device] = random.nextInt(5) == 0 ? Long.MAX_VALUE : random.nextInt(12);
            deadlines.set(device, pe, said[pe][device]);
            long earliest = Arrays.stream(said[pe]).min().orElseThrow();
            assertThat(deadlines.next(pe)).isEqualTo(earliest);
            if (earliest != Long.MAX_VALUE) {
                int first = 0;
                while (said[pe][first] != earliest) {
                    first++;
                }
                assertThat(deadlines.first(pe)).isEqualTo(first);
            }
        }
    }
}
