// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Debug Watchpoint Control Registers (DDI 0487, D24.3): each field as its bits in place. */
public final class DBGWCR_EL1 {
    public static final long E = 1L;
    public static final long PAC = 0x3L << 1;
    /** Lowest bit of {@link #PAC}. */
    public static final int PAC_SHIFT = 1;

    public static final long LSC = 0x3L << 3;
    /** Lowest bit of {@link #LSC}. */
    public static final int LSC_SHIFT = 3;

    public static final long BAS = 0xFFL << 5;
    /** Lowest bit of {@link #BAS}. */
    public static final int BAS_SHIFT = 5;

    public static final long HMC = 1L << 13;
    public static final long SSC = 0x3L << 14;
    /** Lowest bit of {@link #SSC}. */
    public static final int SSC_SHIFT = 14;

    public static final long LBN = 0xFL << 16;
    /** Lowest bit of {@link #LBN}. */
    public static final int LBN_SHIFT = 16;

    public static final long WT = 1L << 20;
    public static final long MASK = 0x1FL << 24;
    /** Lowest bit of {@link #MASK}. */
    public static final int MASK_SHIFT = 24;

    private DBGWCR_EL1() {}
}
