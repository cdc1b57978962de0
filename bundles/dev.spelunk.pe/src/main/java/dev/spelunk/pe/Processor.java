// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.CTR_EL0;
import dev.spelunk.api.registers.fields.DCZID_EL0;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.api.wiring.SystemFunctions;

/** What every instruction of one PE works on. */
final class Processor {
    /** An instruction's outcome: go on with the next one, at pc + 4. */
    static final int NEXT = 0;
    /** An instruction's outcome: pc is set; the run must look at what has changed before it goes on there. */
    static final int LEAVE = 1;

    final PeContext context;
    final PeState pe;
    final long[] x;
    final Forms forms = new Forms();
    final SynchronousException exception = new SynchronousException();
    final ControlRegisters control;
    final SystemFunctions system;
    final SoftwareTlb tlb;
    final SelfHostedDebug debug;
    final DataAccess data;
    final Exceptions exceptions;
    final VectorInstructions vectors;
    final PointerAuthentication pointers;
    /** Architecture features, see {@link Features}. */
    int features;
    /** What an instruction wants {@code Core.run} to return; CONTINUE for nothing. */
    int stop;
    /** Whether the condition of the last conditional branch that {@link Branches} executed held. */
    boolean taken;

    Processor(PeContext context) {
        this.context = context;
        pe = context.pe;
        x = pe.x;
        system = context.system;
        control = new ControlRegisters(context);
        tlb = new SoftwareTlb(pe);
        debug = new SelfHostedDebug(pe, control, tlb, exception);
        data = new DataAccess(context, tlb, control, debug.watchpoints, exception);
        exceptions = new Exceptions(context, control, debug);
        vectors = new VectorInstructions(this);
        pointers = new PointerAuthentication(this);
    }

    /** Looks up again what is derived from the composition. */
    void resolve() {
        control.resolve(context.registers, context.architecture);
        features = control.features();
        debug.resolve(context.registers, context.architecture);
        vectors.resolve();
        pointers.resolve();
    }

    /** To be called when the Exception level or PSTATE.PAN may have changed. */
    void selectMode() {
        data.set = tlb.dataSet();
    }

    /** Takes the tag off pc after a branch to a register or an exception return. */
    void canonicalPc() {
        long pc = pe.pc;
        if (pc << 8 >> 8 != pc) {
            pe.pc = control.branchAddress(pc, pe.el);
        }
    }

    boolean has(int feature) {
        return (features & feature) != 0;
    }

    /** Bytes that DC ZVA zeroes. */
    int zeroBlockSize() {
        return 4 << (context.register(SystemRegister.DCZID_EL0) & DCZID_EL0.BS);
    }

    /** Bytes of the smallest data cache line, CTR_EL0.DminLine. */
    int dataCacheLine() {
        return 4 << Field.valueIn(context.register(SystemRegister.CTR_EL0), CTR_EL0.DminLine);
    }

    SynchronousException undefined() {
        return exception.undefined();
    }

    /** Traps with an exception class and syndrome to an EL, or to EL2 when that is EL1 and HCR_EL2.TGE is 1 at EL0. */
    SynchronousException trap(int target, int exceptionClass, int iss) {
        return exception.of(exceptionClass, iss, target);
    }

    /** Ends the instruction with pc at the next one and the run loop's attention. */
    int leave() {
        pe.pc += 4;
        return LEAVE;
    }
}
