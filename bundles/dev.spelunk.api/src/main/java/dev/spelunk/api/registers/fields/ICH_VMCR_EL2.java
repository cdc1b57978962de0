// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller Virtual Machine Control Register (IHI 0069): each field as its bits in place. */
public final class ICH_VMCR_EL2 {
    public static final long VENG0 = 1L;
    public static final long VENG1 = 1L << 1;
    public static final long VCBPR = 1L << 4;
    public static final long VEOIM = 1L << 9;
    public static final long VBPR1 = 0x7L << 18;
    /** Lowest bit of {@link #VBPR1}. */
    public static final int VBPR1_SHIFT = 18;

    public static final long VBPR0 = 0x7L << 21;
    /** Lowest bit of {@link #VBPR0}. */
    public static final int VBPR0_SHIFT = 21;

    public static final long VPMR = 0xFFL << 24;
    /** Lowest bit of {@link #VPMR}. */
    public static final int VPMR_SHIFT = 24;

    private ICH_VMCR_EL2() {}
}
