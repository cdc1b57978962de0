// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.state.StateBlock;
import java.util.Arrays;

/**
 * A set-associative array of keys with least recently used replacement: a cache's lines or a TLB's entries. It
 * lives in words of the machine's state; the ways of a set are in the order of their last use, 0 is no key.
 *
 * <p>{@link #age} stands for fills that nobody saw: each set takes them in, as entries without a key, before its
 * next use.
 */
final class SetAssociative {
    private final StateBlock block;
    private final int at;
    private final int sets;
    private final int ways;
    /** For each set, the fills unseen that it has taken in; after them those of all sets, in 1/sets. */
    private final int unseen;

    /** @param at index of the first of {@link #words} words */
    SetAssociative(StateBlock block, int at, int sets, int ways) {
        this.block = block;
        this.at = at;
        this.sets = sets;
        this.ways = ways;
        unseen = at + sets * ways;
    }

    /** Words of state that an array of this shape takes. */
    static int words(int sets, int ways) {
        return sets * ways + sets + 1;
    }

    /** Looks a key up in the set that an index selects, and enters it where it is missing. @return whether it was there */
    boolean access(long index, long key) {
        long[] words = block.words;
        int set = (int) index & sets - 1;
        int first = at + set * ways;
        takeUnseen(set, first);
        int way = 0;
        while (way < ways && words[first + way] != key) {
            way++;
        }
        boolean hit = way < ways;
        System.arraycopy(words, first, words, first + 1, hit ? way : ways - 1);
        words[first] = key;
        return hit;
    }

    /** So many entries of the whole array, evenly over its sets, have been replaced by unknown ones. */
    void age(long entries) {
        long[] words = block.words;
        words[unseen + sets] += entries;
    }

    private void takeUnseen(int set, int first) {
        long[] words = block.words;
        long due = (words[unseen + sets] + set) / sets;
        long fills = due - words[unseen + set];
        if (fills == 0) {
            return;
        }
        words[unseen + set] = due;
        int n = (int) Math.min(fills, ways);
        System.arraycopy(words, first, words, first + n, ways - n);
        Arrays.fill(words, first, first + n, 0);
    }

    /** Drops the entries whose key has these bits under the mask. */
    void drop(long mask, long bits) {
        long[] words = block.words;
        for (int i = at; i < unseen; i++) {
            if ((words[i] & mask) == bits) {
                words[i] = 0;
            }
        }
    }

    int entries() {
        return sets * ways;
    }
}
