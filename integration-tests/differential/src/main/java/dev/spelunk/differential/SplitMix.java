// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

/** A generator of pseudo-random numbers (SplitMix64) whose sequence is the same on every Java version. */
public final class SplitMix {
    private long state;

    public SplitMix(long seed) {
        state = seed;
    }

    /** An independent stream for one purpose. */
    public static SplitMix of(long seed, long stream) {
        return new SplitMix(mix(seed + mix(stream * 0x9e3779b97f4a7c15L)));
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    public long nextLong() {
        state += 0x9e3779b97f4a7c15L;
        return mix(state);
    }

    /** A number from 0 to bound - 1. */
    public int below(int bound) {
        return (int) ((nextLong() >>> 33) % bound);
    }

    /** True in the given percentage of calls. */
    public boolean percent(int chance) {
        return below(100) < chance;
    }
}
