// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.registers.fields.PMSICR_EL1;
import dev.spelunk.api.registers.fields.PMSIRR_EL1;
import dev.spelunk.api.state.RandomStream;

/**
 * The interval counter PMSICR_EL1 (DDI 0487, D17.3.4, D24.7.13 and SPEToCollectSample), for any number of
 * members of the sample population at once. A reload consumes one member, so that with PMSIRR_EL1.RND = 0
 * samples are INTERVAL * 256 + 1 members apart.
 */
final class IntervalCounter {
    /** Bit of the result of {@link #step} that says that the member is to be sampled; no bit of the register. */
    static final long SAMPLE = 1L << 32;

    private IntervalCounter() {}

    /** Members before the next one for which {@link #step} must be called: a random number may be due there. */
    static long membersBeforeStep(long pmsicr, long pmsirr, boolean ernd) {
        long count = pmsicr & PMSICR_EL1.COUNT;
        long members = count == 0 ? interval(pmsirr) : count - 1;
        if (ernd && (pmsirr & PMSIRR_EL1.RND) != 0 && pmsicr >>> PMSICR_EL1.ECOUNT_SHIFT != 0) {
            members = Math.min(members, (pmsicr >>> PMSICR_EL1.ECOUNT_SHIFT) - 1);
        }
        return members;
    }

    /** PMSICR_EL1 after so many members, at most {@link #membersBeforeStep}; none of them is to be sampled. */
    static long advance(long pmsicr, long pmsirr, boolean ernd, long members, RandomStream random) {
        if (members == 0) {
            return pmsicr;
        }
        long count = pmsicr & PMSICR_EL1.COUNT;
        count = count == 0 ? reload(pmsirr, ernd, random) - (members - 1) : count - members;
        long ecount = pmsicr >>> PMSICR_EL1.ECOUNT_SHIFT;
        if (ernd && (pmsirr & PMSIRR_EL1.RND) != 0 && ecount != 0) {
            ecount -= members;
        }
        return ecount << PMSICR_EL1.ECOUNT_SHIFT | count;
    }

    /** PMSICR_EL1 after one member, with {@link #SAMPLE} when it is to be sampled. */
    static long step(long pmsicr, long pmsirr, boolean ernd, RandomStream random) {
        long count = pmsicr & PMSICR_EL1.COUNT;
        long ecount = pmsicr >>> PMSICR_EL1.ECOUNT_SHIFT;
        boolean secondary = ernd && (pmsirr & PMSIRR_EL1.RND) != 0;
        if (count == 0) {
            count = reload(pmsirr, ernd, random);
        } else {
            count--;
            if (count == 0) {
                if (!secondary) {
                    return ecount << PMSICR_EL1.ECOUNT_SHIFT | SAMPLE;
                }
                ecount = random.nextByte();
                return ecount << PMSICR_EL1.ECOUNT_SHIFT | (ecount == 0 ? SAMPLE : 0);
            }
        }
        if (secondary && ecount != 0) {
            ecount--;
            if (ecount == 0) {
                return count | SAMPLE;
            }
        }
        return ecount << PMSICR_EL1.ECOUNT_SHIFT | count;
    }

    private static long reload(long pmsirr, boolean ernd, RandomStream random) {
        boolean jitter = !ernd && (pmsirr & PMSIRR_EL1.RND) != 0;
        return interval(pmsirr) + (jitter ? random.nextByte() : 0);
    }

    /** INTERVAL * 256 of PMSIRR_EL1; an INTERVAL of 0 acts as 1. */
    private static long interval(long pmsirr) {
        long interval = pmsirr & PMSIRR_EL1.INTERVAL;
        return interval == 0 ? 1L << PMSIRR_EL1.INTERVAL_SHIFT : interval;
    }
}
