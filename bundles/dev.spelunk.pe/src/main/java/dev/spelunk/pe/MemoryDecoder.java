// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;

import dev.spelunk.a64.Form;

/** Decodes the frequent loads and stores to {@link Kinds}; {@link LoadStore} has the meaning of all of them. */
final class MemoryDecoder {
    /** Kind by size and opc; -1 where there is none. */
    private static final int[] OFFSET = {
        Kinds.STR_B,
        Kinds.LDR_B,
        -1,
        -1,
        Kinds.STR_H,
        Kinds.LDR_H,
        -1,
        -1,
        Kinds.STR_W,
        Kinds.LDR_W,
        Kinds.LDRSW,
        -1,
        Kinds.STR_X,
        Kinds.LDR_X,
        Kinds.NOP,
        -1
    };

    private static final int[] REGISTER = {
        Kinds.STR_B_REG,
        Kinds.LDR_B_REG,
        -1,
        -1,
        -1,
        -1,
        -1,
        -1,
        Kinds.STR_W_REG,
        Kinds.LDR_W_REG,
        Kinds.LDRSW_REG,
        -1,
        Kinds.STR_X_REG,
        Kinds.LDR_X_REG,
        Kinds.NOP,
        -1
    };
    private static final int[] WRITEBACK = {
        Kinds.STR_B_WB,
        Kinds.LDR_B_WB,
        -1,
        -1,
        -1,
        -1,
        -1,
        -1,
        Kinds.STR_W_WB,
        Kinds.LDR_W_WB,
        -1,
        -1,
        Kinds.STR_X_WB,
        Kinds.LDR_X_WB,
        -1,
        -1
    };

    private MemoryDecoder() {}

    static long decode(Form form, int word) {
        int n = word >>> 5 & 31;
        switch (form) {
            case LOAD_STORE_UNSIGNED:
                return offset(word, n, (word >>> 10 & 0xFFF) << (word >>> 30));
            case LOAD_STORE_UNSCALED:
                return offset(word, n, word << 11 >> 23);
            case LOAD_STORE_WRITEBACK:
                return writeback(word, n);
            case LOAD_STORE_UNPRIVILEGED:
                return other(Kinds.LOAD_UNPRIVILEGED, word, n, word << 11 >> 23, 0);
            case LOAD_STORE_REGISTER:
                return registerOffset(word, n);
            case LOAD_STORE_PAIR:
                return pair(word);
            case VECTOR_LOAD_STORE_UNSIGNED:
                return vector(word, n, (word >>> 10 & 0xFFF) << scale(word));
            case VECTOR_LOAD_STORE_UNSCALED:
                return vector(word, n, word << 11 >> 23);
            case VECTOR_LOAD_STORE_PAIR:
                return vectorPair(word);
            default:
                return Decoder.SLOW;
        }
    }

    /** Size and opc of a single register's load or store. */
    private static int operation(int word) {
        return word >>> 28 & 12 | word >>> 22 & 3;
    }

    /** log2 of the size of a SIMD&FP register's load or store. */
    private static int scale(int word) {
        return word >>> 30 | word >>> 21 & 4;
    }

    /** Loads and stores of one S, D or Q register. */
    private static long vector(int word, int n, int displacement) {
        int scale = scale(word);
        if (scale < 2) {
            return Decoder.SLOW;
        }
        int kind = ((word >>> 22 & 1) != 0 ? Kinds.LDR_S : Kinds.STR_S) + scale - 2;
        return Decoder.op(kind, word & 31, Decoder.base(n), Decoder.baseMask(n), displacement);
    }

    private static long vectorPair(int word) {
        int opc = word >>> 30;
        if (opc == 0) {
            return Decoder.SLOW;
        }
        int mode = word >>> 23 & 3;
        boolean load = (word >>> 22 & 1) != 0;
        int n = word >>> 5 & 31;
        int scaled = (word << 10 >> 25) * (4 << opc);
        int immediate = Decoder.baseMask(n) << 28
                | ((mode & 1) != 0 ? (scaled & 0xFFF) << 16 : 0)
                | (mode == 1 ? 0 : scaled & 0xFFFF);
        return Decoder.op(
                (load ? Kinds.LDP_D : Kinds.STP_D) + opc - 1, word & 31, Decoder.base(n), word >>> 10 & 31, immediate);
    }

    /** How wide an access is, as {@link MemoryOperations} has it; -1 for what is no load or store. */
    private static int how(int word) {
        int size = word >>> 30;
        int opc = word >>> 22 & 3;
        if (opc < 2) {
            return size;
        }
        if (size == 3 || size == 2 && opc == 3) {
            return -1;
        }
        return size | MemoryOperations.SIGNED | (opc == 3 ? MemoryOperations.WORD_RESULT : 0);
    }

