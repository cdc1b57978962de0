// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;

/** The forms that the instruction table gives words, which are met again and again. */
final class Forms {
    private static final int BITS = 12;
    /** The golden ratio's fraction: words that differ in few bits fall apart. */
    private static final int SPREAD = 0x9E3779B9;

    private final InstructionSet set = InstructionSet.whole();
    private final int[] words = new int[1 << BITS];
    private final Form[] forms = new Form[1 << BITS];

    /** The form of a word; {@link Form#UNALLOCATED} for one that is no instruction. */
    Form of(int word) {
        int slot = word * SPREAD >>> Integer.SIZE - BITS;
        if (words[slot] != word || forms[slot] == null) {
            Instruction instruction = set.decode(word);
            words[slot] = word;
            forms[slot] = instruction == null ? Form.UNALLOCATED : instruction.form();
        }
        return forms[slot];
    }
}
