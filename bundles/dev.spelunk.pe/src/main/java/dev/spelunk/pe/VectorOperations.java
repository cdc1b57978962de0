// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.fp.FrequentOperations;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PhysicalMemory;

/** Decoded operations on the SIMD&FP registers, for {@link Interpreter}. */
final class VectorOperations {
    /** The operation must be executed by {@link Instructions}: access is off, an address misses, or it is UNDEFINED. */
    static final int SLOWLY = -1;

    private static final long LOW = 0xFFFFFFFFL;

    private final Processor p;
    private final PeState pe;
    private final long[] x;
    private final long[] v;
    private final byte[] ram;
    private boolean enabled;

    VectorOperations(Processor p) {
        this.p = p;
        pe = p.pe;
        x = pe.x;
        v = pe.v;
        ram = p.context.memory.ram;
    }

    /** To be called when a run begins and when an instruction may have changed whether access is enabled. */
    void update() {
        enabled = p.vectors.enabled();
    }

    /** Whether access is enabled. */
    boolean enabled() {
        return enabled;
    }

    /**
     * Executes an operation of the kinds from {@link Kinds#VECTOR} on.
     *
     * @return the new NZCV, or {@link #SLOWLY} with nothing changed
     */
    int execute(int kind, long op, int nzcv, long[] reads, long[] writes) {
        if (!enabled) {
            return SLOWLY;
        }
        switch (kind) {
            case FP:
                pe.nzcv = nzcv;
                FrequentOperations.execute(
                        pe, (int) (op >>> 16), (int) (op >>> 56), (int) op & 0xFF, (int) op >>> 8 & 0xFF);
                return pe.nzcv;
            case FP_WORD:
                pe.nzcv = nzcv;
                return p.vectors.scalar((int) (op >>> 16)) ? pe.nzcv : SLOWLY;
            case SIMD:
                return p.vectors.simd((int) (op >>> 16), Form.at((int) op >>> 8 & 0xFF)) ? nzcv : SLOWLY;
            case LDR_S:
            case LDR_D:
            case LDR_Q:
                return load(kind, op, reads) ? nzcv : SLOWLY;
            case STR_S:
            case STR_D:
            case STR_Q:
                return store(kind, op, writes) ? nzcv : SLOWLY;
            case LDP_D:
            case LDP_Q:
                return loadPair(kind, op, reads) ? nzcv : SLOWLY;
            default:
                return storePair(kind, op, writes) ? nzcv : SLOWLY;
        }
    }

    /** Index in RAM of an access of size bytes at va within one page, or -1 when the software TLB does not have it. */
    private static int index(long[] tlb, long va, int size, long misalignedBase) {
        int slot = (int) (va >>> 12 & SoftwareTlb.INDEX_MASK) << 1;
        return tlb[slot] == (va + size - 1 & SoftwareTlb.PAGE_MASK | misalignedBase) ? (int) (va + tlb[slot + 1]) : -1;
    }

    private boolean load(int kind, long op, long[] reads) {
        long base = x[(int) op & 0x3F];
        int at = index(reads, base + (int) (op >>> 16), 4 << kind - LDR_S, base & op >>> 8 & 15);
        if (at < 0) {
            return false;
        }
        int t = (int) (op >>> 56) << 1;
        v[t + 1] = kind == LDR_Q ? PhysicalMemory.get64(ram, at + 8) : 0;
        v[t] = kind == LDR_S ? PhysicalMemory.get32(ram, at) & LOW : PhysicalMemory.get64(ram, at);
        return true;
    }

    private boolean store(int kind, long op, long[] writes) {
        long base = x[(int) op & 0x3F];
        int at = index(writes, base + (int) (op >>> 16), 4 << kind - STR_S, base & op >>> 8 & 15);
        if (at < 0) {
            return false;
        }
        int t = (int) (op >>> 56) << 1;
        if (kind == STR_S) {
            PhysicalMemory.put32(ram, at, (int) v[t]);
            return true;
        }
        PhysicalMemory.put64(ram, at, v[t]);
        if (kind == STR_Q) {
            PhysicalMemory.put64(ram, at + 8, v[t + 1]);
        }
        return true;
    }

    private boolean loadPair(int kind, long op, long[] reads) {
        long base = x[(int) op & 0x3F];
        int size = 8 << kind - LDP_D;
        int at = index(reads, base + (short) (op >>> 16), 2 * size, base & op >>> 44 & 15);
        if (at < 0) {
            return false;
        }
        int t = (int) (op >>> 56) << 1;
        int t2 = ((int) op >>> 8 & 31) << 1;
        boolean quad = kind == LDP_Q;
        v[t] = PhysicalMemory.get64(ram, at);
        v[t + 1] = quad ? PhysicalMemory.get64(ram, at + 8) : 0;
        v[t2] = PhysicalMemory.get64(ram, at + size);
        v[t2 + 1] = quad ? PhysicalMemory.get64(ram, at + 24) : 0;
        x[(int) op & 0x3F] = base + (op << 20 >> 52);
        return true;
    }

    private boolean storePair(int kind, long op, long[] writes) {
        long base = x[(int) op & 0x3F];
        int size = 8 << kind - STP_D;
        int at = index(writes, base + (short) (op >>> 16), 2 * size, base & op >>> 44 & 15);
        if (at < 0) {
            return false;
        }
        int t = (int) (op >>> 56) << 1;
        int t2 = ((int) op >>> 8 & 31) << 1;
        PhysicalMemory.put64(ram, at, v[t]);
        PhysicalMemory.put64(ram, at + size, v[t2]);
        if (kind == STP_Q) {
            PhysicalMemory.put64(ram, at + 8, v[t + 1]);
            PhysicalMemory.put64(ram, at + 24, v[t2 + 1]);
        }
        x[(int) op & 0x3F] = base + (op << 20 >> 52);
        return true;
    }
}
