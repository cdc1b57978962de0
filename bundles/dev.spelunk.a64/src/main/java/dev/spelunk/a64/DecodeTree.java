// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * From a word to the few instructions that it can be, by groups of its bits one after the other. A branch of the tree is made
 * when a word first leads there, so that a start pays for what its guest uses.
 */
final class DecodeTree {
    /** The lowest bit of each level's group below bits 31:24, and its width. */
    private static final int[] SHIFTS = {10, 21, 16, 0};

    private static final int[] WIDTHS = {6, 3, 5, 5};
    /** With so few candidates, trying them is as fast as another level. */
    private static final int FEW = 3;

    private static final class Node {
        final Instruction[] candidates;
        final int shift;
        final int mask;
        final int nextLevel;
        final Node[] children;

        Node(Instruction[] candidates, int level) {
            this.candidates = candidates;
            int at = level;
            while (at < SHIFTS.length && !separates(candidates, at)) {
                at++;
            }
            boolean leaf = candidates.length <= FEW || at == SHIFTS.length;
            nextLevel = at + 1;
            shift = leaf ? 0 : SHIFTS[at];
            mask = leaf ? 0 : (1 << WIDTHS[at]) - 1;
            children = leaf ? null : new Node[mask + 1];
        }

        private static boolean separates(Instruction[] candidates, int level) {
            int bits = (1 << WIDTHS[level]) - 1 << SHIFTS[level];
            for (Instruction instruction : candidates) {
                if ((instruction.fixedMask() & bits) != 0) {
                    return true;
                }
            }
            return false;
        }

        Node child(int index) {
            Node child = children[index];
            if (child == null) {
                List<Instruction> some = new ArrayList<>();
                for (Instruction instruction : candidates) {
                    if (((index << shift ^ instruction.fixedBits()) & instruction.fixedMask() & mask << shift) == 0) {
                        some.add(instruction);
                    }
                }
                child = new Node(some.toArray(new Instruction[0]), nextLevel);
                children[index] = child;
            }
            return child;
        }
    }

    /** By bits 31:24. */
    private final Node[] roots = new Node[256];

    private final Instruction[] all;
    /** Indices in {@link #all} of the candidates by bits 31:24, and where those of each value begin. */
    private final int[] indices;

    private final int[] starts;

    /** @param indices see {@link #candidateIndices} */
    DecodeTree(Instruction[] all, int[] starts, int[] indices) {
        this.all = all;
        this.starts = starts;
        this.indices = indices;
    }

    DecodeTree(List<Instruction> instructions) {
        all = instructions.toArray(new Instruction[0]);
        Integer[] order = new Integer[all.length];
        Arrays.setAll(order, i -> i);
        // The most specific pattern names an encoding: STADD before LDADD, NOP before HINT.
        Arrays.sort(order, Comparator.comparingInt(i -> -Integer.bitCount(all[i].fixedMask())));
        starts = new int[roots.length + 1];
        List<Integer> found = new ArrayList<>();
        for (int top = 0; top < roots.length; top++) {
            for (int i : order) {
                if (((top << 24 ^ all[i].fixedBits()) & all[i].fixedMask() & 0xFF000000) == 0) {
                    found.add(i);
                }
            }
            starts[top + 1] = found.size();
        }
        indices = found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The candidates by bits 31:24, one value after the other, those with more fixed bits first. */
    int[] candidateIndices() {
        return indices;
    }

    /** Where in {@link #candidateIndices} those of each value begin, and where the last ones end. */
    int[] candidateStarts() {
        return starts;
    }

    private Node root(int top) {
        Instruction[] candidates = new Instruction[starts[top + 1] - starts[top]];
        for (int i = 0; i < candidates.length; i++) {
            candidates[i] = all[indices[starts[top] + i]];
        }
        Node root = new Node(candidates, 0);
        roots[top] = root;
        return root;
    }

    /** The instructions that a word can be, those with more fixed bits first. */
    Instruction[] candidates(int word) {
        Node node = roots[word >>> 24];
        if (node == null) {
            node = root(word >>> 24);
        }
        while (node.children != null) {
            node = node.child(word >>> node.shift & node.mask);
        }
        return node.candidates;
    }
}
