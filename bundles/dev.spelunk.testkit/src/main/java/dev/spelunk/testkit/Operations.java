// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.state.Operation;

/** Operations that a test makes up, as an observed form would have described them. */
public final class Operations {
    private Operations() {}

    /**
     * An operation at EL1 that has begun.
     *
     * @param operationClass {@link Operation#OTHER} and the following
     * @param flags what it did, {@link Operation#LOAD} and the following
     */
    public static Operation of(int operationClass, int flags) {
        return of(0x1000, operationClass, flags);
    }

    /** As {@link #of(int, int)}, at that address. */
    public static Operation of(long pc, int operationClass, int flags) {
        Operation operation = new Operation();
        operation.begin(pc, 1, true, 0);
        operation.operationClass = operationClass;
        operation.flags = flags;
        return operation;
    }
}
