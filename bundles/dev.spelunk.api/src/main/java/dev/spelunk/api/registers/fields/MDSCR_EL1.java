// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Monitor Debug System Control Register (DDI 0487, D24.3): each field as its bits in place. */
public final class MDSCR_EL1 {
    public static final long SS = 1L;
    public static final long ERR = 1L << 6;
    public static final long TDCC = 1L << 12;
    public static final long KDE = 1L << 13;
    public static final long HDE = 1L << 14;
    public static final long MDE = 1L << 15;
    public static final long TDA = 1L << 21;
    public static final long INTdis = 0x3L << 22;
    /** Lowest bit of {@link #INTdis}. */
    public static final int INTdis_SHIFT = 22;

    public static final long TXU = 1L << 26;
    public static final long RXO = 1L << 27;
    public static final long TXfull = 1L << 29;
    public static final long RXfull = 1L << 30;

    private MDSCR_EL1() {}
}
