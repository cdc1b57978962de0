// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller VGIC Type Register (IHI 0069): each field as its bits in place. */
public final class ICH_VTR_EL2 {
    public static final long ListRegs = 0x1FL;
    public static final long TDS = 1L << 19;
    public static final long nV4 = 1L << 20;
    public static final long A3V = 1L << 21;
    public static final long SEIS = 1L << 22;
    public static final long IDbits = 0x7L << 23;
    /** Lowest bit of {@link #IDbits}. */
    public static final int IDbits_SHIFT = 23;

    public static final long PREbits = 0x7L << 26;
    /** Lowest bit of {@link #PREbits}. */
    public static final int PREbits_SHIFT = 26;

    public static final long PRIbits = 0x7L << 29;
    /** Lowest bit of {@link #PRIbits}. */
    public static final int PRIbits_SHIFT = 29;

    private ICH_VTR_EL2() {}
}
