// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Counter-timer Kernel Control Register (DDI 0487, D24.10): each field as its bits in place. */
public final class CNTKCTL_EL1 {
    public static final long EL0PCTEN = 1L;
    public static final long EL0VCTEN = 1L << 1;
    public static final long EVNTEN = 1L << 2;
    public static final long EVNTDIR = 1L << 3;
    public static final long EVNTI = 0xFL << 4;
    /** Lowest bit of {@link #EVNTI}. */
    public static final int EVNTI_SHIFT = 4;

    public static final long EL0VTEN = 1L << 8;
    public static final long EL0PTEN = 1L << 9;
    public static final long EVNTIS = 1L << 17;

    private CNTKCTL_EL1() {}
}
