// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.integer.Alu;

/** Branches (DDI 0487, C4.1.93), each with the result {@link Processor#LEAVE} and pc set. */
final class Branches {
    private Branches() {}

    private static int branch(Processor p, boolean taken, long offset) {
        p.taken = taken;
        p.pe.pc += taken ? offset : 4;
        return Processor.LEAVE;
    }

    static int conditional(Processor p, int word) {
        return branch(p, Alu.holds(word & 15, p.pe.nzcv), (long) (word << 8 >> 13) << 2);
    }

    static int immediate(Processor p, int word) {
        if (word < 0) {
            p.x[30] = p.pe.pc + 4;
        }
        return branch(p, true, (long) (word << 6 >> 6) << 2);
    }

    static int compareAndBranch(Processor p, int word) {
        long value = p.x[word & 31];
        if (word >= 0) {
            value &= 0xFFFFFFFFL;
        }
        boolean ifNonzero = (word >>> 24 & 1) != 0;
        return branch(p, value != 0 == ifNonzero, (long) (word << 8 >> 13) << 2);
    }

    static int testAndBranch(Processor p, int word) {
        int bit = (word >>> 31) << 5 | word >>> 19 & 31;
        boolean set = (p.x[word & 31] >>> bit & 1) != 0;
        boolean ifSet = (word >>> 24 & 1) != 0;
        return branch(p, set == ifSet, (long) (word << 13 >> 18) << 2);
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
