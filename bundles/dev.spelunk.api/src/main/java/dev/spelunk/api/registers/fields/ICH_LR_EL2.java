// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller List Registers (IHI 0069): each field as its bits in place. */
public final class ICH_LR_EL2 {
    public static final long vINTID = 0xFFFFFFFFL;
    public static final long pINTID = 0x1FFFL << 32;
    /** Lowest bit of {@link #pINTID}. */
    public static final int pINTID_SHIFT = 32;

    /** Where HW is 0: an end of this interrupt asks for maintenance. */
    public static final long EOI = 1L << 41;

    public static final long Priority = 0xFFL << 48;
    /** Lowest bit of {@link #Priority}. */
    public static final int Priority_SHIFT = 48;

    public static final long Group = 1L << 60;
    public static final long HW = 1L << 61;
    public static final long State = 0x3L << 62;
    /** Lowest bit of {@link #State}. */
    public static final int State_SHIFT = 62;

    /** State 0b01, or 0b11 with {@link #State_ACTIVE}. */
    public static final long State_PENDING = 1L << State_SHIFT;
    /** State 0b10, or 0b11 with {@link #State_PENDING}. */
    public static final long State_ACTIVE = 2L << State_SHIFT;

    private ICH_LR_EL2() {}
}
