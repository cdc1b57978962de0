// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.util.ArrayList;
import java.util.List;

/**
 * From a word to the few instructions that it can be, by groups of its bits one after the other. A branch of the tree is made
 * when a word first leads there, so that a start pays for what its guest uses.
 */
final class DecodeTree {
    /** The lowest bit of each level's group, and its width. */
    private static final int[] SHIFTS = {24, 10, 21, 16, 29, 0};

    private static final int[] WIDTHS = {8, 6, 3, 5, 3, 5};
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

    private final Node root;

    DecodeTree(List<Instruction> instructions) {
        List<Instruction> sorted = new ArrayList<>(instructions);
        // The most specific pattern names an encoding: STADD before LDADD, NOP before HINT.
        sorted.sort((a, b) -> Integer.bitCount(b.fixedMask()) - Integer.bitCount(a.fixedMask()));
        root = new Node(sorted.toArray(new Instruction[0]), 0);
    }

    /** The instructions that a word can be, those with more fixed bits first. */
    Instruction[] candidates(int word) {
        Node node = root;
        while (node.children != null) {
            node = node.child(word >>> node.shift & node.mask);
        }
        return node.candidates;
    }
}
