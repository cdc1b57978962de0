// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.state.PeState;

/**
 * FEAT_BTI (DDI 0487, D8.4.6): what an indirect branch makes of PSTATE.BTYPE, and which first instructions of a
 * guarded page it allows. BTYPE is 0 but between such a branch and its target; the check of the target takes
 * it back to 0, so only what comes before the target is executed (an interrupt, an abort of the fetch, the
 * exception of the check) saves another value.
 */
final class BranchTargets {
    private static final int EXCEPTION = 0x0D;
    private static final int BRK = 0xD4200000;
    private static final int HLT = 0xD4400000;

    private BranchTargets() {}

    /**
     * BTYPE after an instruction that branches: 2 by BLR, 1 by BR in X16 or X17 or outside of guarded pages, 3 by
     * any other BR, 0 by all others; those that authenticate alike.
     */
    static int type(int word, boolean guarded) {
        boolean branches = (word & 0xFE9FFC1F) == 0xD61F0000 || (word & 0xFE9FF800) == 0xD61F0800;
        if (!branches || (word >>> 22 & 1) != 0) {
            return 0;
        }
        if ((word >>> 21 & 1) != 0) {
            return 2;
        }
        int n = word >>> 5 & 31;
        return !guarded || n == 16 || n == 17 ? 1 : 3;
    }

    /** Whether an instruction in a guarded page may be the target while PSTATE.BTYPE is not 0. */
    static boolean accepts(Processor p, int word, int type) {
        if ((word & 0xFFE0001F) == BRK || (word & 0xFFE0001F) == HLT) {
            return true;
        }
        if ((word & 0xFFFFF01F) != 0xD503201F) {
            return false;
        }
        switch (word >>> 5 & 0x7F) {
            case 34:
                return type != 3;
            case 36:
                return type != 2;
            case 38:
                return true;
            case 25:
            case 27:
                return p.has(Features.PAUTH)
                        && (type != 3
                                || (p.control.sctlr(p.pe.el) & (p.pe.el == 0 ? SCTLR_ELx.BT0 : SCTLR_ELx.BT1)) == 0);
            default:
                return false;
        }
    }

    /** Checks the instruction at pc, about to be executed. */
    static void check(Processor p, int word, boolean guarded) {
        PeState pe = p.pe;
        if (guarded && p.has(Features.BTI) && !accepts(p, word, pe.btype)) {
            throw p.exception.of(EXCEPTION, pe.btype, 0);
        }
        pe.btype = 0;
    }
}
