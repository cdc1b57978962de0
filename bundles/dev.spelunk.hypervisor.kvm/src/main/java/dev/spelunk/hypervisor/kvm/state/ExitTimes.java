// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.hypervisor.ExitHistory;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many exits of each reason a VM had in each of some equal stretches of virtual time. The run has no end that is known
 * before: where it is longer than all stretches, pairs of them become one.
 */
public final class ExitTimes {
    private static final int STRETCHES = 128;
    private static final int REASONS = ExitReason.values().length;
    /** Binary logarithm of the cycles of the first stretches. */
    private static final int FIRST_SHIFT = 12;

    /** How often stretches were doubled, then the counts: by stretch, then by reason. */
    private final StateBlock block;

    ExitTimes(MachineState machine) {
        block = machine.block("kvm.vm.exit-times", 1 + STRETCHES * REASONS, 0);
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
        while (cycles >>> shift() >= STRETCHES) {
            fold();
        }
        block.words[place((int) (cycles >>> shift()), reason.ordinal())]++;
    }

    private int shift() {
        return FIRST_SHIFT + (int) block.words[0];
    }

    private static int place(int stretch, int reason) {
        return 1 + stretch * REASONS + reason;
    }

    private void fold() {
        for (int stretch = 0; stretch < STRETCHES; stretch++) {
            for (int reason = 0; reason < REASONS; reason++) {
                long sum = 2 * stretch < STRETCHES
                        ? block.words[place(2 * stretch, reason)] + block.words[place(2 * stretch + 1, reason)]
                        : 0;
                block.words[place(stretch, reason)] = sum;
            }
        }
        block.words[0]++;
    }

    /** The counts so far, up to the last stretch that has any. */
    public ExitHistory history() {
        int used = 0;
        for (int i = 1; i < block.words.length; i++) {
            if (block.words[i] != 0) {
                used = (i - 1) / REASONS + 1;
            }
        }
        SortedMap<String, long[]> exits = new TreeMap<>();
        for (ExitReason reason : ExitReason.values()) {
            long[] counts = new long[used];
            for (int stretch = 0; stretch < used; stretch++) {
                counts[stretch] = block.words[place(stretch, reason.ordinal())];
            }
            if (Arrays.stream(counts).anyMatch(n -> n != 0)) {
                exits.put(reason.label, counts);
            }
        }
        return new ExitHistory(1L << shift(), exits);
    }
}
