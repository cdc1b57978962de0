// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.util.BitSet;

/**
 * Code to execute once from an initial state, until it reaches its exit.
 *
 * @param address where the first word lies
 * @param words literals, instructions, the exit (BRK), literals
 * @param entry index of the first instruction
 * @param exit index of the exit
 * @param certain which words execute exactly once on every path (a branch may skip the others)
 * @param prepared which words only prepare operands of the instructions under test
 * @param unitStarts the words where a unit starts: one instruction under test with the ones that prepare it
 * @param initial the state to start from
 */
public record Block(
        long address,
        int[] words,
        int entry,
        int exit,
        BitSet certain,
        BitSet prepared,
        BitSet unitStarts,
        MachineState initial) {

    public long exitAddress() {
        return address + 4L * exit;
    }

    /** The same block with other words and another initial state, same length and layout. */
    public Block with(int[] otherWords, MachineState otherInitial) {
        return new Block(address, otherWords, entry, exit, certain, prepared, unitStarts, otherInitial);
    }
}
