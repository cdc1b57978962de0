// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Statistical Profiling Control Register (EL1) (DDI 0487, D24.7.8): each field as its bits in place. */
public final class PMSCR_EL1 {
    public static final long E0SPE = 1L;
    public static final long E1SPE = 1L << 1;
    public static final long CX = 1L << 3;
    public static final long PA = 1L << 4;
    public static final long TS = 1L << 5;
    public static final long PCT = 0x3L << 6;
    /** Lowest bit of {@link #PCT}. */
    public static final int PCT_SHIFT = 6;

    public static final long EE = 0x3L << 8;
    /** Lowest bit of {@link #EE}. */
    public static final int EE_SHIFT = 8;

    public static final long KE = 1L << 10;
    public static final long EnVM = 1L << 11;

    private PMSCR_EL1() {}
}
