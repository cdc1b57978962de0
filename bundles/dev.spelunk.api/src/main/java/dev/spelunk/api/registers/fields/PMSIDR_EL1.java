// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Sampling Profiling ID Register (DDI 0487, D24.7.14): each field as its bits in place. */
public final class PMSIDR_EL1 {
    public static final long FE = 1L;
    public static final long FT = 1L << 1;
    public static final long FL = 1L << 2;
    public static final long ArchInst = 1L << 3;
    public static final long LDS = 1L << 4;
    public static final long ERnd = 1L << 5;
    public static final long FnE = 1L << 6;
    public static final long FDS = 1L << 7;
    public static final long Interval = 0xFL << 8;
    /** Lowest bit of {@link #Interval}. */
    public static final int Interval_SHIFT = 8;

    public static final long MaxSize = 0xFL << 12;
    /** Lowest bit of {@link #MaxSize}. */
    public static final int MaxSize_SHIFT = 12;

    public static final long CountSize = 0xFL << 16;
    /** Lowest bit of {@link #CountSize}. */
    public static final int CountSize_SHIFT = 16;

    public static final long Format = 0xFL << 20;
    /** Lowest bit of {@link #Format}. */
    public static final int Format_SHIFT = 20;

    public static final long PBT = 1L << 24;
    public static final long CRR = 1L << 25;
    public static final long EFT = 1L << 26;
    public static final long FPF = 1L << 27;
    public static final long ALTCLK = 0xFL << 28;
    /** Lowest bit of {@link #ALTCLK}. */
    public static final int ALTCLK_SHIFT = 28;

    public static final long SME = 1L << 32;
    /** Lowest bit of {@link #SME}. */
    public static final int SME_SHIFT = 32;

    private PMSIDR_EL1() {}
}
