// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;
import static dev.spelunk.pe.RegionEmitter.*;
import static org.objectweb.asm.Opcodes.*;

/** Writes loads and stores of general-purpose registers. */
final class MemoryEmitter extends AccessEmitter {
    MemoryEmitter(RegionEmitter emitter, Block block, int number) {
        super(emitter, block, number);
    }

    /** Those of {@link Kinds} before the branches. */
    void emit(int kind) {
        switch (kind) {
            case LDR_X, LDR_W, LDR_B:
                offset(immediate());
                single(kind == LDR_X ? 3 : kind == LDR_B ? 0 : 2, 0, false, true);
                return;
            case STR_X, STR_W, STR_B:
                offset(immediate());
                single(kind == STR_X ? 3 : kind == STR_B ? 0 : 2, 0, true, true);
                return;
            case LDR_X_REG, LDR_W_REG, LDR_B_REG:
                registerOffset();
                single(kind == LDR_X_REG ? 3 : kind == LDR_B_REG ? 0 : 2, 0, false, false);
                return;
            case STR_X_REG, STR_W_REG:
                registerOffset();
                single(kind == STR_X_REG ? 3 : 2, 0, true, false);
                return;
            case LDR_X_WB, LDR_W_WB, LDR_B_WB:
                offset((short) (op >>> 16));
                single(kind == LDR_X_WB ? 3 : kind == LDR_B_WB ? 0 : 2, 0, false, true);
                writeback((short) (op >>> 32));
                return;
            case STR_X_WB, STR_W_WB:
                offset((short) (op >>> 16));
                single(kind == STR_X_WB ? 3 : 2, 0, true, true);
                writeback((short) (op >>> 32));
                return;
            case LDP_X, LDP_X_WB:
                offset((short) (op >>> 16));
                probe(false, 15, (int) (op >>> 44) & 15);
                load(3, 0, 0);
                e.set(d());
                load(3, 0, 8);
                e.set(m());
                writebackIf(kind == LDP_X_WB);
                return;
            default:
                offset((short) (op >>> 16));
                probe(true, 15, (int) (op >>> 44) & 15);
                store(3, d(), 0);
                store(3, m(), 8);
                writebackIf(kind == STP_X_WB);
                return;
        }
    }

    /** The kinds of {@link MemoryOperations}. @return false for one whose privilege is not known here */
    boolean emitOther(int kind) {
        switch (kind) {
            case LOAD_REG:
            case STORE_REG:
                registerOffset();
                int how = (int) (op >>> 40);
                single(how & 3, how & 12, kind == STORE_REG, false);
                return true;
            case LOAD:
            case STORE:
                offset((short) (op >>> 16));
                int wide = (int) (op >>> 44);
                single(wide & 3, wide & 12, kind == STORE, true);
                break;
            case LDP_W:
            case LDPSW:
                offset((short) (op >>> 16));
                probe(false, 7, (int) (op >>> 44) & 15);
                int signed = kind == LDPSW ? MemoryOperations.SIGNED : 0;
                load(2, signed, 0);
                e.set(d());
                load(2, signed, 4);
                e.set(m());
                break;
            case STP_W:
                offset((short) (op >>> 16));
                probe(true, 7, (int) (op >>> 44) & 15);
                store(2, d(), 0);
                store(2, m(), 4);
                break;
            default:
                // LDTR and STTR.
                return false;
        }
        long by = op << 20 >> 52;
        writebackIf(by != 0);
        return true;
    }

    private void registerOffset() {
        e.get(n());
        e.get(m());
        int left = immediate() & 63;
        int right = (int) (op >>> 24) & 63;
        int mask = (int) (op >>> 32) & 63;
        if (left != 0) {
            e.push(left);
            insn(LSHL);
        }
        if (right != 0) {
            e.push(right);
            insn(LSHR);
        }
        if (mask != 0) {
            e.push(-1L >>> mask);
            insn(LAND);
        }
        insn(LADD);
        e.m.visitVarInsn(LSTORE, ADDRESS);
    }

    private void single(int size, int how, boolean store, boolean based) {
        probe(store, (1 << size) - 1, based ? m() & 15 : 0);
        if (store) {
            store(size, d(), 0);
        } else {
            load(size, how, 0);
            e.set(d());
        }
    }
}
