// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.DecodeCache;
import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.a64.Unit;
import dev.spelunk.api.pmu.RetiredEvent;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.PmuState;

/**
 * What the performance monitors count of an instruction that retires: bits at the ordinals of {@link RetiredEvent}, and above
 * them what has to be known to count exactly.
 */
final class Retirement {
    /** It adds to MEM_ACCESS twice. */
    private static final long TWICE = 1L << 59;
    /** A conditional branch. */
    private static final long CONDITIONAL = 1L << 60;
    /** A Store-Exclusive, whose outcome is in its status register when it has been executed. */
    private static final long STORE_EXCLUSIVE = 1L << 61;
    /** An access whose address decides whether it is unaligned. */
    private static final long ACCESS = 1L << 62;
    /** It may look at counters, or change what is counted: what went before must have been counted. */
    private static final long SYSTEM = 1L << 63;

    private static final long UNALIGNED = RetiredEvent.UNALIGNED_LDST_RETIRED.bit();
    private static final long STORED = of(RetiredEvent.ST_RETIRED, RetiredEvent.MEM_ACCESS, RetiredEvent.MEM_ACCESS_WR);
    private static final long WHEN_TAKEN = of(
            RetiredEvent.PC_WRITE_RETIRED,
            RetiredEvent.BR_IMMED_TAKEN_RETIRED,
            RetiredEvent.BRNL_TAKEN_RETIRED,
            RetiredEvent.BRNL_IMMED_TAKEN_RETIRED,
            RetiredEvent.BR_COND_TAKEN_RETIRED);
    private static final long WHEN_NOT_TAKEN = of(RetiredEvent.BR_SKIP_RETIRED, RetiredEvent.BR_IMMED_SKIP_RETIRED);

    private final PeState pe;
    private final PmuState pmu;
    private final long[] x;
    private final DecodeCache decoded = new DecodeCache();

    Retirement(PeState pe) {
        this.pe = pe;
        pmu = pe.pmu;
        x = pe.x;
    }

    private static long of(RetiredEvent... events) {
        long bits = 0;
        for (RetiredEvent event : events) {
            bits |= event.bit();
        }
        return bits;
    }

    /** What an instruction is counted as, a conditional branch as one that is taken. */
    static long of(DecodedInstruction instruction) {
        long bits = instruction.unit == Unit.SYSTEM ? SYSTEM : 0;
        if (instruction.operationClass == Operation.BRANCH) {
            return bits | branch(instruction);
        }
        boolean load = instruction.is(Operation.LOAD);
        boolean store = instruction.is(Operation.STORE);
        if (load) {
            bits |= of(RetiredEvent.LD_RETIRED, RetiredEvent.LD_ANY_RETIRED, RetiredEvent.MEM_ACCESS_RD);
        }
        if (store) {
            bits |= of(RetiredEvent.ST_RETIRED, RetiredEvent.ST_ANY_RETIRED, RetiredEvent.MEM_ACCESS_WR);
            bits |= !load && instruction.is(Operation.EXCLUSIVE) ? STORE_EXCLUSIVE : 0;
        }
        if (load || store) {
            bits |= of(RetiredEvent.LDST_ANY_RETIRED, RetiredEvent.MEM_ACCESS) | ACCESS;
            bits |= load && store ? TWICE : 0;
        }
        return bits;
    }

    private static long branch(DecodedInstruction instruction) {
        boolean conditional = instruction.is(Operation.CONDITIONAL);
        boolean indirect = instruction.is(Operation.INDIRECT);
        boolean link = instruction.is(Operation.BRANCH_WITH_LINK);
        boolean returns = instruction.is(Operation.PROCEDURE_RETURN);
        long bits = of(
                RetiredEvent.PC_WRITE_RETIRED,
                RetiredEvent.BR_RETIRED,
                link ? RetiredEvent.BL_TAKEN_RETIRED : RetiredEvent.BRNL_TAKEN_RETIRED,
                conditional ? RetiredEvent.BR_COND_RETIRED : RetiredEvent.BR_UNCOND_RETIRED);
        if (conditional) {
            bits |= RetiredEvent.BR_COND_TAKEN_RETIRED.bit() | CONDITIONAL;
        }
        if (!indirect) {
            return bits
                    | of(
                            RetiredEvent.BR_IMMED_RETIRED,
                            RetiredEvent.BR_IMMED_TAKEN_RETIRED,
                            link ? RetiredEvent.BL_IMMED_TAKEN_RETIRED : RetiredEvent.BRNL_IMMED_TAKEN_RETIRED);
        }
        bits |= of(
                RetiredEvent.BR_IND_RETIRED,
                RetiredEvent.BR_IND_TAKEN_RETIRED,
                link ? RetiredEvent.BL_IND_TAKEN_RETIRED : RetiredEvent.BRNL_IND_TAKEN_RETIRED);
        if (returns) {
            return bits | of(RetiredEvent.BR_RETURN_RETIRED, RetiredEvent.BR_RETURN_ANY_RETIRED);
        }
        bits |= of(RetiredEvent.BR_INDNR_RETIRED, RetiredEvent.BR_INDNR_TAKEN_RETIRED);
        return bits | (link ? 0 : RetiredEvent.BRNL_INDNR_TAKEN_RETIRED.bit());
    }

