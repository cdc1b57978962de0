// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.integer.DataProcessingImmediate;
import dev.spelunk.a64.integer.DataProcessingRegister;

/** The meaning of any instruction word: what is allocated, and which form it has, the instruction table says. */
final class Instructions {
    private Instructions() {}

    /**
     * Executes the instruction at {@code pe.pc}; pc, flags and counts of the PE are exact.
     *
     * @return {@link Processor#NEXT} or {@link Processor#LEAVE}
     * @throws SynchronousException with nothing changed but what the architecture lets change
     */
    static int execute(Processor p, int word) {
        Form form = p.forms.of(word);
        switch (form) {
            case PC_RELATIVE:
            case ADD_IMMEDIATE:
            case LOGICAL_IMMEDIATE:
            case MOVE_WIDE:
            case BITFIELD:
            case INTEGER_IMMEDIATE:
                return flags(p, DataProcessingImmediate.execute(p.x, word, p.pe.nzcv, p.pe.pc));
            case LOGICAL_REGISTER:
            case ADD_REGISTER:
            case ADD_EXTENDED:
            case CONDITIONAL_COMPARE:
            case CONDITIONAL_SELECT:
            case SHIFT_VARIABLE:
            case MULTIPLY:
            case MULTIPLY_LONG:
            case INTEGER_REGISTER:
                return flags(p, DataProcessingRegister.execute(p.x, word, p.pe.nzcv, p.features));
            case POINTER_AUTHENTICATION:
                return with(p, Features.PAUTH).pointers.execute(word);
            case BRANCH:
                return Branches.immediate(p, word);
            case BRANCH_CONDITIONAL:
                return Branches.conditional(p, word);
            case COMPARE_BRANCH:
                return Branches.compareAndBranch(p, word);
            case TEST_BRANCH:
                return Branches.testAndBranch(p, word);
            case BRANCH_REGISTER:
                return Branches.register(p, word);
            case BRANCH_AUTHENTICATED:
                return Branches.authenticated(with(p, Features.PAUTH), word);
            case EXCEPTION_GENERATION:
                return ExceptionGenerating.execute(p, word);
            case EXCEPTION_RETURN:
                return ExceptionGenerating.exceptionReturn(p);
            case EXCEPTION_RETURN_AUTHENTICATED:
                return ExceptionGenerating.authenticatedReturn(with(p, Features.PAUTH), word);
            case POINTER_AUTHENTICATION_HINT:
                return p.has(Features.PAUTH) ? p.pointers.hint(word >>> 5 & 0x7F) : Processor.NEXT;
            case PREFETCH:
                return Processor.NEXT;
            case HINT:
            case BARRIER:
            case SYSTEM_READ:
            case SYSTEM_WRITE:
            case TLB_INVALIDATE:
            case SYSTEM:
                return SystemInstructions.execute(p, word);
            case UNALLOCATED:
            case UNDEFINED:
                throw p.undefined();
            default:
                return form.compareTo(Form.VECTOR_LOAD_STORE_UNSIGNED) >= 0
                        ? p.vectors.execute(word, form)
                        : memory(p, word, form);
        }
    }

    /** Loads and stores of general-purpose registers. */
    private static int memory(Processor p, int word, Form form) {
        p.data.word = word;
        switch (form) {
            case LOAD_STORE_UNSIGNED:
                return LoadStore.unsigned(p, word);
            case LOAD_STORE_UNSCALED:
                return LoadStore.unscaled(p, word);
            case LOAD_STORE_WRITEBACK:
                return LoadStore.writeback(p, word);
            case LOAD_STORE_UNPRIVILEGED:
                return LoadStore.unprivileged(p, word);
            case LOAD_STORE_REGISTER:
                return LoadStore.registerOffset(p, word);
            case LOAD_STORE_PAIR:
                return LoadStore.pair(p, word);
            case LOAD_LITERAL:
                return LoadStore.literal(p, word);
            case ORDERED_UNSCALED:
                return LoadStore.unscaledOrdered(with(p, Features.LRCPC2), word);
            case LOAD_AUTHENTICATED:
                return with(p, Features.PAUTH).pointers.load(word);
            case EXCLUSIVE:
                return Exclusives.exclusive(p, word, false);
            case EXCLUSIVE_PAIR:
                return Exclusives.exclusive(p, word, true);
            case ORDERED:
                return Exclusives.ordered(p, word);
            case COMPARE_AND_SWAP:
                return Exclusives.compareAndSwap(with(p, Features.LSE), word);
            case COMPARE_AND_SWAP_PAIR:
                return Exclusives.compareAndSwapPair(with(p, Features.LSE), word);
            case ATOMIC:
                return Atomics.execute(with(p, Features.LSE), word);
            case LOAD_ACQUIRE_PC:
                return Atomics.loadAcquirePc(with(p, Features.LRCPC), word);
            default:
                throw new IllegalStateException("no meaning of " + form);
        }
    }

    /** The PE, where it has a feature. */
    private static Processor with(Processor p, int feature) {
        if (!p.has(feature)) {
            throw p.undefined();
        }
        return p;
    }

    private static int flags(Processor p, int nzcv) {
        if (nzcv == DataProcessingImmediate.UNALLOCATED) {
            throw p.undefined();
        }
        p.pe.nzcv = nzcv;
        return Processor.NEXT;
    }
}
