// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.StateBlock;

/**
 * Predicts directions of conditional branches (two-bit counters, by address and by address with global history,
 * and a third set that tells which of the two is right here: McFarling 1993), targets of indirect branches (a
 * direct-mapped table) and of procedure returns (a stack).
 */
final class BranchPredictor {
    private static final int COUNTERS_IN_WORD = 32;
    private static final int HEADER = 2;
    private static final int HISTORY = 0;
    private static final int TOP = 1;

    private final StateBlock block;
    private final int header;
    private final int local;
    private final int global;
    private final int choice;
    private final int targets;
    private final int stack;
    private final int directionMask;
    private final int historyMask;
    private final int targetMask;
    private final int depth;

    BranchPredictor(StateBlock block, int at, Shape shape) {
        this.block = block;
        header = at;
        int table = table(shape);
        local = at + HEADER;
        global = local + table;
        choice = global + table;
        targets = choice + table;
        stack = targets + 2 * shape.targetEntries();
        directionMask = shape.directionEntries() - 1;
        historyMask = (1 << shape.historyBits()) - 1;
        targetMask = shape.targetEntries() - 1;
        depth = shape.returnEntries();
    }

    private static int table(Shape shape) {
        return Math.max(1, shape.directionEntries() / COUNTERS_IN_WORD);
    }

    /** Words of state that a predictor of this shape takes. */
    static int words(Shape shape) {
        return HEADER + 3 * table(shape) + 2 * shape.targetEntries() + shape.returnEntries();
    }

    /** Predicts a branch, and learns what it did. @return whether the prediction was wrong */
    boolean mispredicted(Operation o) {
        boolean wrong = false;
        if (o.is(Operation.CONDITIONAL)) {
            wrong = direction(o);
        } else if (o.is(Operation.PROCEDURE_RETURN)) {
            wrong = pop() != o.target;
        } else if (o.is(Operation.INDIRECT) && !o.is(Operation.EXCEPTION_RETURN)) {
            wrong = target(o);
        }
        if (o.is(Operation.BRANCH_WITH_LINK)) {
            push(o.pc + 4);
        }
        return wrong;
    }

    private boolean direction(Operation o) {
        long[] words = block.words;
        boolean taken = o.is(Operation.TAKEN);
        int history = (int) words[header + HISTORY];
        int byAddress = (int) (o.pc >>> 2) & directionMask;
        int byHistory = ((int) (o.pc >>> 2) ^ history & historyMask) & directionMask;
        boolean first = counter(local, byAddress) > 1;
        boolean second = counter(global, byHistory) > 1;
        boolean predicted = counter(choice, byAddress) > 1 ? second : first;
        if (first != second) {
            learn(choice, byAddress, second == taken);
        }
        learn(local, byAddress, taken);
        learn(global, byHistory, taken);
        words[header + HISTORY] = history << 1 | (taken ? 1 : 0);
        return predicted != taken;
    }

    private int counter(int table, int i) {
        long[] words = block.words;
        return (int) (words[table + i / COUNTERS_IN_WORD] >>> 2 * (i % COUNTERS_IN_WORD)) & 3;
    }

    private void learn(int table, int i, boolean up) {
        long[] words = block.words;
        int counter = counter(table, i);
        int next = up ? Math.min(counter + 1, 3) : Math.max(counter - 1, 0);
        words[table + i / COUNTERS_IN_WORD] ^= (long) (counter ^ next) << 2 * (i % COUNTERS_IN_WORD);
    }

    private boolean target(Operation o) {
        long[] words = block.words;
        int entry = targets + 2 * ((int) (o.pc >>> 2) & targetMask);
        boolean wrong = words[entry] != o.pc || words[entry + 1] != o.target;
        words[entry] = o.pc;
        words[entry + 1] = o.target;
        return wrong;
    }

    private void push(long address) {
        long[] words = block.words;
        int top = (int) (words[header + TOP] + 1) % depth;
        words[header + TOP] = top;
        words[stack + top] = address;
    }

    private long pop() {
        long[] words = block.words;
        int top = (int) words[header + TOP];
        words[header + TOP] = (top + depth - 1) % depth;
        return words[stack + top];
    }

    /** Operations passed unseen: whatever was called or returned meanwhile, and the history, are not known. */
    void forgetPath() {
        long[] words = block.words;
        words[header + HISTORY] = 0;
    }
}
