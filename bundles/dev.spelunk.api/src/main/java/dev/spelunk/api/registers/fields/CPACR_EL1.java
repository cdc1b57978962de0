// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Architectural Feature Access Control Register (DDI 0487, D24.2): each field as its bits in place. */
public final class CPACR_EL1 {
    public static final long FPEN = 0x3L << 20;
    /** Lowest bit of {@link #FPEN}. */
    public static final int FPEN_SHIFT = 20;

    private CPACR_EL1() {}
}
