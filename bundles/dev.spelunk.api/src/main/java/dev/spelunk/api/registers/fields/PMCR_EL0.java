// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Performance Monitors Control Register (DDI 0487, D24.5): each field as its bits in place. */
public final class PMCR_EL0 {
    public static final long E = 1L;
    public static final long P = 1L << 1;
    public static final long C = 1L << 2;
    public static final long N = 0x1FL << 11;
    /** Lowest bit of {@link #N}. */
    public static final int N_SHIFT = 11;

    public static final long DP = 1L << 5;
    public static final long LP = 1L << 7;
    public static final long FZO = 1L << 9;
    public static final long FZS = 1L << 32;

    private PMCR_EL0() {}
}
