// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;
import static dev.spelunk.a64.integer.DataProcessingImmediate.orStackPointer;

import dev.spelunk.a64.integer.Alu;
import dev.spelunk.api.state.PeState;

/** Loads and stores of general-purpose registers (DDI 0487, C4.1.94) other than exclusive, ordered and atomic ones. */
final class LoadStore {
    private static final long LOW = 0xFFFFFFFFL;

    private LoadStore() {}

    /** Executes one instruction of the group. @return {@link Processor#NEXT} */
    static int execute(Processor p, int word) {
        p.data.word = word;
        switch (word >>> 28 & 3) {
            case 0:
                return Exclusives.execute(p, word);
            case 1:
                if ((word >>> 24 & 1) == 0) {
                    return literal(p, word);
                }
                if ((word >>> 21 & 1) == 0 && (word >>> 10 & 3) == 0 && p.has(Features.LRCPC2)) {
                    return unscaledOrdered(p, word);
                }
                throw p.undefined();
            case 2:
                return pair(p, word);
            default:
                return register(p, word);
        }
    }

    private static int register(Processor p, int word) {
        boolean atomic = (word >>> 24 & 1) == 0 && (word >>> 21 & 1) != 0 && (word >>> 10 & 3) == 0;
        if (atomic) {
            return Atomics.execute(p, word);
        }
        if (PointerAuthentication.isLoad(word) && p.has(Features.PAUTH)) {
            return p.pointers.load(word);
        }
        if ((word >>> 22 & 3) == 3 && word >>> 30 > 1) {
            throw p.undefined();
        }
        long base = base(p, word);
        if ((word >>> 24 & 1) != 0) {
            long offset = (long) (word >>> 10 & 0xFFF) << (word >>> 30);
            return access(p, word, base + offset, DataAccess.PLAIN, true);
        }
        int kind = word >>> 10 & 3;
        if ((word >>> 21 & 1) != 0) {
            int option = word >>> 13 & 7;
            if (kind != 2 || (option & 2) == 0) {
                throw p.undefined();
            }
            int shift = (word >>> 12 & 1) != 0 ? word >>> 30 : 0;
            return access(p, word, base + Alu.extend(p.x[word >>> 16 & 31], option, shift), DataAccess.PLAIN, true);
        }
        long offset = word << 11 >> 23;
        switch (kind) {
            case 0:
                return access(p, word, base + offset, DataAccess.PLAIN, true);
            case 2:
                return access(p, word, base + offset, p.data.unprivilegedMode(), false);
            default:
                access(p, word, kind == 1 ? base : base + offset, DataAccess.PLAIN, false);
                p.x[orStackPointer(word >>> 5 & 31)] = base + offset;
                return Processor.NEXT;
        }
    }

    /** The base register, with the check of the stack pointer's alignment. */
    private static long base(Processor p, int word) {
        int n = word >>> 5 & 31;
        if (n != 31) {
            return p.x[n];
        }
        long sp = p.x[PeState.SP];
        if (!isPrefetch(word)) {
            p.data.checkStackPointer(sp);
        }
        return sp;
    }

    private static boolean isPrefetch(int word) {
        return (word & 0xC0C00000) == 0xC0800000 && (word >>> 28 & 3) == 3;
    }

    /** The access that size (31:30) and opc (23:22) say; PRFM and PRFUM, which do nothing, where they exist. */
    private static int access(Processor p, int word, long va, int mode, boolean prefetch) {
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
                if (size == 3) {
                    if (!prefetch) {
                        throw p.undefined();
                    }
                    return Processor.NEXT;
                }
                p.x[destination(t)] = signExtend(p.data.read(va, 1 << size, mode), size);
                return Processor.NEXT;
            default:
                if (size > 1) {
                    throw p.undefined();
                }
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

    private static int literal(Processor p, int word) {
        long va = literalAddress(word, p.pe.pc);
        int t = destination(word & 31);
        switch (word >>> 30) {
            case 0:
                p.x[t] = p.data.read(va, 4, DataAccess.PLAIN);
                break;
            case 1:
                p.x[t] = p.data.read(va, 8, DataAccess.PLAIN);
                break;
            case 2:
                p.x[t] = (int) p.data.read(va, 4, DataAccess.PLAIN);
                break;
            default:
                break;
        }
        return Processor.NEXT;
    }

    /** LDAPUR and STLUR. */
    private static int unscaledOrdered(Processor p, int word) {
        if ((word & 0xC0C00000) == 0xC0800000) {
            throw p.undefined();
        }
        long offset = word << 11 >> 23;
        return access(p, word, base(p, word) + offset, DataAccess.ALIGNED, false);
    }

    private static int pair(Processor p, int word) {
        int opc = word >>> 30;
        int mode = word >>> 23 & 3;
        boolean load = (word >>> 22 & 1) != 0;
        if (opc == 3 || opc == 1 && (!load || mode == 0)) {
            throw p.undefined();
        }
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
