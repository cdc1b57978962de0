// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;
import static dev.spelunk.pe.RegionEmitter.*;
import static org.objectweb.asm.Opcodes.*;

import dev.spelunk.a64.fp.FrequentOperations;

/** Writes operations on SIMD and floating-point registers, with their loads and stores. */
final class VectorEmitter extends AccessEmitter {
    VectorEmitter(RegionEmitter emitter, Block block, int number) {
        super(emitter, block, number);
    }

    void emit(int kind) {
        switch (kind) {
            case FP:
                floatingPoint();
                return;
            case FP_WORD:
            case SIMD:
                vectorWord(kind == SIMD);
                return;
            case LDR_S, LDR_D, LDR_Q:
                offset(immediate());
                probe(false, (4 << kind - LDR_S) - 1, m() & 15);
                loadVector(d(), kind - LDR_S + 2, 0);
                return;
            case STR_S, STR_D, STR_Q:
                offset(immediate());
                probe(true, (4 << kind - STR_S) - 1, m() & 15);
                storeVector(d(), kind - STR_S + 2, 0);
                return;
            case LDP_D, LDP_Q:
                int read = 8 << kind - LDP_D;
                offset((short) (op >>> 16));
                probe(false, 2 * read - 1, (int) (op >>> 44) & 15);
                loadVector(d(), kind - LDP_D + 3, 0);
                loadVector(m() & 31, kind - LDP_D + 3, read);
                break;
            default:
                int written = 8 << kind - STP_D;
                offset((short) (op >>> 16));
                probe(true, 2 * written - 1, (int) (op >>> 44) & 15);
                storeVector(d(), kind - STP_D + 3, 0);
                storeVector(m() & 31, kind - STP_D + 3, written);
                break;
        }
        writebackIf(op << 20 >> 52 != 0);
    }

    private void loadVector(int t, int size, int offset) {
        half(2 * t);
        load(Math.min(size, 3), 0, offset);
        insn(LASTORE);
        half(2 * t + 1);
        if (size == 4) {
            load(3, 0, offset + 8);
        } else {
            insn(LCONST_0);
        }
        insn(LASTORE);
    }

    private void storeVector(int t, int size, int offset) {
        ram(offset);
        half(2 * t);
        insn(LALOAD);
        put(Math.min(size, 3));
        if (size == 4) {
            ram(offset + 8);
            half(2 * t + 1);
            insn(LALOAD);
            put(3);
        }
    }

    private void half(int index) {
        e.m.visitVarInsn(ALOAD, V);
        e.push(index);
    }

    /** A frequent scalar operation, which is called with constants. */
    private void floatingPoint() {
        int operation = immediate();
        boolean general = FrequentOperations.writesGeneral(operation);
        boolean compares = FrequentOperations.compares(operation);
        boolean readsGeneral = FrequentOperations.readsGeneral(operation);
        if (readsGeneral) {
            e.spill(n());
        }
        e.m.visitVarInsn(ALOAD, IN_FRAME);
        e.m.visitFieldInsn(GETFIELD, FRAME, "pe", "Ldev/spelunk/api/state/PeState;");
        e.push(operation);
        e.push(d());
        e.push((int) op & 0xFF);
        e.push((int) op >>> 8 & 0xFF);
        e.m.visitMethodInsn(
                INVOKESTATIC,
                "dev/spelunk/a64/fp/FrequentOperations",
                "execute",
                "(Ldev/spelunk/api/state/PeState;IIII)V",
                false);
        if (compares) {
            e.m.visitVarInsn(ALOAD, IN_FRAME);
            e.m.visitFieldInsn(GETFIELD, FRAME, "pe", "Ldev/spelunk/api/state/PeState;");
            e.m.visitFieldInsn(GETFIELD, "dev/spelunk/api/state/PeState", "nzcv", "I");
            e.m.visitVarInsn(ISTORE, NZCV);
            e.pending(RegionMath.NONE);
        }
        if (general) {
            e.reload(d());
        }
    }

    /** Another one by its word; when it is not allocated, nothing has happened. */
    private void vectorWord(boolean simd) {
        int word = immediate();
        int d = word & 31;
        int n = word >>> 5 & 31;
        e.spill(n);
        e.spill(d);
        if (simd) {
            e.m.visitVarInsn(ALOAD, IN_FRAME);
            e.push(word);
            e.push(m());
            e.m.visitMethodInsn(INVOKEVIRTUAL, FRAME, "simd", "(II)Z", false);
            e.m.visitJumpInsn(IFEQ, e.leave(number, i));
        } else {
            e.flags();
            e.m.visitVarInsn(ALOAD, IN_FRAME);
            e.push(word);
            e.m.visitVarInsn(ILOAD, NZCV);
            e.m.visitMethodInsn(INVOKEVIRTUAL, FRAME, "scalar", "(II)I", false);
            insn(DUP);
            e.m.visitVarInsn(ISTORE, AT);
            e.m.visitJumpInsn(IFLT, e.leave(number, i));
            e.m.visitVarInsn(ILOAD, AT);
            e.m.visitVarInsn(ISTORE, NZCV);
        }
        if (d != 31) {
            e.reload(d);
        }
    }
}
