// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.pe.Kinds.*;

import dev.spelunk.api.state.PhysicalMemory;

/** Decoded loads and stores of general-purpose registers that are less frequent than those of {@link Interpreter}. */
final class MemoryOperations {
    /** How wide: log2 of the size in bits 1:0, then these. */
    static final int SIGNED = 4;

    static final int WORD_RESULT = 8;
    private static final long LOW = 0xFFFFFFFFL;

    private final Processor p;
    private final long[] x;
    private final byte[] ram;

    MemoryOperations(Processor p) {
        this.p = p;
        x = p.x;
        ram = p.context.memory.ram;
    }

    /**
     * Executes an operation of the kinds from {@link Kinds#MEMORY} on.
     *
     * @return false, with nothing done, when it does not hit the software TLB or must be checked
     */
    boolean execute(int kind, long op, long[] reads, long[] writes) {
        switch (kind & 0xFF) {
            case LOAD_REG:
                return load(op, registerOffset(op), 0, (int) (op >>> 40), reads);
            case STORE_REG:
                return store(op, registerOffset(op), 0, (int) (op >>> 40), writes);
            case LOAD:
                return loadOffset(op, reads);
            case STORE:
                return storeOffset(op, writes);
            case LOAD_UNPRIVILEGED:
                return loadOffset(op, unprivileged() ? p.tlb.read[p.tlb.unprivilegedSet()] : reads);
            case STORE_UNPRIVILEGED:
                return storeOffset(op, unprivileged() ? p.tlb.write[p.tlb.unprivilegedSet()] : writes);
            case LDP_W:
            case LDPSW:
                return loadPair(op, (kind & 0xFF) == LDPSW, reads);
            default:
                return storePair(op, writes);
        }
    }

    private boolean unprivileged() {
        return p.data.unprivilegedMode() == DataAccess.UNPRIVILEGED;
    }

    private long registerOffset(long op) {
        return x[(int) op & 0x3F]
                + (x[(int) op >>> 8 & 0x3F] << (int) (op >>> 16) >> (int) (op >>> 24) & -1L >>> (int) (op >>> 32));
    }

    private static int index(long[] tlb, long va, int last, long misalignedBase) {
        int slot = SoftwareTlb.slot(va);
        return tlb[slot] == (va + last & SoftwareTlb.PAGE_MASK | misalignedBase) ? (int) (va + tlb[slot + 1]) : -1;
    }

    private boolean loadOffset(long op, long[] tlb) {
        int n = (int) op & 0x3F;
        long base = x[n];
        if (!load(op, base + (short) (op >>> 16), base & op >>> 8 & 15, (int) (op >>> 44), tlb)) {
            return false;
        }
        long writeback = op << 20 >> 52;
        if (writeback != 0) {
            x[n] = base + writeback;
        }
        return true;
    }

    private boolean storeOffset(long op, long[] tlb) {
        int n = (int) op & 0x3F;
        long base = x[n];
        if (!store(op, base + (short) (op >>> 16), base & op >>> 8 & 15, (int) (op >>> 44), tlb)) {
            return false;
        }
        x[n] = base + (op << 20 >> 52);
        return true;
    }

    private boolean load(long op, long va, long misalignedBase, int how, long[] tlb) {
        int size = how & 3;
        int at = index(tlb, va, (1 << size) - 1, misalignedBase);
        if (at < 0) {
            return false;
        }
        long value;
        switch (size) {
            case 0:
                value = ram[at];
                break;
            case 1:
                value = (short) PhysicalMemory.get16(ram, at);
                break;
            case 2:
                value = PhysicalMemory.get32(ram, at);
                break;
            default:
                value = PhysicalMemory.get64(ram, at);
                break;
        }
        if ((how & SIGNED) == 0) {
            value &= -1L >>> 64 - (8 << size);
        } else if ((how & WORD_RESULT) != 0) {
            value &= LOW;
        }
        x[(int) (op >>> 56)] = value;
        return true;
    }

    private boolean store(long op, long va, long misalignedBase, int how, long[] tlb) {
        int size = how & 3;
        int at = index(tlb, va, (1 << size) - 1, misalignedBase);
        if (at < 0) {
            return false;
        }
        long value = x[(int) (op >>> 56)];
        switch (size) {
            case 0:
                PhysicalMemory.put8(ram, at, (int) value);
                break;
            case 1:
                PhysicalMemory.put16(ram, at, (int) value);
                break;
            case 2:
                PhysicalMemory.put32(ram, at, (int) value);
                break;
            default:
                PhysicalMemory.put64(ram, at, value);
                break;
        }
        return true;
    }

    private boolean loadPair(long op, boolean signed, long[] reads) {
        int n = (int) op & 0x3F;
        long base = x[n];
        int at = index(reads, base + (short) (op >>> 16), 7, base & op >>> 44 & 15);
        if (at < 0) {
            return false;
        }
        long mask = signed ? -1 : LOW;
        x[(int) (op >>> 56)] = PhysicalMemory.get32(ram, at) & mask;
        x[(int) op >>> 8 & 0x3F] = PhysicalMemory.get32(ram, at + 4) & mask;
        long writeback = op << 20 >> 52;
        if (writeback != 0) {
            x[n] = base + writeback;
        }
        return true;
    }

    private boolean storePair(long op, long[] writes) {
        int n = (int) op & 0x3F;
        long base = x[n];
        int at = index(writes, base + (short) (op >>> 16), 7, base & op >>> 44 & 15);
        if (at < 0) {
            return false;
        }
        PhysicalMemory.put32(ram, at, (int) x[(int) (op >>> 56)]);
        PhysicalMemory.put32(ram, at + 4, (int) x[(int) op >>> 8 & 0x3F]);
        x[n] = base + (op << 20 >> 52);
        return true;
    }
}
