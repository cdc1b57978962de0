// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.pe.fp.ScalarFloatingPoint;
import dev.spelunk.pe.simd.FloatingPointVectors;
import dev.spelunk.pe.simd.StructureLoadStore;

/** What a sample record can say of an instruction on the SIMD&FP registers (DDI 0487, D17.5.1 and D18.2.7). */
final class VectorObserver {
    private final OperationObserver observer;
    private final PeState pe;

    VectorObserver(OperationObserver observer, PeState pe) {
        this.observer = observer;
        this.pe = pe;
    }

    /** Data processing. */
    void dataProcessing(Operation o, int word) {
        if (!ScalarFloatingPoint.matches(word)) {
            o.flags |= Operation.ADVANCED_SIMD | (FloatingPointVectors.matches(word) ? Operation.FLOATING_POINT : 0);
            return;
        }
        o.flags |= Operation.FLOATING_POINT;
        boolean conditional = (word & 1 << 24) == 0 && (word & 1 << 21) != 0 && (word >>> 10 & 1) != 0;
        if (conditional) {
            o.flags |= Operation.CONDITIONAL;
            if (!Alu.holds(word >>> 12 & 15, pe.nzcv)) {
                o.flags |= Operation.CONDITION_FAILED;
            }
        }
    }

    void loadStore(Operation o, int word) {
        int kind = word >>> 28 & 3;
        if (kind == 0) {
            structures(o, word);
        } else if (kind == 1) {
            if ((word >>> 24 & 1) == 0 && word >>> 30 != 3) {
                int size = 4 << (word >>> 30);
                access(o, true, LoadStore.literalAddress(word, pe.pc), size, size, size == 16);
            }
        } else if (kind == 2) {
            int size = 4 << (word >>> 30);
            long offset = (word >>> 23 & 3) == 1 ? 0 : (long) (word << 10 >> 25) * size;
            access(o, (word >>> 22 & 1) != 0, base(word) + offset, 2 * size, size, size == 16);
        } else {
            register(o, word);
        }
    }

    private void register(Operation o, int word) {
        int scale = word >>> 30 | word >>> 21 & 4;
        if (scale > 4) {
            return;
        }
        long va = base(word);
        if ((word >>> 24 & 1) != 0) {
            va += (long) (word >>> 10 & 0xFFF) << scale;
        } else if ((word >>> 21 & 1) != 0) {
            va += Alu.extend(pe.x[word >>> 16 & 31], word >>> 13 & 7, (word >>> 12 & 1) != 0 ? scale : 0);
        } else if ((word >>> 10 & 3) != 1) {
            va += word << 11 >> 23;
        }
        access(o, (word >>> 22 & 1) != 0, va, 1 << scale, 1 << scale, scale == 4);
    }

    private void structures(Operation o, int word) {
        int size = StructureLoadStore.transferred(word);
        if (size != 0) {
            access(o, (word >>> 22 & 1) != 0, base(word), size, 1, true);
        }
    }

    private long base(int word) {
        int n = word >>> 5 & 31;
        return pe.x[n == 31 ? PeState.SP : n];
    }

    /** Scalar loads and stores other than of Q registers are floating-point, the others SIMD (D17.5.1). */
    private void access(Operation o, boolean load, long va, int size, int element, boolean simd) {
        int direction = load ? Operation.LOAD : Operation.STORE;
        int type = simd ? Operation.ADVANCED_SIMD : Operation.FLOATING_POINT;
        observer.memory(o, direction | Operation.SIMD_FP_REGISTERS | type, va, size, element, 0);
    }
}
