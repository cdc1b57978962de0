// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;

import dev.spelunk.api.state.PeState;

/** Atomic memory operations of FEAT_LSE, and LDAPR of FEAT_LRCPC (DDI 0487, C4.1.94). */
final class Atomics {
    private Atomics() {}

    /** LDAPR. @return {@link Processor#NEXT} */
    static int loadAcquirePc(Processor p, int word) {
        p.x[destination(word & 31)] = p.data.read(address(p, word), 1 << (word >>> 30), DataAccess.ALIGNED);
        return Processor.NEXT;
    }

    /** The others. @return {@link Processor#NEXT} */
    static int execute(Processor p, int word) {
        int size = 1 << (word >>> 30);
        boolean swap = (word >>> 15 & 1) != 0;
        int opc = word >>> 12 & 7;
        int t = word & 31;
        long va = address(p, word);
        DataAccess data = p.data;
        data.locateAtomic(va, size);
        int at = data.index;
        long old = data.get(at, size);
        long operand = p.x[word >>> 16 & 31];
        data.put(at, size, swap ? operand : combine(opc, old, operand, size));
        p.x[destination(t)] = old;
        return Processor.NEXT;
    }

    private static long address(Processor p, int word) {
        int n = word >>> 5 & 31;
        if (n != 31) {
            return p.x[n];
        }
        p.data.checkStackPointer(p.x[PeState.SP]);
        return p.x[PeState.SP];
    }

    /** The new value in memory: opc 0 ADD, 1 CLR, 2 EOR, 3 SET, 4 SMAX, 5 SMIN, 6 UMAX, 7 UMIN. */
    static long combine(int opc, long old, long operand, int size) {
        int unused = 64 - size * 8;
        long a = old << unused;
        long b = operand << unused;
        switch (opc) {
            case 0:
                return old + operand;
            case 1:
                return old & ~operand;
            case 2:
                return old ^ operand;
            case 3:
                return old | operand;
            case 4:
                return a >= b ? old : operand;
            case 5:
                return a <= b ? old : operand;
            case 6:
                return Long.compareUnsigned(a, b) >= 0 ? old : operand;
            default:
                return Long.compareUnsigned(a, b) <= 0 ? old : operand;
        }
    }
}
