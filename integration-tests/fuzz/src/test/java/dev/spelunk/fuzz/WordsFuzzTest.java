// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spelunk.a64.Disassembler;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;

/** A64 words: decoder and disassembler agree, and a machine executes them as guests do. */
class WordsFuzzTest {
    private static final Machines.Setup SETUP = new Machines.Setup("none", 2, false, 3000);
    private final InstructionSet all = InstructionSet.whole();
    private final Scratch file = new Scratch("guest");

    @FuzzTest
    void fuzz(byte[] data) {
        Input in = new Input(data);
        Program program = new Program();
        while (!in.ended() && !program.full()) {
            int word = (int) in.next(4);
            Instruction instruction = all.decode(word);
            if (instruction != null && all.identify(word) == null) {
                throw new AssertionError(String.format("0x%08x is allocated, and has no name", word));
            }
            if (Disassembler.disassemble(word, Program.BASE).isBlank()) {
                throw new AssertionError(String.format("0x%08x is written as nothing", word));
            }
            program.word(word);
        }
        Machines.run(file.with(program.image(true)), SETUP);
    }
}
