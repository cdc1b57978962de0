// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller List Registers (IHI 0069): each field as its bits in place. */
public final class ICH_LR_EL2 {
    public static final long vINTID = 0xFFFFL;
    public static final long pINTID = 0x1FFFL << 32;
    /** Lowest bit of {@link #pINTID}. */
    public static final int pINTID_SHIFT = 32;

    public static final long Priority = 0x1FL << 51;
    /** Lowest bit of {@link #Priority}. */
    public static final int Priority_SHIFT = 51;

    public static final long Group = 1L << 60;
    public static final long HW = 1L << 61;
    public static final long State = 0x3L << 62;
    /** Lowest bit of {@link #State}. */
    public static final int State_SHIFT = 62;

    private ICH_LR_EL2() {}
}
