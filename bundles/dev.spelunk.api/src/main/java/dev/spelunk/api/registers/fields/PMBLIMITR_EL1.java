// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Profiling Buffer Limit Address Register (DDI 0487, D24.7.2): each field as its bits in place. */
public final class PMBLIMITR_EL1 {
    public static final long E = 1L;
    public static final long FM = 0x3L << 1;
    /** Lowest bit of {@link #FM}. */
    public static final int FM_SHIFT = 1;

    public static final long PMFZ = 1L << 5;
    public static final long nVM = 1L << 7;
    public static final long LIMIT = 0xFFFFFFFFFFFFFL << 12;
    /** Lowest bit of {@link #LIMIT}. */
    public static final int LIMIT_SHIFT = 12;

    private PMBLIMITR_EL1() {}
}
