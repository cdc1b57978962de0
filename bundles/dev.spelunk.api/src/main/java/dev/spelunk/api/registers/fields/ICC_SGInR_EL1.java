// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller Software Generated Interrupt Group registers: ICC_SGI0R_EL1, ICC_SGI1R_EL1, ICC_ASGI1R_EL1 (IHI 0069): each field as its bits in place. */
public final class ICC_SGInR_EL1 {
    public static final long TargetList = 0xFFFFL;
    public static final long Aff1 = 0xFFL << 16;
    /** Lowest bit of {@link #Aff1}. */
    public static final int Aff1_SHIFT = 16;

    public static final long INTID = 0xFL << 24;
    /** Lowest bit of {@link #INTID}. */
    public static final int INTID_SHIFT = 24;

    public static final long Aff2 = 0xFFL << 32;
    /** Lowest bit of {@link #Aff2}. */
    public static final int Aff2_SHIFT = 32;

    public static final long IRM = 1L << 40;
    public static final long RS = 0xFL << 44;
    /** Lowest bit of {@link #RS}. */
    public static final int RS_SHIFT = 44;

    public static final long Aff3 = 0xFFL << 48;
    /** Lowest bit of {@link #Aff3}. */
    public static final int Aff3_SHIFT = 48;

    private ICC_SGInR_EL1() {}
}
