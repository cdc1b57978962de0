// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Debug Breakpoint Control Registers (DDI 0487, D24.3): each field as its bits in place. */
public final class DBGBCR_EL1 {
    public static final long E = 1L;
    public static final long PMC = 0x3L << 1;
    /** Lowest bit of {@link #PMC}. */
    public static final int PMC_SHIFT = 1;

    public static final long BAS = 0xFL << 5;
    /** Lowest bit of {@link #BAS}. */
    public static final int BAS_SHIFT = 5;

    public static final long HMC = 1L << 13;
    public static final long SSC = 0x3L << 14;
    /** Lowest bit of {@link #SSC}. */
    public static final int SSC_SHIFT = 14;

    public static final long LBN = 0xFL << 16;
    /** Lowest bit of {@link #LBN}. */
    public static final int LBN_SHIFT = 16;

    public static final long BT = 0xFL << 20;
    /** Lowest bit of {@link #BT}. */
    public static final int BT_SHIFT = 20;

    private DBGBCR_EL1() {}
}
