// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;

/**
 * Executes one operation and tells what a sample record can say of it (DDI 0487, D17.6 and D18.2.7): the
 * description is decoded from the word before the operation changes its operands, its outcome added after.
 */
final class OperationObserver {
    /** Bits of the Events packet (DDI 0487, D18.2.6). */
    private static final int EVENT_EXCEPTION = 1;

    private static final int EVENT_RETIRED = 1 << 1;
    private static final int EVENT_NOT_TAKEN = 1 << 6;

    /** Memory attributes: Normal, Inner and Outer Non-cacheable (DDI 0487, MAIR_EL1). */
    private static final int NORMAL_NON_CACHEABLE = 0x44;

    private final Processor p;
    private final PeState pe;
    private final Translation out = new Translation();
    private final VectorObserver vectors;

    OperationObserver(Processor p) {
        this.p = p;
        pe = p.pe;
        vectors = new VectorObserver(this, pe);
    }

    /** Executes the instruction at pc, fetched from pa in a guarded page or not, and counts it unless it throws. */
    void execute(Operation o, int word, long pa, boolean guarded) {
        boolean nonSecure = !p.has(Features.EL3) || (p.control.scr() & 1) != 0;
        o.begin(pe.pc, pe.el, nonSecure, pe.cycles());
        o.word = word;
        o.instructionPa = pa;
        describe(o, word);
        if (pe.btype != 0) {
            BranchTargets.check(p, word, guarded);
        }
        if (Instructions.execute(p, word) == Processor.NEXT) {
            pe.pc += 4;
        } else if (p.has(Features.BTI) && (word & 0xFE000000) == 0xD6000000) {
            // An exception return has restored BTYPE.
            pe.btype = (word >>> 21 & 15) == 4 ? pe.btype : BranchTargets.type(word, guarded);
        }
        pe.executed++;
        o.events = EVENT_RETIRED;
        if (o.operationClass == Operation.BRANCH && !o.is(Operation.CONDITION_FAILED)) {
            p.canonicalPc();
            o.flags |= Operation.TAKEN;
            o.target = pe.pc;
            o.targetEl = pe.el;
        }
        if (o.is(Operation.CONDITION_FAILED)) {
            o.events |= EVENT_NOT_TAKEN;
        }
    }

    /** The operation ended in a synchronous exception. */
    static void exception(Operation o, SynchronousException e) {
        o.events = EVENT_EXCEPTION | EVENT_RETIRED;
        if (e.exceptionClass == SynchronousException.UNKNOWN) {
            o.operationClass = Operation.OTHER;
            o.flags = Operation.EXCEPTION;
            return;
        }
        o.flags |= Operation.EXCEPTION;
        boolean noTranslation =
                e.exceptionClass != SynchronousException.DATA_ABORT || (e.iss & 0x3F) == SynchronousException.ALIGNMENT;
        if (noTranslation) {
            o.flags &= ~(Operation.HAS_PA | Operation.TLB_WALK);
        }
        if (e.exceptionClass != SynchronousException.DATA_ABORT) {
            o.flags &= ~Operation.HAS_VA;
        }
    }

    private void describe(Operation o, int word) {
        switch (word >>> 25 & 15) {
            case 5:
            case 13:
                conditional(o, word);
                break;
            case 10:
            case 11:
                branch(o, word);
                break;
            case 4:
            case 12:
                loadStore(o, word);
                break;
            case 6:
            case 14:
                vectors.loadStore(o, word);
                break;
            case 7:
            case 15:
                vectors.dataProcessing(o, word);
                break;
            default:
                break;
        }
    }

    /** Conditional select and conditional compare. */
    private void conditional(Operation o, int word) {
        int group = word >>> 21 & 15;
        if ((word >>> 28 & 1) == 0 || group != 2 && group != 4) {
            return;
        }
        o.flags |= Operation.CONDITIONAL;
        if (!Alu.holds(word >>> 12 & 15, pe.nzcv)) {
            o.flags |= Operation.CONDITION_FAILED;
        }
    }

