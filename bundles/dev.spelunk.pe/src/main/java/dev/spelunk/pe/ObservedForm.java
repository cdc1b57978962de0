// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.DecodeCache;
import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.a64.integer.Alu;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;

/**
 * Executes one operation, once, and tells what a sample record can say of it (DDI 0487, D17.6 and D18.2.7): what the encoding
 * says comes from the instruction table, addresses and outcome are recorded where the operation meets them.
 */
final class ObservedForm {
    private final Processor p;
    private final PeState pe;
    private final DecodeCache decoded = new DecodeCache();
    /** What the operation executed last is. */
    DecodedInstruction instruction;

    ObservedForm(Processor p) {
        this.p = p;
        pe = p.pe;
    }

    /** Executes the instruction at pc, fetched from pa in a guarded page or not, and counts it unless it throws. */
    void execute(Operation o, int word, long pa, boolean guarded) {
        boolean nonSecure = p.system.enabledByScr(SCR_EL3.NS);
        o.begin(pe.pc, pe.el, nonSecure, pe.cycles());
        o.word = word;
        o.instructionPa = pa;
        instruction = decoded.of(word);
        o.operationClass = instruction.operationClass;
        o.flags = instruction.flags;
        if (pe.btype != 0) {
            BranchTargets.check(p, word, guarded);
        }
        boolean conditional = instruction.is(Operation.CONDITIONAL);
        if (conditional && o.operationClass != Operation.BRANCH && !Alu.holds(word >>> 12 & 15, pe.nzcv)) {
            o.flags |= Operation.CONDITION_FAILED;
        }
        if (instruction.is(Operation.LOAD | Operation.STORE)) {
            p.data.record.begin(o, instruction);
        }
        try {
            if (Instructions.execute(p, word) == Processor.NEXT) {
                pe.pc += 4;
            } else if (p.has(Features.BTI) && !instruction.is(Operation.EXCEPTION_RETURN)) {
                // An exception return has restored BTYPE.
                pe.btype = BranchTargets.type(instruction, guarded);
            }
        } finally {
            p.data.record.end();
        }
        pe.executed++;
        o.events = PMSEVFR_EL1.RETIRED;
        if (o.operationClass == Operation.BRANCH) {
            branched(o, !conditional || p.taken);
        }
        if (o.is(Operation.CONDITION_FAILED)) {
            o.events |= PMSEVFR_EL1.NOT_TAKEN;
        }
    }

    private void branched(Operation o, boolean taken) {
        if (!taken) {
            o.flags |= Operation.CONDITION_FAILED;
            return;
        }
        p.canonicalPc();
        o.flags |= Operation.TAKEN;
        o.target = pe.pc;
        o.targetEl = pe.el;
    }

    /** The operation ended in a synchronous exception. */
    static void exception(Operation o, SynchronousException e) {
        o.events = PMSEVFR_EL1.GENERATED_EXCEPTION | PMSEVFR_EL1.RETIRED;
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
}
