// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;
import static dev.spelunk.pe.RegionEmitter.*;
import static org.objectweb.asm.Opcodes.*;

import org.objectweb.asm.Label;

/** Writes the branch that ends a block. */
final class BranchEmitter extends KindEmitter {
    private final ConditionEmitter conditions;

    BranchEmitter(RegionEmitter emitter, Block block, int number, ConditionEmitter conditions) {
        super(emitter, block, number);
        this.conditions = conditions;
    }

    void emit(int kind) {
        switch (kind) {
            case B:
                e.edge(number, block.takenPc);
                return;
            case BL:
                e.push(block.nextPc);
                e.set(30);
                e.edge(number, block.takenPc);
                return;
            case B_COND:
                Label holds = new Label();
                conditions.jump(immediate(), holds);
                both(holds);
                return;
            case BR:
            case BLR:
                e.get(n());
                e.m.visitVarInsn(LSTORE, ADDRESS);
                if (kind == BLR) {
                    e.push(block.nextPc);
                    e.set(30);
                } else if ((block.words[i] >>> 21 & 3) == 2) {
                    e.returnEdge(number);
                }
                e.flags();
                e.m.visitVarInsn(LLOAD, ADDRESS);
                e.out(number);
                return;
            default:
                compareAndBranch(kind);
                return;
        }
    }

    private void compareAndBranch(int kind) {
        Label holds = new Label();
        e.get(n());
        boolean zero = kind == CBZ_X || kind == CBZ_W || kind == TBZ;
        if (kind == CBZ_W || kind == CBNZ_W) {
            insn(L2I);
        } else {
            if (kind == TBZ || kind == TBNZ) {
                e.push(1L << m());
                insn(LAND);
            }
            insn(LCONST_0);
            insn(LCMP);
        }
        e.m.visitJumpInsn(zero ? IFEQ : IFNE, holds);
        both(holds);
    }

    private void both(Label taken) {
        int kept = e.pending();
        e.edge(number, block.nextPc);
        e.pending(kept);
        e.m.visitLabel(taken);
        e.edge(number, block.takenPc);
    }
}
