// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.spu;

import dev.spelunk.api.registers.fields.PMSFCR_EL1;
import dev.spelunk.api.state.Operation;

/** The operation types of DDI 0487, D17.5.1, as bits in the places of PMSFCR_EL1.{SIMD, FP, ST, LD, B}. */
public final class OperationTypes {
    /** Distance from the control of a type to its mask, PMSFCR_EL1.{SIMDm, FPm, STm, LDm, Bm}. */
    public static final int MASK_DISTANCE = 32;

    private OperationTypes() {}

    /** The types of an operation; a value-returning atomic is load and store, a branch may use a Guarded Control Stack. */
    public static long of(Operation o) {
        if (o.is(Operation.MAINTENANCE)) {
            return 0;
        }
        long types = (o.is(Operation.FLOATING_POINT) ? PMSFCR_EL1.FP : 0)
                | (o.is(Operation.ADVANCED_SIMD) ? PMSFCR_EL1.SIMD : 0);
        if (o.operationClass == Operation.BRANCH) {
            types |= PMSFCR_EL1.B;
        }
        if (o.operationClass == Operation.LOAD_STORE || o.form == Operation.GUARDED_CONTROL_STACK) {
            types |= (o.is(Operation.LOAD) ? PMSFCR_EL1.LD : 0)
                    | (o.is(Operation.STORE | Operation.ATOMIC) ? PMSFCR_EL1.ST : 0);
        }
        return types;
    }
}
