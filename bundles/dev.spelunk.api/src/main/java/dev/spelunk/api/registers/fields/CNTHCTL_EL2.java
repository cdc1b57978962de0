// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Counter-timer Hypervisor Control Register, as with HCR_EL2.E2H = 1 where the formats differ (DDI 0487, D24.10): each field as its bits in place. */
public final class CNTHCTL_EL2 {
    public static final long EL1PCTEN = 1L;
    public static final long EL1PCEN = 1L << 1;
    public static final long EVNTEN = 1L << 2;
    public static final long EVNTDIR = 1L << 3;
    public static final long EVNTI = 0xFL << 4;
    /** Lowest bit of {@link #EVNTI}. */
    public static final int EVNTI_SHIFT = 4;

    public static final long EL0VTEN = 1L << 8;
    public static final long EL0PTEN = 1L << 9;
    public static final long EL1PTEN = 1L << 11;
    public static final long ECV = 1L << 12;
    public static final long EL1TVT = 1L << 13;
    public static final long EL1TVCT = 1L << 14;
    public static final long EL1NVPCT = 1L << 15;
    public static final long EL1NVVCT = 1L << 16;
    public static final long EVNTIS = 1L << 17;
    /** EL1PCTEN with HCR_EL2.E2H = 1. */
    public static final long HOST_EL1PCTEN = 1L << 10;
    /** EL1PTEN, with HCR_EL2.E2H = 1. */
    public static final long HOST_EL1PTEN = 1L << 11;

    private CNTHCTL_EL2() {}
}
