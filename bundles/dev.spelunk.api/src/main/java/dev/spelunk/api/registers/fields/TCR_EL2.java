// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Translation Control Registers of regimes with one range: TCR_EL2 with HCR_EL2.E2H = 0, and TCR_EL3 (DDI 0487, D24.2): each field as its bits in place. */
public final class TCR_EL2 {
    public static final long T0SZ = 0x3FL;
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

    public static final long TBI = 1L << 20;
    public static final long HA = 1L << 21;
    public static final long HD = 1L << 22;
    public static final long HPD = 1L << 24;
    public static final long TBID = 1L << 29;

    private TCR_EL2() {}
}
