// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Virtualization Translation Control Register (DDI 0487, D24.2): each field as its bits in place. */
public final class VTCR_EL2 {
    public static final long T0SZ = 0x3FL;
    public static final long SL0 = 0x3L << 6;
    /** Lowest bit of {@link #SL0}. */
    public static final int SL0_SHIFT = 6;

    public static final long IRGN0 = 0x3L << 8;
    /** Lowest bit of {@link #IRGN0}. */
    public static final int IRGN0_SHIFT = 8;

    public static final long ORGN0 = 0x3L << 10;
    /** Lowest bit of {@link #ORGN0}. */
    public static final int ORGN0_SHIFT = 10;

    public static final long SH0 = 0x3L << 12;
    /** Lowest bit of {@link #SH0}. */
    public static final int SH0_SHIFT = 12;

    public static final long TG0 = 0x3L << 14;
    /** Lowest bit of {@link #TG0}. */
    public static final int TG0_SHIFT = 14;

    public static final long PS = 0x7L << 16;
    /** Lowest bit of {@link #PS}. */
    public static final int PS_SHIFT = 16;

    public static final long VS = 1L << 19;
    public static final long HA = 1L << 21;
    public static final long HD = 1L << 22;
    public static final long RES1 = 1L << 31;

    private VTCR_EL2() {}
}
