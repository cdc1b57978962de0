// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

/** Instruction words as assembly language, with the preferred aliases of the manual, as binutils writes them. */
public final class Disassembler {
    private Disassembler() {}

    /**
     * The text of a word: mnemonic, one space, operands; {@code .inst 0x…} where the table has no allocated instruction.
     *
     * @param pc address of the word, to which branches and ADR are relative
     */
    public static String disassemble(int word, long pc) {
        Instruction instruction = InstructionSet.whole().decode(word);
        Syntax syntax = instruction == null ? null : instruction.syntaxOf(word);
        if (syntax == null) {
            return String.format(".inst 0x%08x", word);
        }
        StringBuilder out = new StringBuilder();
        syntax.append(out, word, pc);
        return out.toString();
    }
}
