// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller Control Register (IHI 0069): each field as its bits in place. */
public final class ICC_CTLR_EL1 {
    public static final long CBPR = 1L;
    public static final long EOImode = 1L << 1;
    public static final long PRIbits = 0x7L << 8;
    /** Lowest bit of {@link #PRIbits}. */
    public static final int PRIbits_SHIFT = 8;

    public static final long IDbits = 0x7L << 11;
    /** Lowest bit of {@link #IDbits}. */
    public static final int IDbits_SHIFT = 11;

    public static final long A3V = 1L << 15;

    private ICC_CTLR_EL1() {}
}
