// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.integer.Alu;

/** Branches, exception generating and system instructions (DDI 0487, C4.1.93). */
final class Branches {
    private Branches() {}

    /** Executes one instruction. @return {@link Processor#NEXT}, or {@link Processor#LEAVE} with pc set */
    static int execute(Processor p, int word) {
        switch (word >>> 29) {
            case 0:
            case 4:
                return immediate(p, word);
            case 1:
            case 5:
                return (word >>> 25 & 1) == 0 ? compareAndBranch(p, word) : testAndBranch(p, word);
            case 2:
                if ((word & 0xFF000010) == 0x54000000) {
                    return branch(p, Alu.holds(word & 15, p.pe.nzcv), (long) (word << 8 >> 13) << 2);
                }
                throw p.undefined();
            case 6:
                return systemOrRegister(p, word);
            default:
                throw p.undefined();
        }
    }

    private static int systemOrRegister(Processor p, int word) {
        if ((word >>> 25 & 1) != 0) {
            return register(p, word);
        }
        if ((word >>> 24 & 1) == 0) {
            return ExceptionGenerating.execute(p, word);
        }
        if ((word >>> 22 & 3) == 0) {
            return SystemInstructions.execute(p, word);
        }
        throw p.undefined();
    }

    private static int branch(Processor p, boolean taken, long offset) {
        p.taken = taken;
        p.pe.pc += taken ? offset : 4;
        return Processor.LEAVE;
    }

    private static int immediate(Processor p, int word) {
        if (word < 0) {
            p.x[30] = p.pe.pc + 4;
        }
        return branch(p, true, (long) (word << 6 >> 6) << 2);
    }

    private static int compareAndBranch(Processor p, int word) {
        long value = p.x[word & 31];
        if (word >= 0) {
            value &= 0xFFFFFFFFL;
        }
        boolean ifNonzero = (word >>> 24 & 1) != 0;
        return branch(p, value != 0 == ifNonzero, (long) (word << 8 >> 13) << 2);
    }

    private static int testAndBranch(Processor p, int word) {
        int bit = (word >>> 31) << 5 | word >>> 19 & 31;
        boolean set = (p.x[word & 31] >>> bit & 1) != 0;
        boolean ifSet = (word >>> 24 & 1) != 0;
        return branch(p, set == ifSet, (long) (word << 13 >> 18) << 2);
    }

    private static int register(Processor p, int word) {
        if ((word & 0x001FFC1F) != 0x001F0000) {
            if ((word & 0x001FF800) == 0x001F0800 && p.has(Features.PAUTH)) {
                return authenticated(p, word);
            }
            throw p.undefined();
        }
        long target = p.x[word >>> 5 & 31];
        switch (word >>> 21 & 15) {
            case 0:
            case 2:
                p.pe.pc = target;
                return Processor.LEAVE;
            case 1:
                p.x[30] = p.pe.pc + 4;
                p.pe.pc = target;
                return Processor.LEAVE;
            case 4:
                if ((word >>> 5 & 31) != 31) {
                    throw p.undefined();
                }
                return ExceptionGenerating.exceptionReturn(p);
            default:
                throw p.undefined();
        }
    }

    /** BRAA, BLRAA, RETAA and ERETAA, with key B and with the modifier zero. */
    private static int authenticated(Processor p, int word) {
        int opc = word >>> 21 & 15;
        boolean zero = (word & 31) == 31;
        boolean noOperands = zero && (word >>> 5 & 31) == 31;
        if (opc == 4 && noOperands) {
            return ExceptionGenerating.authenticatedReturn(p, word);
        }
        boolean allocated = opc == 2 ? noOperands : (opc & 6) == 0 && (opc > 7 || zero);
        if (!allocated) {
            throw p.undefined();
        }
        long target = p.pointers.target(word);
        if ((opc & 7) == 1) {
            p.x[30] = p.pe.pc + 4;
        }
        p.pe.pc = target;
        return Processor.LEAVE;
    }
}
