// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.hypervisor.ExitHistory;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many exits of each reason a VM had, and how many operations no profiling, in each of some equal stretches of virtual time. The run has no end that is known
 * before: where it is longer than all stretches, pairs of them become one.
 */
public final class ExitTimes {
    private static final int STRETCHES = 128;
    private static final int REASONS = ExitReason.values().length;
    /** The counts of a stretch: those of the reasons, then the operations. */
    private static final int COUNTS = REASONS + 1;

    /** Binary logarithm of the cycles of the first stretches. */
    private static final int FIRST_SHIFT = 12;

    /** How often stretches were doubled, then the counts: by stretch, then as said. */
    private final StateBlock block;

    ExitTimes(MachineState machine) {
        block = machine.block("kvm.vm.exit-times", 1 + STRETCHES * COUNTS, 0);
    }

    void clear() {
        Arrays.fill(block.words, 0);
    }

    /**
     * Counts an exit.
     *
     * @param cycles of its PE, since the machine began
     */
    public void count(ExitReason reason, long cycles) {
        add(reason.ordinal(), 1, cycles);
    }

    /**
     * Counts operations that were executed while a buffer management event was on its way.
     *
     * @param cycles when it has arrived
     */
    public void unprofiled(long operations, long cycles) {
        add(REASONS, operations, cycles);
    }

    private void add(int count, long number, long cycles) {
        while (cycles >>> shift() >= STRETCHES) {
            fold();
        }
        block.words[place((int) (cycles >>> shift()), count)] += number;
    }

    private int shift() {
        return FIRST_SHIFT + (int) block.words[0];
    }

    private static int place(int stretch, int count) {
        return 1 + stretch * COUNTS + count;
    }

    private void fold() {
        for (int stretch = 0; stretch < STRETCHES; stretch++) {
            for (int count = 0; count < COUNTS; count++) {
                long sum = 2 * stretch < STRETCHES
                        ? block.words[place(2 * stretch, count)] + block.words[place(2 * stretch + 1, count)]
                        : 0;
                block.words[place(stretch, count)] = sum;
            }
        }
        block.words[0]++;
    }

    /** The counts so far, up to the last stretch that has any. */
    public ExitHistory history() {
        int used = 0;
        for (int i = 1; i < block.words.length; i++) {
            if (block.words[i] != 0) {
                used = (i - 1) / COUNTS + 1;
            }
        }
        SortedMap<String, long[]> exits = new TreeMap<>();
        for (ExitReason reason : ExitReason.values()) {
            long[] counts = counts(reason.ordinal(), used);
            if (Arrays.stream(counts).anyMatch(n -> n != 0)) {
                exits.put(reason.label, counts);
            }
        }
        return new ExitHistory(1L << shift(), exits, counts(REASONS, used));
    }

    private long[] counts(int count, int used) {
        long[] counts = new long[used];
        for (int stretch = 0; stretch < used; stretch++) {
            counts[stretch] = block.words[place(stretch, count)];
        }
        return counts;
    }
}