    private void branch(Operation o, int word) {
        switch (word >>> 29) {
            case 0:
                direct(o, 0, true);
                break;
            case 4:
                direct(o, Operation.BRANCH_WITH_LINK, true);
                break;
            case 1:
            case 5:
                direct(o, Operation.CONDITIONAL, compareTaken(word));
                break;
            case 2:
                if ((word & 0xFF000010) == 0x54000000) {
                    direct(o, Operation.CONDITIONAL, Alu.holds(word & 15, pe.nzcv));
                }
                break;
            case 6:
                if ((word & 0xFE1FFC1F) == 0xD61F0000) {
                    indirect(o, word >>> 21 & 15);
                } else if ((word & 0xFE1FF800) == 0xD61F0800 && p.has(Features.PAUTH)) {
                    indirect(o, word >>> 21 & 7);
                } else if ((word & 0xFFF80000) == 0xD5080000) {
                    system(o, word);
                }
                break;
            default:
                break;
        }
    }

    private static void direct(Operation o, int flags, boolean taken) {
        o.operationClass = Operation.BRANCH;
        o.flags |= flags | (taken ? 0 : Operation.CONDITION_FAILED);
    }

    private boolean compareTaken(int word) {
        boolean inverted = (word >>> 24 & 1) != 0;
        long value = p.x[word & 31];
        if ((word >>> 25 & 1) != 0) {
            int bit = (word >>> 31) << 5 | word >>> 19 & 31;
            return (value >>> bit & 1) != 0 == inverted;
        }
        return (word < 0 ? value : value & 0xFFFFFFFFL) != 0 == inverted;
    }

    private static void indirect(Operation o, int opc) {
        int kind;
        switch (opc) {
            case 0:
                kind = 0;
                break;
            case 1:
                kind = Operation.BRANCH_WITH_LINK;
                break;
            case 2:
                kind = Operation.PROCEDURE_RETURN;
                break;
            case 4:
                kind = Operation.EXCEPTION_RETURN;
                break;
            default:
                return;
        }
        o.operationClass = Operation.BRANCH;
        o.flags |= Operation.INDIRECT | kind;
    }

    /** SYS: DC ZVA is a store of unspecified registers, the others are maintenance. */
    private void system(Operation o, int word) {
        if ((word & 0xFFFFFFE0) == 0xD50B7420) {
            o.operationClass = Operation.LOAD_STORE;
            o.flags |= Operation.STORE | Operation.UNSPECIFIED_REGISTERS;
            int size = p.zeroBlockSize();
            access(o, p.x[word & 31] & -size, size, 1, 0);
        } else {
            o.flags |= Operation.MAINTENANCE;
        }
    }

    private void loadStore(Operation o, int word) {
        switch (word >>> 28 & 3) {
            case 0:
                exclusive(o, word);
                break;
            case 1:
                literalOrOrdered(o, word);
                break;
            case 2:
                pair(o, word);
                break;
            default:
                register(o, word);
                break;
        }
    }

    private long base(int word) {
        int n = word >>> 5 & 31;
        return p.x[n == 31 ? PeState.SP : n];
    }

    /** A load or store. @param element as in {@link #access} */
    void memory(Operation o, int flags, long va, int size, int element, int mode) {
        o.operationClass = Operation.LOAD_STORE;
        o.flags |= flags;
        access(o, va, size, element, mode);
    }

    /** Sets the addresses of an access. @param element bytes to which a part of the access should be aligned */
    private void access(Operation o, long va, int size, int element, int mode) {
        o.va = va;
        o.accessSize = size;
        o.flags |= Operation.HAS_VA;
        if ((va & element - 1) != 0) {
            o.flags |= Operation.MISALIGNED;
        }
        int kind = o.is(Operation.LOAD) ? Translator.READ : Translator.WRITE;
        if (p.context.translator.translate(out, va, kind | mode)) {
            o.pa = out.pa;
            o.pageBits = out.pageBits;
            o.flags |= Operation.HAS_PA;
            if (out.device || out.attributes == NORMAL_NON_CACHEABLE || !p.context.memory.isRam(out.pa, 1)) {
                o.flags |= Operation.NON_CACHEABLE;
            }
        }
        if (out.walked) {
            o.flags |= Operation.TLB_WALK;
        }
    }

