// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Cache Size Selection Register (DDI 0487, D24.2): each field as its bits in place. */
public final class CSSELR_EL1 {
    public static final long InD = 1L;
    public static final long Level = 0x7L << 1;
    /** Lowest bit of {@link #Level}. */
    public static final int Level_SHIFT = 1;

    private CSSELR_EL1() {}
}
