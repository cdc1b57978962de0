// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Sampling Interval Counter Register (DDI 0487, D24.7.13): each field as its bits in place. */
public final class PMSICR_EL1 {
    public static final long COUNT = 0xFFFFFFFFL;
    public static final long ECOUNT = 0xFFL << 56;
    /** Lowest bit of {@link #ECOUNT}. */
    public static final int ECOUNT_SHIFT = 56;

    private PMSICR_EL1() {}
}