    private void exclusive(Operation o, int word) {
        if ((word >>> 24 & 1) != 0) {
            return;
        }
        boolean o2 = (word >>> 23 & 1) != 0;
        boolean load = (word >>> 22 & 1) != 0;
        boolean o1 = (word >>> 21 & 1) != 0;
        boolean ordered = (word >>> 15 & 1) != 0;
        int size = word >>> 30;
        int direction = load ? Operation.LOAD : Operation.STORE;
        if (o1 && (o2 || size < 2)) {
            int both = Operation.LOAD | Operation.STORE | Operation.ATOMIC;
            int bytes = o2 ? 1 << size : 8 << size;
            memory(o, both | (load || ordered ? Operation.ACQUIRE_RELEASE : 0), base(word), bytes, bytes, 0);
        } else if (o2) {
            memory(o, direction | Operation.ACQUIRE_RELEASE, base(word), 1 << size, 1 << size, 0);
        } else {
            int bytes = o1 ? 2 << size : 1 << size;
            memory(
                    o,
                    direction | Operation.EXCLUSIVE | (ordered ? Operation.ACQUIRE_RELEASE : 0),
                    base(word),
                    bytes,
                    bytes,
                    0);
        }
    }

    private void literalOrOrdered(Operation o, int word) {
        int size = word >>> 30;
        if ((word >>> 24 & 1) == 0) {
            if (size == 3) {
                o.flags |= Operation.MAINTENANCE;
                return;
            }
            int bytes = size == 1 ? 8 : 4;
            memory(o, Operation.LOAD, LoadStore.literalAddress(word, pe.pc), bytes, bytes, 0);
            return;
        }
        boolean store = (word >>> 22 & 3) == 0;
        memory(
                o,
                (store ? Operation.STORE : Operation.LOAD) | Operation.ACQUIRE_RELEASE,
                base(word) + (word << 11 >> 23),
                1 << size,
                1 << size,
                0);
    }

    private void pair(Operation o, int word) {
        boolean load = (word >>> 22 & 1) != 0;
        int size = word < 0 ? 8 : 4;
        long offset = (word >>> 23 & 3) == 1 ? 0 : (long) (word << 10 >> 25) * size;
        memory(o, load ? Operation.LOAD : Operation.STORE, base(word) + offset, 2 * size, size, 0);
    }

    private void register(Operation o, int word) {
        int size = word >>> 30;
        int opc = word >>> 22 & 3;
        int form = word >>> 10 & 3;
        boolean unsigned = (word >>> 24 & 1) != 0;
        if (PointerAuthentication.isLoad(word)) {
            authenticatedLoad(o, word);
            return;
        }
        if (!unsigned && (word >>> 21 & 1) != 0 && form == 0) {
            atomic(o, word, 1 << size);
            return;
        }
        if (size == 3 && opc == 2) {
            o.flags |= Operation.MAINTENANCE;
            return;
        }
        long va = base(word);
        if (unsigned) {
            va += (long) (word >>> 10 & 0xFFF) << size;
        } else if ((word >>> 21 & 1) != 0) {
            va += Alu.extend(p.x[word >>> 16 & 31], word >>> 13 & 7, (word >>> 12 & 1) != 0 ? size : 0);
        } else if (form != 1) {
            va += word << 11 >> 23;
        }
        boolean unprivileged = !unsigned && (word >>> 21 & 1) == 0 && form == 2;
        memory(
                o,
                opc == 0 ? Operation.STORE : Operation.LOAD,
                va,
                1 << size,
                1 << size,
                unprivileged ? p.data.unprivilegedMode() : 0);
    }

    private void authenticatedLoad(Operation o, int word) {
        if (p.has(Features.PAUTH)) {
            memory(o, Operation.LOAD, p.pointers.loadAddress(word), 8, 8, 0);
        }
    }

    private void atomic(Operation o, int word, int size) {
        boolean acquire = (word >>> 23 & 1) != 0;
        boolean release = (word >>> 22 & 1) != 0;
        boolean o3 = (word >>> 15 & 1) != 0;
        int ordered = acquire || release ? Operation.ACQUIRE_RELEASE : 0;
        if (o3 && (word >>> 12 & 7) == 4) {
            memory(o, Operation.LOAD | ordered, base(word), size, size, 0);
            return;
        }
        boolean returns = o3 || acquire || (word & 31) != 31;
        memory(
                o,
                (returns ? Operation.LOAD : 0) | Operation.STORE | Operation.ATOMIC | ordered,
                base(word),
                size,
                size,
                0);
    }
}
