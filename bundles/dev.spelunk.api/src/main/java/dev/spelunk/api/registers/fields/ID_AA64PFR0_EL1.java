// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Processor Feature Register 0 (DDI 0487, D24.2.93): each field as its bits in place. */
public final class ID_AA64PFR0_EL1 {
    public static final long EL0 = 0xFL;
    public static final long EL1 = 0xFL << 4;
    /** Lowest bit of {@link #EL1}. */
    public static final int EL1_SHIFT = 4;

    public static final long EL2 = 0xFL << 8;
    /** Lowest bit of {@link #EL2}. */
    public static final int EL2_SHIFT = 8;

    public static final long EL3 = 0xFL << 12;
    /** Lowest bit of {@link #EL3}. */
    public static final int EL3_SHIFT = 12;

    public static final long FP = 0xFL << 16;
    /** Lowest bit of {@link #FP}. */
    public static final int FP_SHIFT = 16;

    public static final long AdvSIMD = 0xFL << 20;
    /** Lowest bit of {@link #AdvSIMD}. */
    public static final int AdvSIMD_SHIFT = 20;

    public static final long GIC = 0xFL << 24;
    /** Lowest bit of {@link #GIC}. */
    public static final int GIC_SHIFT = 24;

    public static final long DIT = 0xFL << 48;
    /** Lowest bit of {@link #DIT}. */
    public static final int DIT_SHIFT = 48;

    public static final long CSV2 = 0xFL << 56;
    /** Lowest bit of {@link #CSV2}. */
    public static final int CSV2_SHIFT = 56;

    public static final long CSV3 = 0xFL << 60;
    /** Lowest bit of {@link #CSV3}. */
    public static final int CSV3_SHIFT = 60;

    private ID_AA64PFR0_EL1() {}
}
