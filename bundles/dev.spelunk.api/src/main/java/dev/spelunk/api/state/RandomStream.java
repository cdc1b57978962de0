// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/**
 * One independent stream of pseudo-random numbers for one named purpose, seeded from the machine's
 * seed (SplitMix64, Steele, Lea and Flood 2014). Its state is part of the machine's.
 */
public final class RandomStream {
    public long state;

    public RandomStream(long seed, String purpose) {
        long h = seed;
        for (int i = 0; i < purpose.length(); i++) {
            h = mix(h + purpose.charAt(i) + 0x9E3779B97F4A7C15L);
        }
        state = h;
    }

    /** The next 64 bits. */
    public long next() {
        state += 0x9E3779B97F4A7C15L;
        return mix(state);
    }

    /** The next byte, 0..255. */
    public int nextByte() {
        return (int) (next() >>> 56);
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
