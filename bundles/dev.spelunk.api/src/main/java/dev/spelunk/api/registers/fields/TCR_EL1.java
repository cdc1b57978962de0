// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Translation Control Registers of regimes with two ranges: TCR_EL1, and TCR_EL2 with HCR_EL2.E2H = 1 (DDI 0487, D24.2): each field as its bits in place. */
public final class TCR_EL1 {
    public static final long T0SZ = 0x3FL;
    public static final long EPD0 = 1L << 7;
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

    public static final long T1SZ = 0x3FL << 16;
    /** Lowest bit of {@link #T1SZ}. */
    public static final int T1SZ_SHIFT = 16;

    public static final long A1 = 1L << 22;
    public static final long EPD1 = 1L << 23;
    public static final long IRGN1 = 0x3L << 24;
    /** Lowest bit of {@link #IRGN1}. */
    public static final int IRGN1_SHIFT = 24;

    public static final long ORGN1 = 0x3L << 26;
    /** Lowest bit of {@link #ORGN1}. */
    public static final int ORGN1_SHIFT = 26;

    public static final long SH1 = 0x3L << 28;
    /** Lowest bit of {@link #SH1}. */
    public static final int SH1_SHIFT = 28;

    public static final long TG1 = 0x3L << 30;
    /** Lowest bit of {@link #TG1}. */
    public static final int TG1_SHIFT = 30;

    public static final long IPS = 0x7L << 32;
    /** Lowest bit of {@link #IPS}. */
    public static final int IPS_SHIFT = 32;

    public static final long AS = 1L << 36;
    public static final long TBI0 = 1L << 37;
    public static final long TBI1 = 1L << 38;
    public static final long HA = 1L << 39;
    public static final long HD = 1L << 40;
    public static final long HPD0 = 1L << 41;
    public static final long HPD1 = 1L << 42;
    public static final long TBID0 = 1L << 51;
    public static final long TBID1 = 1L << 52;
    public static final long E0PD0 = 1L << 55;
    public static final long E0PD1 = 1L << 56;

    private TCR_EL1() {}
}
