// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.banks;

import dev.spelunk.api.registers.Access;
import dev.spelunk.api.wiring.PeContext;

/**
 * One trap control of a register. The rules of a register are asked in the order in which its accessor
 * pseudocode lists them; the first that does not allow decides.
 */
@FunctionalInterface
public interface AccessRule {
    /**
     * @param context the PE; its PSTATE.EL is that of the access
     * @param read true for MRS, false for MSR
     * @return {@link Access#ALLOWED}, {@link Access#UNDEFINED} or {@link Access#trap}
     */
    int decide(PeContext context, boolean read);
}
