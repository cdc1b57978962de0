// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;

import dev.spelunk.a64.integer.Alu;
import dev.spelunk.api.state.PeState;

/**
 * Load-Exclusive, Store-Exclusive, Load-Acquire, Store-Release and Compare and Swap (DDI 0487, C4.1.94). The
 * monitor remembers address and value of the last Load-Exclusive; a Store-Exclusive succeeds when
 * memory still holds that value, so that any observer's write of another value clears it.
 */
final class Exclusives {
    private Exclusives() {}

    /** LDXR, STXR and those of a pair, ordered or not. @return {@link Processor#NEXT} */
    static int exclusive(Processor p, int word, boolean pair) {
        int bytes = 1 << (word >>> 30);
        long va = address(p, word);
        if ((word >>> 22 & 1) != 0) {
            loadExclusive(p, word, va, bytes, pair);
        } else {
            storeExclusive(p, word, va, bytes, pair);
        }
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

    /** LDAR, STLR, and LDLAR and STLLR of FEAT_LOR. @return {@link Processor#NEXT} */
    static int ordered(Processor p, int word) {
        if ((word >>> 15 & 1) == 0 && !p.has(Features.LOR)) {
            throw p.undefined();
        }
        int size = 1 << (word >>> 30);
        long va = address(p, word);
        if ((word >>> 22 & 1) != 0) {
            p.x[destination(word & 31)] = p.data.read(va, size, DataAccess.ALIGNED);
        } else {
            p.data.write(va, size, p.x[word & 31], DataAccess.ALIGNED);
        }
        return Processor.NEXT;
    }

    private static void loadExclusive(Processor p, int word, long va, int size, boolean pair) {
        PeState pe = p.pe;
        DataAccess data = p.data;
        data.locateExclusive(va, pair ? size * 2 : size, false);
        int at = data.index;
        long first = data.get(at, size);
        long second = pair ? data.get(at + size, size) : 0;
        pe.exclusiveAddress = p.context.memory.base + at;
        pe.exclusiveSize = pair ? size * 2 : size;
        pe.exclusiveLow = first;
        pe.exclusiveHigh = second;
        p.x[destination(word & 31)] = first;
        if (pair) {
            p.x[destination(word >>> 10 & 31)] = second;
        }
    }

    private static void storeExclusive(Processor p, int word, long va, int size, boolean pair) {
        PeState pe = p.pe;
        DataAccess data = p.data;
        int bytes = pair ? size * 2 : size;
        data.locateExclusive(va, bytes, true);
        int at = data.index;
        boolean holds = pe.exclusiveAddress == p.context.memory.base + at
                && pe.exclusiveSize == bytes
                && data.get(at, size) == pe.exclusiveLow
                && (!pair || data.get(at + size, size) == pe.exclusiveHigh);
        if (holds) {
            long first = p.x[word & 31];
            long second = p.x[word >>> 10 & 31];
            data.put(at, size, first);
            if (pair) {
                data.put(at + size, size, second);
            }
        }
        pe.exclusiveAddress = -1;
        p.x[destination(word >>> 16 & 31)] = holds ? 0 : 1;
    }

    static int compareAndSwap(Processor p, int word) {
        int size = 1 << (word >>> 30);
        long va = address(p, word);
        DataAccess data = p.data;
        data.locateAtomic(va, size);
        int at = data.index;
        long old = data.get(at, size);
        int s = word >>> 16 & 31;
        long mask = Alu.ones(size * 8);
        if (old == (p.x[s] & mask)) {
            data.put(at, size, p.x[word & 31]);
        }
        p.x[destination(s)] = old;
        return Processor.NEXT;
    }

    static int compareAndSwapPair(Processor p, int word) {
        int size = 4 << (word >>> 30);
        int s = word >>> 16 & 31;
        int t = word & 31;
        long va = address(p, word);
        DataAccess data = p.data;
        data.locateAtomic(va, size * 2);
        int at = data.index;
        long mask = Alu.ones(size * 8);
        long low = data.get(at, size);
        long high = data.get(at + size, size);
        if (low == (p.x[s] & mask) && high == (p.x[s + 1] & mask)) {
            data.put(at, size, p.x[t]);
            data.put(at + size, size, p.x[t + 1]);
        }
        p.x[destination(s)] = low;
        p.x[destination(s + 1)] = high;
        return Processor.NEXT;
    }
}
