// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.objectweb.asm.Opcodes.*;

import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.api.state.PeState;

/** Writes what has no kind: a call of its meaning, by its word. */
final class WordEmitter extends KindEmitter {
    /** X0 to X30. */
    private static final long GENERAL = (1L << DecodedInstruction.FLAGS) - 1;

    WordEmitter(RegionEmitter emitter, Block block, int number) {
        super(emitter, block, number);
    }

    /** An operation by its word. @return false when it ends the block */
    boolean emit() {
        int word = block.words[i];
        if (i == block.count - 1 && Decoder.endsBlock(word, Decoder.SLOW)) {
            e.m.visitJumpInsn(GOTO, e.leave(number, i));
            return false;
        }
        DecodedInstruction instruction = DecodedInstruction.of(word);
        // The stack pointer is in no set, and may be the base of any access.
        long touched = (instruction.reads | instruction.writes) & GENERAL | 1L << PeState.SP;
        for (long left = touched; left != 0; left &= left - 1) {
            e.spill(Long.numberOfTrailingZeros(left));
        }
        e.call(number, i);
        long written = instruction.writes & GENERAL | 1L << PeState.SP;
        for (long left = written; left != 0; left &= left - 1) {
            e.reload(Long.numberOfTrailingZeros(left));
        }
        e.called(number, i);
        return true;
    }
}
