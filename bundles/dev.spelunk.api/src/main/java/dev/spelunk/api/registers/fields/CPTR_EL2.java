// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Architectural Feature Trap Register (EL2) (DDI 0487, D24.2): each field as its bits in place. */
public final class CPTR_EL2 {
    public static final long TFP = 1L << 10;
    public static final long ZEN = 0x3L << 16;
    /** Lowest bit of {@link #ZEN}. */
    public static final int ZEN_SHIFT = 16;

    public static final long FPEN = 0x3L << 20;
    /** Lowest bit of {@link #FPEN}. */
    public static final int FPEN_SHIFT = 20;

    public static final long TCPAC = 1L << 31;
    /** With HCR_EL2.E2H = 0. */
    public static final long RES1 = 0x33FFL;

    private CPTR_EL2() {}
}
