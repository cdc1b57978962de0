// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

/** Words that were decoded lately, for one user who meets the same words again and again. Not for several threads. */
public final class DecodeCache {
    private static final int BITS = 11;
    /** The golden ratio's fraction: words that differ in few bits fall apart. */
    private static final int SPREAD = 0x9E3779B9;

    private final DecodedInstruction[] slots = new DecodedInstruction[1 << BITS];

    /** What a word says. */
    public DecodedInstruction of(int word) {
        int slot = word * SPREAD >>> 32 - BITS;
        DecodedInstruction decoded = slots[slot];
        if (decoded == null || decoded.word != word) {
            decoded = DecodedInstruction.of(word);
            slots[slot] = decoded;
        }
        return decoded;
    }
}
