// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller Hyp Control Register (IHI 0069): each field as its bits in place. */
public final class ICH_HCR_EL2 {
    public static final long En = 1L;
    public static final long UIE = 1L << 1;
    public static final long LRENPIE = 1L << 2;
    public static final long NPIE = 1L << 3;
    public static final long VGrp0EIE = 1L << 4;
    public static final long VGrp0DIE = 1L << 5;
    public static final long VGrp1EIE = 1L << 6;
    public static final long VGrp1DIE = 1L << 7;
    public static final long TC = 1L << 10;
    public static final long TALL0 = 1L << 11;
    public static final long TALL1 = 1L << 12;
    public static final long TSEI = 1L << 13;
    public static final long TDIR = 1L << 14;
    public static final long EOIcount = 0x1FL << 27;
    /** Lowest bit of {@link #EOIcount}. */
    public static final int EOIcount_SHIFT = 27;

    private ICH_HCR_EL2() {}
}