    /**
     * How many operations of a block, from i on, may be executed before they are counted: no counter can reach its limit
     * within them unless they are one, and none but the last looks at counters or must be looked at itself.
     *
     * @param retires of the block's operations, from {@link #of}
     * @param most at least 1
     */
    int stretch(long[] retires, int i, int most) {
        long apart = SYSTEM | ((pmu.counted & STORED) != 0 ? STORE_EXCLUSIVE : 0) | (seesAddresses() ? ACCESS : 0);
        if ((retires[i] & apart) != 0 || room() <= (long) most * RetiredEvent.MOST_AT_ONCE) {
            return 1;
        }
        int n = 1;
        while (n < most && (retires[i + n] & apart) == 0) {
            n++;
        }
        return n;
    }

    /** Whether something is counted that depends on addresses, so that accesses are executed in observed form. */
    boolean seesAddresses() {
        return (pmu.counted & UNALIGNED) != 0;
    }

    /** Whether an operation accesses memory at an address that {@link #seesAddresses} asks for. */
    static boolean accesses(long retires) {
        return (retires & ACCESS) != 0;
    }

    /** How often the event can still happen that reaches its limit first. */
    private long room() {
        long least = Long.MAX_VALUE;
        for (long left = pmu.counted; left != 0; left &= left - 1) {
            int event = Long.numberOfTrailingZeros(left);
            least = Math.min(least, pmu.retiredLimit[event] - pmu.retired[event]);
        }
        return least;
    }

    /** Counts operations of a block that have been executed without an exception, the last one of which may be apart. */
    void executed(long[] retires, int[] words, int from, int to) {
        for (int i = from; i < to; i++) {
            long bits = retires[i];
            if ((bits & pmu.counted | bits & CONDITIONAL) != 0) {
                count(bits, words[i], (bits & CONDITIONAL) == 0 || holds(words[i]));
            }
        }
    }

    /** Counts an operation that was executed in observed form, without an exception. */
    void observed(long retires, Operation operation) {
        long unaligned = operation.is(Operation.MISALIGNED) && accesses(retires) ? UNALIGNED : 0;
        count(retires | unaligned, operation.word, operation.is(Operation.TAKEN));
    }

    /**
     * @param taken whether a branch was taken
     */
    private void count(long retires, int word, boolean taken) {
        long bits = retires;
        if ((bits & CONDITIONAL) != 0 && !taken) {
            bits = bits & ~WHEN_TAKEN | WHEN_NOT_TAKEN;
        }
        if ((bits & STORE_EXCLUSIVE) != 0 && x[statusRegister(decoded.of(word))] != 0) {
            bits &= ~STORED;
        }
        for (long left = bits & pmu.counted; left != 0; left &= left - 1) {
            int event = Long.numberOfTrailingZeros(left);
            pmu.retired[event] += (bits & TWICE) != 0 && event == RetiredEvent.MEM_ACCESS.ordinal() ? 2 : 1;
            if (pmu.retired[event] >= pmu.retiredLimit[event]) {
                pe.eventsHappened();
            }
        }
    }

    /** The one register that a Store-Exclusive writes. */
    private static int statusRegister(DecodedInstruction instruction) {
        return instruction.writes == 0 ? PeState.DISCARD : Long.numberOfTrailingZeros(instruction.writes);
    }

    /** Whether a conditional branch that was executed last was taken: it has changed nothing that it depends on. */
    private boolean holds(int word) {
        return Branches.holds(decoded.of(word).instruction.form(), word, x, pe.nzcv);
    }
}
