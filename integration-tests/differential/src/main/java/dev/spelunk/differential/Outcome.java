// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.util.ArrayList;
import java.util.List;

/**
 * How a block ended.
 *
 * @param end how it ended
 * @param pc where it ended: the address of the exit, or of the instruction that faulted
 * @param state what it left
 */
public record Outcome(End end, long pc, MachineState state) {

    /** How a block can end. */
    public enum End {
        /** Its exit was reached. */
        EXIT,
        /** An instruction was UNDEFINED. */
        UNDEFINED,
        /** A memory access or an instruction fetch failed (Data Abort, Instruction Abort). */
        ABORT,
        /** An access or the PC was not aligned. */
        ALIGNMENT,
        /** Something else ended it. */
        OTHER
    }

    /** What differs, one line for each difference; empty when nothing does. */
    public List<String> differences(String name, Outcome other, String otherName) {
        List<String> differences = new ArrayList<>();
        if (end != other.end || pc != other.pc) {
            differences.add(String.format(
                    "%-18s %s %s at %x  %s %s at %x", "end", name, end, pc, otherName, other.end, other.pc));
        }
        differences.addAll(state.differences(name, other.state, otherName));
        return differences;
    }
}
