// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.Form;
import dev.spelunk.a64.integer.Alu;

/** Branches (DDI 0487, C4.1.93), each with the result {@link Processor#LEAVE} and pc set. */
final class Branches {
    private Branches() {}

    private static int branch(Processor p, boolean taken, long offset) {
        p.taken = taken;
        p.pe.pc += taken ? offset : 4;
        return Processor.LEAVE;
    }

    /** Whether a conditional branch of a form is taken. */
    static boolean holds(Form form, int word, long[] x, int nzcv) {
        if (form == Form.BRANCH_CONDITIONAL) {
            return Alu.holds(word & 15, nzcv);
        }
        long value = x[word & 31];
        boolean ifOne = (word >>> 24 & 1) != 0;
        if (form == Form.TEST_BRANCH) {
            return (value >>> ((word >>> 31) << 5 | word >>> 19 & 31) & 1) != 0 == ifOne;
        }
        return (word < 0 ? value : (int) value) != 0 == ifOne;
    }

    static int conditional(Processor p, int word) {
        return branch(p, holds(Form.BRANCH_CONDITIONAL, word, p.x, p.pe.nzcv), (long) (word << 8 >> 13) << 2);
    }

    static int immediate(Processor p, int word) {
        if (word < 0) {
            p.x[30] = p.pe.pc + 4;
        }
        return branch(p, true, (long) (word << 6 >> 6) << 2);
    }

    static int compareAndBranch(Processor p, int word) {
        return branch(p, holds(Form.COMPARE_BRANCH, word, p.x, p.pe.nzcv), (long) (word << 8 >> 13) << 2);
    }

    static int testAndBranch(Processor p, int word) {
        return branch(p, holds(Form.TEST_BRANCH, word, p.x, p.pe.nzcv), (long) (word << 13 >> 18) << 2);
    }

    /** BR, BLR and RET. */
    static int register(Processor p, int word) {
        return to(p, word, p.x[word >>> 5 & 31]);
    }

    /** BRAA, BLRAA and RETAA, with key B and with the modifier zero. */
    static int authenticated(Processor p, int word) {
        return to(p, word, p.pointers.target(word));
    }

    private static int to(Processor p, int word, long target) {
        if ((word >>> 21 & 7) == 1) {
            p.x[30] = p.pe.pc + 4;
        }
        p.pe.pc = target;
        return Processor.LEAVE;
    }
}
