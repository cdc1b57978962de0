// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Statistical Profiling Control Register (EL2) (DDI 0487, D24.7.9): each field as its bits in place. */
public final class PMSCR_EL2 {
    public static final long E0HSPE = 1L;
    public static final long E2SPE = 1L << 1;
    public static final long CX = 1L << 3;
    public static final long PA = 1L << 4;
    public static final long TS = 1L << 5;
    public static final long EE = 0x3L << 8;
    /** Lowest bit of {@link #EE}. */
    public static final int EE_SHIFT = 8;

    public static final long KE = 1L << 10;
    public static final long EnVM = 1L << 11;

    private PMSCR_EL2() {}
}
