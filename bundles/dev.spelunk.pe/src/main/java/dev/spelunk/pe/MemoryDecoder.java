// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static dev.spelunk.a64.integer.DataProcessingImmediate.destination;
import static dev.spelunk.a64.integer.DataProcessingImmediate.orStackPointer;

import dev.spelunk.a64.Access;
import dev.spelunk.a64.Form;
import dev.spelunk.a64.Instruction;

/**
 * Decodes the frequent loads and stores to {@link Kinds}, by their form and what their entry in the instruction table says of
 * the access; {@link LoadStore} has the meaning of all of them.
 */
final class MemoryDecoder {
    private static final int NONE = -1;
    /** log2 of the size, or of a D register. */
    private static final int DOUBLEWORD = 3;

    /** Kinds of stores and of loads by how wide, as {@link MemoryOperations} has it; without more no kind of their own. */
    private static final int[] STORES = {Kinds.STR_B, NONE, Kinds.STR_W, Kinds.STR_X};

    private static final int[] LOADS = {Kinds.LDR_B, NONE, Kinds.LDR_W, Kinds.LDR_X};
    private static final int[] STORES_REGISTER = {NONE, NONE, Kinds.STR_W_REG, Kinds.STR_X_REG};
    private static final int[] LOADS_REGISTER = {Kinds.LDR_B_REG, NONE, Kinds.LDR_W_REG, Kinds.LDR_X_REG};
    private static final int[] STORES_WRITEBACK = {NONE, NONE, Kinds.STR_W_WB, Kinds.STR_X_WB};
    private static final int[] LOADS_WRITEBACK = {Kinds.LDR_B_WB, NONE, Kinds.LDR_W_WB, Kinds.LDR_X_WB};

    private final Instruction instruction;
    private final Access access;
    private final int word;
    private final boolean store;
    /** As {@link MemoryOperations} has it. */
    private final int how;

    private MemoryDecoder(Instruction instruction, int word) {
        this.instruction = instruction;
        this.word = word;
        access = instruction.access();
        store = access.isStore(word);
        boolean signed = access.isSigned(word);
        how = access.sizeOfElement(word)
                | (signed ? MemoryOperations.SIGNED : 0)
                | (signed && !access.isWide(word) ? MemoryOperations.WORD_RESULT : 0);
    }

    static long decode(Form form, Instruction instruction, int word) {
        switch (form) {
            case LOAD_STORE_UNSIGNED:
            case LOAD_STORE_UNSCALED:
                return new MemoryDecoder(instruction, word).offset();
            case LOAD_STORE_WRITEBACK:
                return new MemoryDecoder(instruction, word).writeback();
            case LOAD_STORE_UNPRIVILEGED:
                return new MemoryDecoder(instruction, word).other(Kinds.LOAD_UNPRIVILEGED, Kinds.STORE_UNPRIVILEGED);
            case LOAD_STORE_REGISTER:
                return new MemoryDecoder(instruction, word).registerOffset();
            case LOAD_STORE_PAIR:
                return new MemoryDecoder(instruction, word).pair();
            case VECTOR_LOAD_STORE_UNSIGNED:
            case VECTOR_LOAD_STORE_UNSCALED:
                return new MemoryDecoder(instruction, word).vector();
            case VECTOR_LOAD_STORE_PAIR:
                return new MemoryDecoder(instruction, word).vectorPair();
            default:
                return Decoder.SLOW;
        }
    }

    private int field(String name) {
        return instruction.field(name).get(word);
    }

    /** The base register's index. */
    private int base() {
        return orStackPointer(field("Rn"));
    }

    /** The mask of bits of the base register that must be 0: the stack pointer's alignment is checked. */
    private int baseMask() {
        return field("Rn") == 31 ? 15 : 0;
    }

    /** A transfer register: XZR as a source reads zero, as a destination it is discarded. */
    private int transfer(String name) {
        return store ? field(name) : destination(field(name));
    }

    /** The kind of its own that an access of this width has. */
    private int kind(int[] stores, int[] loads) {
        int[] kinds = store ? stores : loads;
        return how < kinds.length ? kinds[how] : NONE;
    }

    private long offset() {
        int kind = kind(STORES, LOADS);
        return kind == NONE
                ? other(Kinds.LOAD, Kinds.STORE)
                : Decoder.op(kind, transfer("Rt"), base(), baseMask(), access.offset(word));
    }

    /** A load or store at an offset of 16 bits that has no kind of its own, or that is unprivileged. */
    private long other(int load, int stored) {
        int immediate = how << 28 | (access.writeback(word) & 0xFFF) << 16 | access.offset(word) & 0xFFFF;
        return Decoder.op(store ? stored : load, transfer("Rt"), base(), baseMask(), immediate);
    }

    private long writeback() {
        int kind = kind(STORES_WRITEBACK, LOADS_WRITEBACK);
        if (kind == NONE) {
            // Without a writeback that shows, what is loaded to the base would stay.
            return access.writeback(word) == 0 ? Decoder.SLOW : other(Kinds.LOAD, Kinds.STORE);
        }
        int immediate = access.writeback(word) << 16 | access.offset(word) & 0xFFFF;
        return Decoder.op(kind, transfer("Rt"), base(), baseMask(), immediate);
    }

    private long registerOffset() {
        int n = field("Rn");
        if (n == 31) {
            return Decoder.SLOW;
        }
        int option = field("option");
        int shift = field("S") != 0 ? access.scale(word) : 0;
        boolean whole = (option & 1) != 0;
        boolean zeroExtended = option == 2;
        int immediate = whole ? shift : 32 | 32 - shift << 8 | (zeroExtended ? 32 - shift << 16 : 0);
        int kind = kind(STORES_REGISTER, LOADS_REGISTER);
        if (kind == NONE) {
            kind = store ? Kinds.STORE_REG : Kinds.LOAD_REG;
            immediate |= how << 24;
        }
        return Decoder.op(kind, transfer("Rt"), n, field("Rm"), immediate);
    }

    private long pair() {
        boolean signed = access.isSigned(word);
        int writeback = access.writeback(word);
        boolean indexed = instruction.has("writeback");
        int kind;
        if (access.sizeOfElement(word) == DOUBLEWORD) {
            kind = store ? indexed ? Kinds.STP_X_WB : Kinds.STP_X : indexed ? Kinds.LDP_X_WB : Kinds.LDP_X;
        } else if (indexed && writeback == 0) {
            return Decoder.SLOW;
        } else {
            kind = store ? Kinds.STP_W : signed ? Kinds.LDPSW : Kinds.LDP_W;
        }
        return Decoder.op(kind, transfer("Rt"), base(), transfer("Rt2"), pairImmediate(writeback));
    }

    private int pairImmediate(int writeback) {
        return baseMask() << 28 | (writeback & 0xFFF) << 16 | access.offset(word) & 0xFFFF;
    }

    /** Loads and stores of one S, D or Q register. */
    private long vector() {
        int scale = access.sizeOfElement(word) - 2;
        if (scale < 0) {
            return Decoder.SLOW;
        }
        int kind = (store ? Kinds.STR_S : Kinds.LDR_S) + scale;
        return Decoder.op(kind, field("Rt"), base(), baseMask(), access.offset(word));
    }

    /** Of two D or Q registers. */
    private long vectorPair() {
        int scale = access.sizeOfElement(word) - DOUBLEWORD;
        if (scale < 0) {
            return Decoder.SLOW;
        }
        int kind = (store ? Kinds.STP_D : Kinds.LDP_D) + scale;
        return Decoder.op(kind, field("Rt"), base(), field("Rt2"), pairImmediate(access.writeback(word)));
    }
}
