// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.objectweb.asm.Opcodes.*;

/** What writers of operations have in common: the operation that is written, and its operands. */
abstract class KindEmitter {
    private static final long LOW = 0xFFFFFFFFL;

    final RegionEmitter e;
    final Block block;
    final int number;
    /** Index of the operation in the block. */
    int i;
    /** Its kind and operands. */
    long op;

    KindEmitter(RegionEmitter emitter, Block block, int number) {
        e = emitter;
        this.block = block;
        this.number = number;
    }

    /** Goes to an operation. */
    final void at(int index) {
        i = index;
        op = block.ops[index];
    }

    final int d() {
        return (int) (op >>> 56);
    }

    final int n() {
        return (int) op & 0x3F;
    }

    final int m() {
        return (int) op >>> 8 & 0x3F;
    }

    final int immediate() {
        return (int) (op >>> 16);
    }

    final void insn(int opcode) {
        e.m.visitInsn(opcode);
    }

    final void low() {
        e.m.visitLdcInsn(LOW);
        insn(LAND);
    }

    final void lowIf(boolean word) {
        if (word) {
            low();
        }
    }

    final void signedWord() {
        insn(L2I);
        insn(I2L);
    }
}
