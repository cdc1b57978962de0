// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.state.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** PMSICR_EL1 (DDI 0487, D17.3.4): the closed form against one member at a time. */
class IntervalCounterTest {
    /** Members at which samples fall, 1 for the first member. */
    private static List<Long> samples(long pmsicr, long pmsirr, boolean ernd, int count) {
        RandomStream random = new RandomStream(7, "jitter");
        List<Long> at = new ArrayList<>();
        long value = pmsicr;
        long members = 0;
        while (at.size() < count) {
            long before = IntervalCounter.membersBeforeStep(value, pmsirr, ernd);
            value = IntervalCounter.advance(value, pmsirr, ernd, before, random);
            value = IntervalCounter.step(value, pmsirr, ernd, random);
            members += before + 1;
            if ((value & IntervalCounter.SAMPLE) != 0) {
                at.add(members);
            }
            value &= ~IntervalCounter.SAMPLE;
        }
        return at;
    }

    private static List<Long> spacing(List<Long> samples) {
        List<Long> spacing = new ArrayList<>();
        for (int i = 1; i < samples.size(); i++) {
            spacing.add(samples.get(i) - samples.get(i - 1));
        }
        return spacing;
    }

    @Test
    @DisplayName("ECOUNT counts with RND = 1 only; otherwise it stays what it is, also where COUNT expires")
    void ecountWithoutRandom() {
        RandomStream random = new RandomStream(7, "jitter");
        long ecount = 5L << 56;
        assertThat(IntervalCounter.membersBeforeStep(ecount | 100, 0x100, true)).isEqualTo(99);
        assertThat(IntervalCounter.membersBeforeStep(ecount | 100, 0x101, true)).isEqualTo(4);
        assertThat(IntervalCounter.membersBeforeStep(100, 0x101, true)).isEqualTo(99);
        assertThat(IntervalCounter.step(ecount | 1, 0x100, true, random)).isEqualTo(ecount | IntervalCounter.SAMPLE);
        assertThat(IntervalCounter.step(ecount | 100, 0x100, true, random)).isEqualTo(ecount | 99);
    }

    @Test
    @DisplayName("Any way to cut members into stretches gives the same register and the same samples")
    void closedFormEqualsSteps() {
        Random choice = new Random(20261121);
        for (int round = 0; round < 300; round++) {
            boolean ernd = choice.nextBoolean();
            long pmsirr = (long) choice.nextInt(5) << 8 | choice.nextInt(2);
            long start = choice.nextBoolean() ? 0 : choice.nextInt(700) | (ernd ? (long) choice.nextInt(256) << 56 : 0);
            RandomStream steps = new RandomStream(round, "jitter");
            RandomStream stretches = new RandomStream(round, "jitter");
            long one = start;
            long many = start;
            for (int stretch = 0; stretch < 40; stretch++) {
                long limit = IntervalCounter.membersBeforeStep(many, pmsirr, ernd);
                long members = limit == 0 ? 0 : choice.nextInt((int) limit + 1);
                many = IntervalCounter.advance(many, pmsirr, ernd, members, stretches);
                for (long i = 0; i < members; i++) {
                    one = IntervalCounter.step(one, pmsirr, ernd, steps);
                    assertThat(one & IntervalCounter.SAMPLE).isZero();
                }
                assertThat(many).as("round %d", round).isEqualTo(one);
                if (members == limit) {
                    one = IntervalCounter.step(one, pmsirr, ernd, steps) & ~IntervalCounter.SAMPLE;
                    many = IntervalCounter.step(many, pmsirr, ernd, stretches) & ~IntervalCounter.SAMPLE;
                }
                assertThat(stretches.state).isEqualTo(steps.state);
            }
        }
    }

    @Test
    @Tag("T34")
    @DisplayName("T34: RND = 0: samples are exactly INTERVAL * 256 + 1 members apart")
    void exactInterval() {
        for (int interval : new int[] {1, 2, 16, 4095}) {
            assertThat(spacing(samples(0, (long) interval << 8, false, 20))).containsOnly(interval * 256L + 1);
        }
    }

    @Test
    @Tag("T35")
    @DisplayName("T35: RND = 0 from PMSICR_EL1 = 0: the first sample is member INTERVAL * 256 + 1")
    void firstSample() {
        assertThat(samples(0, 3 << 8, false, 1)).containsExactly(3 * 256L + 1);
    }

    @Test
    @DisplayName("INTERVAL = 0 acts as 1")
    void zeroInterval() {
        assertThat(samples(0, 0, false, 3)).containsExactly(257L, 514L, 771L);
    }

    @Test
    @Tag("T36")
    @DisplayName("T36: RND = 1 without ERnd: spacing in [N + 1, N + 256], and both halves of it occur")
    void jitter() {
        List<Long> spacing = spacing(samples(0, 4 << 8 | 1, false, 2000));
        assertThat(spacing).allMatch(s -> s >= 1025 && s <= 1024 + 256);
        assertThat(spacing).anyMatch(s -> s < 1024 + 32).anyMatch(s -> s > 1024 + 224);
    }

    @Test
    @Tag("T37")
    @DisplayName("T37: RND = 1 with ERnd: delay after expiry in [0, 255], spacing in [N - 254, N + 256]")
    void jitterAfterExpiry() {
        List<Long> samples = samples(0, 4 << 8 | 1, true, 2000);
        for (int i = 0; i < samples.size(); i++) {
            long expiry = (i + 1) * 1025L;
            assertThat(samples.get(i) - expiry).isBetween(0L, 255L);
        }
        List<Long> spacing = spacing(samples);
        assertThat(spacing).allMatch(s -> s >= 1024 - 254 && s <= 1024 + 256);
        assertThat(spacing).anyMatch(s -> s < 1025).anyMatch(s -> s > 1025);
    }

    @Test
    @Tag("T38")
    @DisplayName("T38: while ECOUNT counts down COUNT counts down too")
    void bothCount() {
        RandomStream random = new RandomStream(1, "jitter");
        long value = IntervalCounter.step(200L << 56 | 500, 4 << 8 | 1, true, random);
        assertThat(value).isEqualTo(199L << 56 | 499);
        assertThat(IntervalCounter.advance(value, 4 << 8 | 1, true, 100, random))
                .isEqualTo(99L << 56 | 399);
    }

    @Test
    @Tag("T39")
    @DisplayName("T39: a nonzero PMSICR_EL1 goes on counting without a reload")
    void resumes() {
        assertThat(samples(100, 4 << 8, false, 2)).containsExactly(100L, 100L + 1025);
    }

    @Test
    @Tag("T40")
    @DisplayName("T40: no members, no change")
    void holds() {
        RandomStream random = new RandomStream(1, "jitter");
        long state = random.state;
        assertThat(IntervalCounter.advance(0, 4 << 8 | 1, false, 0, random)).isZero();
        assertThat(IntervalCounter.advance(77, 4 << 8 | 1, false, 0, random)).isEqualTo(77);
        assertThat(random.state).isEqualTo(state);
    }
}
