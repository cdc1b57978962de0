// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

import dev.spelunk.api.state.PeState;

/**
 * Loads and stores of SIMD&FP registers other than of structures (DDI 0487, C4.1, Loads and Stores, with V = 1):
 * literal, pair and single register in every addressing form.
 */
public final class VectorLoadStore {
    private VectorLoadStore() {}

    /**
     * Executes one instruction, access to the registers having been checked. {@code pe.pc} is exact.
     *
     * @return whether the encoding is allocated; if not, nothing has changed
     */
    public static boolean execute(PeState pe, DataMemory memory, int word) {
        switch (word >>> 28 & 3) {
            case 1:
                return literal(pe, memory, word);
            case 2:
                return pair(pe, memory, word);
            default:
                return register(pe, memory, word);
        }
    }

    /** Load register (literal). */
    private static boolean literal(PeState pe, DataMemory memory, int word) {
        int opc = word >>> 30;
        if (opc == 3) {
            return false;
        }
        load(pe, memory, word & 31, pe.pc + ((long) (word << 8 >> 13) << 2), 4 << opc);
        return true;
    }

    /** Load/store register pair, and no-allocate pair. */
    private static boolean pair(PeState pe, DataMemory memory, int word) {
        int opc = word >>> 30;
        if (opc == 3) {
            return false;
        }
        int size = 4 << opc;
        int mode = word >>> 23 & 3;
        int n = word >>> 5 & 31;
        long base = base(pe, memory, n);
        long offset = (long) (word << 10 >> 25) * size;
        long va = mode == 1 ? base : base + offset;
        boolean load = (word & 1 << 22) != 0;
        boolean across = (va & 0xFFF) + 2L * size > 4096;
        if (across && !load || size == 16 && (va & 15) != 0) {
            memory.probe(va, 2 * size, size, !load);
        }
        if (load) {
            loadPair(pe, memory, word, va, size);
        } else {
            storePair(pe, memory, word, va, size);
        }
        if ((mode & 1) != 0) {
            writeBack(pe, n, base + offset);
        }
        return true;
    }

    private static void loadPair(PeState pe, DataMemory memory, int word, long va, int size) {
        int t = (word & 31) << 1;
        int t2 = (word >>> 10 & 31) << 1;
        long[] v = pe.v;
        if (size < 16) {
            long first = memory.read(va, size);
            long second = memory.read(va + size, size);
            v[t] = first;
            v[t + 1] = 0;
            v[t2] = second;
            v[t2 + 1] = 0;
            return;
        }
        long low = memory.read(va, 8);
        long high = memory.read(va + 8, 8);
        long low2 = memory.read(va + 16, 8);
        long high2 = memory.read(va + 24, 8);
        v[t] = low;
        v[t + 1] = high;
        v[t2] = low2;
        v[t2 + 1] = high2;
    }

    private static void storePair(PeState pe, DataMemory memory, int word, long va, int size) {
        int t = (word & 31) << 1;
        int t2 = (word >>> 10 & 31) << 1;
        long[] v = pe.v;
        if (size < 16) {
            memory.write(va, size, v[t]);
            memory.write(va + size, size, v[t2]);
            return;
        }
        memory.write(va, 8, v[t]);
        memory.write(va + 8, 8, v[t + 1]);
        memory.write(va + 16, 8, v[t2]);
        memory.write(va + 24, 8, v[t2 + 1]);
    }

    /** Load/store register: unscaled, post-indexed, pre-indexed, register offset, unsigned immediate. */
    private static boolean register(PeState pe, DataMemory memory, int word) {
        int scale = word >>> 30 | word >>> 21 & 4;
        if (scale > 4) {
            return false;
        }
        int n = word >>> 5 & 31;
        if ((word & 1 << 24) != 0) {
            transfer(pe, memory, word, base(pe, memory, n) + ((long) (word >>> 10 & 0xFFF) << scale), 1 << scale);
            return true;
        }
        int form = word >>> 10 & 3;
        if ((word & 1 << 21) != 0) {
            int option = word >>> 13 & 7;
            if (form != 2 || (option & 2) == 0) {
                return false;
            }
            long index = pe.x[word >>> 16 & 31];
            long extended = option == 2 ? index & 0xFFFFFFFFL : option == 6 ? (int) index : index;
            int shift = (word & 1 << 12) != 0 ? scale : 0;
            transfer(pe, memory, word, base(pe, memory, n) + (extended << shift), 1 << scale);
            return true;
        }
        if (form == 2) {
            return false;
        }
        long base = base(pe, memory, n);
        long moved = base + (word << 11 >> 23);
        transfer(pe, memory, word, form == 1 ? base : moved, 1 << scale);
        if (form != 0) {
            writeBack(pe, n, moved);
        }
        return true;
    }

    private static void transfer(PeState pe, DataMemory memory, int word, long va, int size) {
        if ((word & 1 << 22) != 0) {
            load(pe, memory, word & 31, va, size);
        } else {
            store(pe, memory, word & 31, va, size);
        }
    }

    private static void load(PeState pe, DataMemory memory, int t, long va, int size) {
        long low;
        long high = 0;
        if (size < 16) {
            low = memory.read(va, size);
        } else {
            if ((va & 15) != 0) {
                memory.probe(va, 16, 16, false);
            }
            low = memory.read(va, 8);
            high = memory.read(va + 8, 8);
        }
        pe.v[t << 1] = low;
        pe.v[(t << 1) + 1] = high;
    }

    private static void store(PeState pe, DataMemory memory, int t, long va, int size) {
        if (size < 16) {
            memory.write(va, size, pe.v[t << 1]);
            return;
        }
        if ((va & 15) != 0) {
            memory.probe(va, 16, 16, true);
        }
        memory.write(va, 8, pe.v[t << 1]);
        memory.write(va + 8, 8, pe.v[(t << 1) + 1]);
    }

    private static long base(PeState pe, DataMemory memory, int n) {
        if (n != 31) {
            return pe.x[n];
        }
        long sp = pe.x[PeState.SP];
        memory.checkStackPointer(sp);
        return sp;
    }

    private static void writeBack(PeState pe, int n, long value) {
        pe.x[n == 31 ? PeState.SP : n] = value;
    }
}
