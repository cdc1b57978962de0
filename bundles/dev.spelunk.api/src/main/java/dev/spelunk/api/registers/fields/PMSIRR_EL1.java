// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Sampling Interval Reload Register (DDI 0487, D24.7.15): each field as its bits in place. */
public final class PMSIRR_EL1 {
    public static final long RND = 1L;
    public static final long INTERVAL = 0xFFFFFFL << 8;
    /** Lowest bit of {@link #INTERVAL}. */
    public static final int INTERVAL_SHIFT = 8;

    private PMSIRR_EL1() {}
}
