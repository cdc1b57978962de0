// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.machine.PeContext;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.spu.ProfilingRules;
import dev.spelunk.api.spu.SampleFilter;
import dev.spelunk.api.state.Operation;

/** PMSFCR_EL1.FT: keeps records of the operation types that {ST, LD, B} select (DDI 0487, D17.5.1). */
final class TypeFilter implements SampleFilter {
    static final long FT = 1 << 1;
    static final long B = 1 << 16;
    static final long LD = 1 << 17;
    static final long ST = 1 << 18;
    static final long TYPES = B | LD | ST;
    static final long CONTROLS = FT | TYPES;

    @Override
    public boolean rejects(PeContext context, ProfilingRules rules, Operation operation) {
        long pmsfcr = context.register(SystemRegister.PMSFCR_EL1);
        return (pmsfcr & FT) != 0 && rejects(pmsfcr, operation);
    }

    /** No selected type is CONSTRAINED UNPREDICTABLE: acts as FT = 0. */
    static boolean rejects(long pmsfcr, Operation operation) {
        long selected = pmsfcr & TYPES;
        return selected != 0 && (selected & types(operation)) == 0;
    }

    /** The types that an operation is of, in place: a value-returning atomic is load and store. */
    static long types(Operation o) {
        if (o.operationClass == Operation.BRANCH) {
            return B;
        }
        if (o.operationClass != Operation.LOAD_STORE || o.is(Operation.MAINTENANCE)) {
            return 0;
        }
        return (o.is(Operation.LOAD) ? LD : 0) | (o.is(Operation.STORE | Operation.ATOMIC) ? ST : 0);
    }
}
