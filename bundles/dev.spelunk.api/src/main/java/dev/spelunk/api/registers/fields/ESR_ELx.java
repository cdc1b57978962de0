// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Fields of ESR_EL1 and ESR_EL2 (DDI 0487, D24.2.40, D24.2.41). */
public final class ESR_ELx {
    /** Lowest bit of EC, the exception class. */
    public static final int EC_SHIFT = 26;

    private ESR_ELx() {}
}