    private static boolean isStore(int word) {
        return (word >>> 22 & 3) == 0;
    }

    /** A load or store at an offset of 16 bits that has no kind of its own, or that is unprivileged. */
    private static long other(int kinds, int word, int n, int displacement, int writeback) {
        int how = how(word);
        if (how < 0) {
            return Decoder.SLOW;
        }
        boolean store = isStore(word);
        int t = store ? word & 31 : destination(word & 31);
        int immediate = how << 28 | (writeback & 0xFFF) << 16 | displacement & 0xFFFF;
        return Decoder.op(store ? kinds + 1 : kinds, t, Decoder.base(n), Decoder.baseMask(n), immediate);
    }

    private static long writeback(int word, int n) {
        int kind = WRITEBACK[operation(word)];
        if (kind < 0) {
            int by = word << 11 >> 23;
            // Without a writeback that shows, what is loaded to the base would stay.
            return by == 0 ? Decoder.SLOW : other(Kinds.LOAD, word, n, (word >>> 11 & 1) == 0 ? 0 : by, by);
        }
        int displacement = word << 11 >> 23;
        boolean postIndexed = (word >>> 11 & 1) == 0;
        int immediate = displacement << 16 | (postIndexed ? 0 : displacement & 0xFFFF);
        return Decoder.op(kind, register(word, kind), Decoder.base(n), Decoder.baseMask(n), immediate);
    }

    /** The transfer register: XZR as a source reads zero, as a destination it is discarded. */
    private static int register(int word, int kind) {
        boolean store = kind >= Kinds.STR_X && kind <= Kinds.STR_B
                || kind >= Kinds.STR_X_REG && kind <= Kinds.STR_B_REG
                || kind >= Kinds.STR_X_WB && kind <= Kinds.STR_B_WB;
        return store ? word & 31 : destination(word & 31);
    }

    private static long offset(int word, int n, int displacement) {
        int kind = OFFSET[operation(word)];
        if (kind < 0) {
            return other(Kinds.LOAD, word, n, displacement, 0);
        }
        return Decoder.op(kind, register(word, kind), Decoder.base(n), Decoder.baseMask(n), displacement);
    }

    private static long registerOffset(int word, int n) {
        int kind = REGISTER[operation(word)];
        int option = word >>> 13 & 7;
        int how = kind < 0 ? how(word) : 0;
        if (how < 0 || n == 31) {
            return Decoder.SLOW;
        }
        int shift = (word >>> 12 & 1) != 0 ? word >>> 30 : 0;
        int immediate;
        if ((option & 1) != 0) {
            immediate = shift;
        } else {
            immediate = 32 | 32 - shift << 8 | (option == 2 ? 32 - shift << 16 : 0);
        }
        if (kind < 0) {
            boolean store = isStore(word);
            int t = store ? word & 31 : destination(word & 31);
            int other = store ? Kinds.STORE_REG : Kinds.LOAD_REG;
            return Decoder.op(other, t, n, word >>> 16 & 31, immediate | how << 24);
        }
        return Decoder.op(kind, register(word, kind), n, word >>> 16 & 31, immediate);
    }

    private static long pair(int word) {
        int opc = word >>> 30;
        int mode = word >>> 23 & 3;
        boolean load = (word >>> 22 & 1) != 0;
        boolean writeback = (mode & 1) != 0;
        int kind = load ? writeback ? Kinds.LDP_X_WB : Kinds.LDP_X : writeback ? Kinds.STP_X_WB : Kinds.STP_X;
        int scaled = word << 10 >> 25;
        if (opc != 2) {
            boolean signed = opc == 1;
            if (opc == 3 || signed && (!load || mode == 0) || writeback && scaled == 0) {
                return Decoder.SLOW;
            }
            kind = load ? signed ? Kinds.LDPSW : Kinds.LDP_W : Kinds.STP_W;
        }
        int n = word >>> 5 & 31;
        scaled *= opc == 2 ? 8 : 4;
        int t = word & 31;
        int t2 = word >>> 10 & 31;
        int immediate = Decoder.baseMask(n) << 28
                | (writeback ? (scaled & 0xFFF) << 16 : 0)
                | (mode == 1 ? 0 : scaled & 0xFFFF);
        return Decoder.op(kind, load ? destination(t) : t, Decoder.base(n), load ? destination(t2) : t2, immediate);
    }
}
