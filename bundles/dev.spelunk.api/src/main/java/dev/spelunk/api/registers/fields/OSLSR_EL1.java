// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** OS Lock Status Register (DDI 0487, D24.3): each field as its bits in place. */
public final class OSLSR_EL1 {
    public static final long OSLK = 1L << 1;
    /** Bit 1 of the field; bit 0 of it is bit 0 of the register. */
    public static final long OSLM = 1L << 3;

    private OSLSR_EL1() {}
}
