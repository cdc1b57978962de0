// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.registers;

import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;

/**
 * What a hypervisor may ignore of a guest's writes to the buffer registers while PMBLIMITR_EL1.E is 1 (DEN0154): all of
 * them, but for clearing E.
 */
public final class StrictWrites {
    private StrictWrites() {}

    /**
     * The value of the register after a write, with all ignored that may be.
     *
     * @param limit PMBLIMITR_EL1 before the write
     * @param previous the register before the write
     * @param written what the guest wrote
     */
    public static long stored(int encoding, long limit, long previous, long written) {
        if ((limit & PMBLIMITR_EL1.E) == 0) {
            return written;
        }
        boolean clears = encoding == SystemRegister.PMBLIMITR_EL1 && (written & PMBLIMITR_EL1.E) == 0;
        return clears ? previous & ~PMBLIMITR_EL1.E : previous;
    }
}
