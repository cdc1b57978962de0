// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.state.StateBlock;
import java.util.Arrays;

/**
 * When operations are dispatched, issued and completed: in order, so many in a cycle, from a queue, each when the
 * registers that it reads are ready. Times are cycles of its own clock, which starts anew after operations that
 * were not seen.
 */
final class Pipeline {
    private static final int REGISTERS = 64;
    private static final int HEADER = 6;
    private static final int FRONT = 0;
    private static final int DISPATCHED = 1;
    private static final int LAST_ISSUE = 2;
    private static final int ISSUED = 3;
    private static final int NEXT = 4;
    private static final int DIVIDER = 5;

    private final StateBlock block;
    private final int at;
    private final int ready;
    private final int queue;
    private final int width;
    private final int entries;

    private long dispatch;
    private long issue;
    private long completion;

    Pipeline(StateBlock block, int at, Shape shape) {
        this.block = block;
        this.at = at;
        ready = at + HEADER;
        queue = ready + REGISTERS;
        width = shape.width();
        entries = shape.queueEntries();
    }

    /** Words of state that a pipeline of this shape takes. */
    static int words(Shape shape) {
        return HEADER + REGISTERS + shape.queueEntries();
    }

    /** The clock starts anew: every register is ready, nothing waits. */
    void restart() {
        long[] words = block.words;
        Arrays.fill(words, at, queue + entries, 0);
    }

    /** The next operation is dispatched so many cycles later. */
    void stallFront(int cycles) {
        long[] words = block.words;
        words[at + FRONT] += cycles;
        words[at + DISPATCHED] = 0;
    }

    /** The next operation is dispatched so many cycles after the last one completed. */
    void redirect(int cycles) {
        long[] words = block.words;
        words[at + FRONT] = completion + cycles;
        words[at + DISPATCHED] = 0;
    }

    /**
     * Passes one operation.
     *
     * @param reads registers as bits, see {@link dev.spelunk.a64.DecodedInstruction#reads}
     * @param latency cycles from issue to completion
     * @param result cycles from issue until what it writes can be read
     * @param blocks whether no other operation that blocks may issue until this one completes (a divider)
     */
    void pass(long reads, long writes, int latency, int result, boolean blocks) {
        long[] words = block.words;
        int slot = queue + (int) words[at + NEXT];
        words[at + NEXT] = (words[at + NEXT] + 1) % entries;
        dispatch = Math.max(words[at + FRONT], words[slot]);
        if (dispatch > words[at + FRONT]) {
            words[at + FRONT] = dispatch;
            words[at + DISPATCHED] = 0;
        }
        if (++words[at + DISPATCHED] == width) {
            words[at + FRONT]++;
            words[at + DISPATCHED] = 0;
        }
        issue = Math.max(dispatch + 1, words[at + LAST_ISSUE]);
        for (long left = reads; left != 0; left &= left - 1) {
            issue = Math.max(issue, words[ready + Long.numberOfTrailingZeros(left)]);
        }
        if (blocks) {
            issue = Math.max(issue, words[at + DIVIDER]);
        }
        if (issue > words[at + LAST_ISSUE]) {
            words[at + LAST_ISSUE] = issue;
            words[at + ISSUED] = 0;
        }
        if (++words[at + ISSUED] == width) {
            words[at + LAST_ISSUE]++;
            words[at + ISSUED] = 0;
        }
        words[slot] = issue;
        completion = issue + latency;
        if (blocks) {
            words[at + DIVIDER] = completion;
        }
        for (long left = writes; left != 0; left &= left - 1) {
            words[ready + Long.numberOfTrailingZeros(left)] = issue + result;
        }
    }

    /** From dispatch to completion of the last operation. */
    int totalLatency() {
        return (int) (completion - dispatch);
    }

    /** From dispatch to issue of the last operation. */
    int issueLatency() {
        return (int) (issue - dispatch);
    }
}
