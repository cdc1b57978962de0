// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.RegionEmitter.*;
import static org.objectweb.asm.Opcodes.*;

import dev.spelunk.a64.integer.Alu;
import org.objectweb.asm.Label;

/** Writes what decides by NZCV, which may be pending as the operands of what sets it. */
final class ConditionEmitter {
    /** Every NZCV. */
    static final int ALWAYS = 0xFFFF;

    private final RegionEmitter e;

    ConditionEmitter(RegionEmitter emitter) {
        e = emitter;
    }

    /** Jumps to yes if the condition with that mask of values of NZCV holds. */
    void jump(int mask, Label yes) {
        int condition = 0;
        while (condition < 14 && Alu.conditionMask(condition) != (mask & ALWAYS)) {
            condition++;
        }
        if (condition == 14) {
            e.m.visitJumpInsn(GOTO, yes);
            return;
        }
        int pending = e.pending();
        boolean subtracted = pending == RegionMath.SUB_X || pending == RegionMath.SUB_W;
        boolean logical = pending == RegionMath.LOGICAL_X || pending == RegionMath.LOGICAL_W;
        boolean word = pending == RegionMath.SUB_W || pending == RegionMath.ADD_W || pending == RegionMath.LOGICAL_W;
        if (subtracted && compared(condition, yes)) {
            return;
        }
        int byResult =
                logical ? LOGICAL_JUMPS[condition] : condition < 2 || condition >> 1 == 2 ? SIGN_JUMPS[condition] : 0;
        if (byResult != 0
                && pending != RegionMath.NONE
                && (subtracted || logical || pending == RegionMath.ADD_X || pending == RegionMath.ADD_W)) {
            e.m.visitVarInsn(LLOAD, FLAG_A);
            if (!logical) {
                e.m.visitVarInsn(LLOAD, FLAG_B);
                e.m.visitInsn(subtracted ? LSUB : LADD);
            }
            if (word) {
                e.m.visitInsn(L2I);
            } else {
                e.m.visitInsn(LCONST_0);
                e.m.visitInsn(LCMP);
            }
            e.m.visitJumpInsn(byResult, yes);
            return;
        }
        e.flags();
        e.push(mask & ALWAYS);
        e.m.visitVarInsn(ILOAD, NZCV);
        e.m.visitInsn(IUSHR);
        e.m.visitInsn(ICONST_1);
        e.m.visitInsn(IAND);
        e.m.visitJumpInsn(IFNE, yes);
    }

    /** Jumps by the result alone: EQ, NE, MI, PL. */
    private static final int[] SIGN_JUMPS = {IFEQ, IFNE, 0, 0, IFLT, IFGE};
    /** Jumps where C and V are 0. */
    private static final int[] LOGICAL_JUMPS = {IFEQ, IFNE, 0, 0, IFLT, IFGE, 0, 0, 0, 0, IFGE, IFLT, IFGT, IFLE};

    /** Jumps after a subtraction of FLAG_B from FLAG_A. @return false when the operands alone do not say it */
    private boolean compared(int condition, Label yes) {
        int[] signed = {IFEQ, IFNE, 0, 0, 0, 0, 0, 0, 0, 0, IFGE, IFLT, IFGT, IFLE};
        if (signed[condition] != 0) {
            e.m.visitVarInsn(LLOAD, FLAG_A);
            e.m.visitVarInsn(LLOAD, FLAG_B);
            e.m.visitInsn(LCMP);
            e.m.visitJumpInsn(signed[condition], yes);
            return true;
        }
        boolean carry = condition == 2 || condition == 3;
        if (!carry && condition != 8 && condition != 9) {
            return false;
        }
        // CS and CC ask whether A is below B, HI and LS whether B is below A.
        e.m.visitVarInsn(LLOAD, carry ? FLAG_A : FLAG_B);
        e.m.visitVarInsn(LLOAD, carry ? FLAG_B : FLAG_A);
        e.math("borrow", "(JJ)J");
        e.m.visitInsn(LCONST_0);
        e.m.visitInsn(LCMP);
        e.m.visitJumpInsn(condition == 3 || condition == 8 ? IFLT : IFGE, yes);
        return true;
    }
}
