// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;
import static dev.spelunk.a64.integer.DataProcessingImmediate.orStackPointer;

import dev.spelunk.a64.integer.Alu;
import dev.spelunk.api.state.PeState;

/**
 * Loads and stores of general-purpose registers (DDI 0487, C4.1.94) other than exclusive, ordered and atomic ones, each with the
 * result {@link Processor#NEXT}.
 */
final class LoadStore {
    private static final long LOW = 0xFFFFFFFFL;

    private LoadStore() {}

    static int unsigned(Processor p, int word) {
        long offset = (long) (word >>> 10 & 0xFFF) << (word >>> 30);
        return access(p, word, base(p, word) + offset, DataAccess.PLAIN);
    }

    static int unscaled(Processor p, int word) {
        return access(p, word, base(p, word) + offset(word), DataAccess.PLAIN);
    }

    static int unprivileged(Processor p, int word) {
        return access(p, word, base(p, word) + offset(word), p.data.unprivilegedMode());
    }

    /** Pre-indexed and post-indexed. */
    static int writeback(Processor p, int word) {
        long base = base(p, word);
        long after = base + offset(word);
        boolean postIndexed = (word >>> 11 & 1) == 0;
        access(p, word, postIndexed ? base : after, DataAccess.PLAIN);
        p.x[orStackPointer(word >>> 5 & 31)] = after;
        return Processor.NEXT;
    }

    static int registerOffset(Processor p, int word) {
        int shift = (word >>> 12 & 1) != 0 ? word >>> 30 : 0;
        long offset = Alu.extend(p.x[word >>> 16 & 31], word >>> 13 & 7, shift);
        return access(p, word, base(p, word) + offset, DataAccess.PLAIN);
    }

    /** The signed offset of nine bits. */
    private static long offset(int word) {
        return word << 11 >> 23;
    }

    /** The base register, with the check of the stack pointer's alignment. */
    private static long base(Processor p, int word) {
        int n = word >>> 5 & 31;
        if (n != 31) {
            return p.x[n];
        }
        long sp = p.x[PeState.SP];
        p.data.checkStackPointer(sp);
        return sp;
    }

    /** The access that size (31:30) and opc (23:22) say. */
    private static int access(Processor p, int word, long va, int mode) {
        int size = word >>> 30;
        int t = word & 31;
        switch (word >>> 22 & 3) {
            case 0:
                p.data.write(va, 1 << size, p.x[t], mode);
                return Processor.NEXT;
            case 1:
                p.x[destination(t)] = p.data.read(va, 1 << size, mode);
                return Processor.NEXT;
            case 2:
                p.x[destination(t)] = signExtend(p.data.read(va, 1 << size, mode), size);
                return Processor.NEXT;
            default:
                p.x[destination(t)] = signExtend(p.data.read(va, 1 << size, mode), size) & LOW;
                return Processor.NEXT;
        }
    }

    static long signExtend(long value, int size) {
        switch (size) {
            case 0:
                return (byte) value;
            case 1:
                return (short) value;
            case 2:
                return (int) value;
            default:
                return value;
        }
    }

    /** Address of LDR (literal) at pc. */
    static long literalAddress(int word, long pc) {
        return pc + ((long) (word << 8 >> 13) << 2);
    }

    static int literal(Processor p, int word) {
        long va = literalAddress(word, p.pe.pc);
        int t = destination(word & 31);
        switch (word >>> 30) {
            case 0:
                p.x[t] = p.data.read(va, 4, DataAccess.PLAIN);
                break;
            case 1:
                p.x[t] = p.data.read(va, 8, DataAccess.PLAIN);
                break;
            default:
                p.x[t] = (int) p.data.read(va, 4, DataAccess.PLAIN);
                break;
        }
        return Processor.NEXT;
    }

    /** LDAPUR and STLUR. */
    static int unscaledOrdered(Processor p, int word) {
        return access(p, word, base(p, word) + offset(word), DataAccess.ALIGNED);
    }

    static int pair(Processor p, int word) {
        int opc = word >>> 30;
        int mode = word >>> 23 & 3;
        boolean load = (word >>> 22 & 1) != 0;
        int size = opc == 2 ? 8 : 4;
        long base = base(p, word);
        long offset = (long) (word << 10 >> 25) * size;
        long va = mode == 1 ? base : base + offset;
        int t = word & 31;
        int t2 = word >>> 10 & 31;
        if (load) {
            long first = p.data.read(va, size, DataAccess.PLAIN);
            long second = p.data.read(va + size, size, DataAccess.PLAIN);
            p.x[destination(t)] = opc == 1 ? (int) first : first;
            p.x[destination(t2)] = opc == 1 ? (int) second : second;
        } else {
            long first = p.x[t];
            long second = p.x[t2];
            if ((va & 0xFFF) + 2 * size > 4096) {
                p.data.probe(va, 2 * size, size, DataAccess.PLAIN, true);
            }
            p.data.write(va, size, first, DataAccess.PLAIN);
            p.data.write(va + size, size, second, DataAccess.PLAIN);
        }
        if ((mode & 1) != 0) {
            p.x[orStackPointer(word >>> 5 & 31)] = base + offset;
        }
        return Processor.NEXT;
    }
}
