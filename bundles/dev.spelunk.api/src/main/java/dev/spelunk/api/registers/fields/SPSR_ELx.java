// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Saved Program Status Registers of an exception from AArch64 state (DDI 0487, C5.2.18), and the special-purpose registers that read PSTATE: each field as its bits in place. */
public final class SPSR_ELx {
    /** The lowest bit of M[3:0]. */
    public static final long SP = 1L;

    public static final long M = 0x1FL;
    /** M[3:2]: the Exception level. */
    public static final long EL = 0x3L << 2;
    /** Lowest bit of {@link #EL}. */
    public static final int EL_SHIFT = 2;

    /** M[4]: AArch32 state. */
    public static final long nRW = 1L << 4;

    public static final long F = 1L << 6;
    public static final long I = 1L << 7;
    public static final long A = 1L << 8;
    public static final long D = 1L << 9;
    public static final long DAIF = D | A | I | F;
    /** Lowest bit of {@link #DAIF}. */
    public static final int DAIF_SHIFT = 6;

    public static final long BTYPE = 0x3L << 10;
    /** Lowest bit of {@link #BTYPE}. */
    public static final int BTYPE_SHIFT = 10;

    public static final long SSBS = 1L << 12;
    public static final long IL = 1L << 20;
    public static final long SS = 1L << 21;
    public static final long PAN = 1L << 22;
    public static final long UAO = 1L << 23;
    public static final long DIT = 1L << 24;
    public static final long V = 1L << 28;
    public static final long C = 1L << 29;
    public static final long Z = 1L << 30;
    public static final long N = 1L << 31;
    public static final long NZCV = N | Z | C | V;
    /** Lowest bit of {@link #NZCV}. */
    public static final int NZCV_SHIFT = 28;

    public static final long PM = 1L << 32;

    private SPSR_ELx() {}
}
