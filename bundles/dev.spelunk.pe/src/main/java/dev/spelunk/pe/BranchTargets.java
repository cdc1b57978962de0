// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.api.registers.fields.SCTLR_ELx;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;

/**
 * FEAT_BTI (DDI 0487, D8.4.6): what an indirect branch makes of PSTATE.BTYPE, and which first instructions of a
 * guarded page it allows. BTYPE is 0 but between such a branch and its target; the check of the target takes
 * it back to 0, so only what comes before the target is executed (an interrupt, an abort of the fetch, the
 * exception of the check) saves another value.
 */
final class BranchTargets {
    private static final int EXCEPTION = 0x0D;
    /** BTYPE after a BR in a guarded page. */
    private static final int TO_ANY = 3;
    /** Not with that BTYPE where SCTLR_ELx.BT0 or BT1 is set. */
    private static final int BARRED = 1 << 4;

    private BranchTargets() {}

    /**
     * BTYPE after an instruction that branches: 2 by BLR, 1 by BR in X16 or X17 or outside of guarded pages, 3 by
     * any other BR, 0 by all others; those that authenticate alike.
     */
    static int type(DecodedInstruction instruction, boolean guarded) {
        if (!instruction.is(Operation.INDIRECT)
                || instruction.is(Operation.PROCEDURE_RETURN | Operation.EXCEPTION_RETURN)) {
            return 0;
        }
        if (instruction.is(Operation.BRANCH_WITH_LINK)) {
            return 2;
        }
        int n = instruction.instruction.field("Rn").get(instruction.word);
        return !guarded || n == 16 || n == 17 ? 1 : TO_ANY;
    }

    /**
     * Which values of PSTATE.BTYPE an instruction in a guarded page may be the target of, one bit each, in bits 3:1; and
     * {@link #BARRED}.
     */
    static int landing(Processor p, int word) {
        Instruction instruction = InstructionSet.whole().decode(word);
        int needs = instruction == null ? 0 : Features.bit(instruction.feature());
        if (instruction == null || needs != 0 && !p.has(needs)) {
            return 0;
        }
        return (int) instruction.get("btypes", word) | (instruction.get("bt", word) != 0 ? BARRED : 0);
    }

    /** Whether an instruction may be the target. @param landing of it, from {@link #landing} */
    static boolean accepts(Processor p, int landing, int type) {
        boolean barred = type == TO_ANY && (landing & BARRED) != 0;
        return (landing >>> type & 1) != 0
                && !(barred && (p.control.sctlr(p.pe.el) & (p.pe.el == 0 ? SCTLR_ELx.BT0 : SCTLR_ELx.BT1)) != 0);
    }

    /** Checks the instruction at pc, about to be executed. */
    static void check(Processor p, int word, boolean guarded) {
        PeState pe = p.pe;
        if (guarded && p.has(Features.BTI) && !accepts(p, landing(p, word), pe.btype)) {
            throw p.exception.of(EXCEPTION, pe.btype, 0);
        }
        pe.btype = 0;
    }
}
