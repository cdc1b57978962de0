// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Memory Model Feature Register 2 (DDI 0487, D24.2.90): each field as its bits in place. */
public final class ID_AA64MMFR2_EL1 {
    public static final long CnP = 0xFL;
    public static final long UAO = 0xFL << 4;
    /** Lowest bit of {@link #UAO}. */
    public static final int UAO_SHIFT = 4;

    public static final long NV = 0xFL << 24;
    /** Lowest bit of {@link #NV}. */
    public static final int NV_SHIFT = 24;

    public static final long ST = 0xFL << 28;
    /** Lowest bit of {@link #ST}. */
    public static final int ST_SHIFT = 28;

    public static final long AT = 0xFL << 32;
    /** Lowest bit of {@link #AT}. */
    public static final int AT_SHIFT = 32;

    public static final long IDS = 0xFL << 36;
    /** Lowest bit of {@link #IDS}. */
    public static final int IDS_SHIFT = 36;

    public static final long FWB = 0xFL << 40;
    /** Lowest bit of {@link #FWB}. */
    public static final int FWB_SHIFT = 40;

    public static final long TTL = 0xFL << 48;
    /** Lowest bit of {@link #TTL}. */
    public static final int TTL_SHIFT = 48;

    public static final long E0PD = 0xFL << 60;
    /** Lowest bit of {@link #E0PD}. */
    public static final int E0PD_SHIFT = 60;

    private ID_AA64MMFR2_EL1() {}
}
