// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.objectweb.asm.Opcodes.*;

import dev.spelunk.api.state.PeState;

/** Writes what has no kind: a call of its meaning, by its word. */
final class WordEmitter extends KindEmitter {
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
        boolean[] touched = registers(word);
        for (int r = 0; r < touched.length; r++) {
            if (touched[r]) {
                e.spill(r);
            }
        }
        e.call(number, i);
        for (int r = 0; r < touched.length; r++) {
            if (touched[r]) {
                e.reload(r);
            }
        }
        e.called(number, i);
        return true;
    }

    /** General-purpose registers that an instruction may read or write, by the fields of its word. */
    private static boolean[] registers(int word) {
        boolean[] r = new boolean[34];
        if ((word & 0xFFFFF01F) == 0xD503201F) {
            r[16] = true;
            r[17] = true;
            r[30] = true;
            r[PeState.SP] = true;
            return r;
        }
        // Pairs of registers follow each other in compare and swap.
        for (int at : new int[] {0, 16}) {
            r[word >>> at & 31] = true;
            r[(word >>> at & 31) + 1] = true;
        }
        r[word >>> 5 & 31] = true;
        r[word >>> 10 & 31] = true;
        r[PeState.SP] = true;
        r[PeState.ZERO] = false;
        return r;
    }
}
