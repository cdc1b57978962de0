// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.state.StateBlock;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Values keyed by register encoding in a stretch of a state block: pairs of encoding and value, filled from
 * the front. The words carry their keys, so another version of the hypervisor finds them again.
 */
public final class RegisterWords {
    private final StateBlock block;
    private final int first;
    private final int capacity;

    /**
     * @param first index of the first word
     * @param capacity number of registers that fit
     */
    RegisterWords(StateBlock block, int first, int capacity) {
        this.block = block;
        this.first = first;
        this.capacity = capacity;
    }

    /** The value; 0 when nothing was stored. */
    long get(int encoding) {
        long[] words = block.words;
        for (int i = first, end = first + 2 * capacity; i < end && words[i] != 0; i += 2) {
            if (words[i] == encoding) {
                return words[i + 1];
            }
        }
        return 0;
    }

    /** @throws IllegalStateException when more registers are stored than there is room for */
    void set(int encoding, long value) {
        block.words[slot(encoding) + 1] = value;
    }

    /** Adds one to the value. */
    void increment(int encoding) {
        block.words[slot(encoding) + 1]++;
    }

    private int slot(int encoding) {
        long[] words = block.words;
        for (int i = first, end = first + 2 * capacity; i < end; i += 2) {
            if (words[i] == encoding) {
                return i;
            }
            if (words[i] == 0) {
                words[i] = encoding;
                return i;
            }
        }
        throw new IllegalStateException("no room for another register in " + block.name);
    }

    /** The values by name. */
    public SortedMap<String, Long> byName(IntFunction<String> name) {
        SortedMap<String, Long> result = new TreeMap<>();
        for (int i = first, end = first + 2 * capacity; i < end && block.words[i] != 0; i += 2) {
            result.merge(name.apply((int) block.words[i]), block.words[i + 1], Long::sum);
        }
        return result;
    }

    void clear() {
        Arrays.fill(block.words, first, first + 2 * capacity, 0);
    }
}
