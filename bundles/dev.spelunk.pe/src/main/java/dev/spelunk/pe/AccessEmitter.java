// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.RegionEmitter.*;
import static org.objectweb.asm.Opcodes.*;

/** Writes accesses of memory: a probe of the software TLB, and what is read or written where it finds the page in RAM. */
abstract class AccessEmitter extends KindEmitter {
    private static final String MEMORY_CLASS = "dev/spelunk/api/state/PhysicalMemory";

    AccessEmitter(RegionEmitter emitter, Block block, int number) {
        super(emitter, block, number);
    }

    /** The base plus an offset in ADDRESS, the base in BASE. */
    final void offset(long by) {
        e.get(n());
        insn(DUP2);
        e.m.visitVarInsn(LSTORE, BASE);
        e.push(by);
        insn(LADD);
        e.m.visitVarInsn(LSTORE, ADDRESS);
    }

    final void writeback(long by) {
        e.m.visitVarInsn(LLOAD, BASE);
        e.push(by);
        insn(LADD);
        e.set(n());
    }

    /** The index in RAM in AT, or out of the region. @param mask of bits of BASE that must be 0 */
    final void probe(boolean write, int last, int mask) {
        e.m.visitVarInsn(ALOAD, write ? WRITES : READS);
        e.m.visitVarInsn(LLOAD, ADDRESS);
        e.push(last);
        if (mask == 0) {
            insn(LCONST_0);
        } else {
            e.m.visitVarInsn(LLOAD, BASE);
            e.push((long) mask);
            insn(LAND);
        }
        e.math("at", "([JJIJ)I");
        insn(DUP);
        e.m.visitVarInsn(ISTORE, AT);
        e.m.visitJumpInsn(IFLT, e.leave(number, i));
    }

    final void ram(int offset) {
        e.m.visitVarInsn(ALOAD, RAM);
        e.m.visitVarInsn(ILOAD, AT);
        if (offset != 0) {
            e.push(offset);
            insn(IADD);
        }
    }

    final void load(int size, int how, int offset) {
        ram(offset);
        e.m.visitMethodInsn(INVOKESTATIC, MEMORY_CLASS, "get" + (8 << size), size == 3 ? "([BI)J" : "([BI)I", false);
        if (size == 3) {
            return;
        }
        boolean signed = (how & MemoryOperations.SIGNED) != 0;
        if (signed && size < 2) {
            insn(size == 0 ? I2B : I2S);
        }
        insn(I2L);
        if (size == 2 && !signed || (how & MemoryOperations.WORD_RESULT) != 0) {
            low();
        }
    }

    final void store(int size, int r, int offset) {
        ram(offset);
        e.get(r);
        put(size);
    }

    final void put(int size) {
        if (size != 3) {
            insn(L2I);
        }
        e.m.visitMethodInsn(INVOKESTATIC, MEMORY_CLASS, "put" + (8 << size), size == 3 ? "([BIJ)V" : "([BII)V", false);
    }

    final void writebackIf(boolean does) {
        if (does) {
            writeback(op << 20 >> 52);
        }
    }
}
