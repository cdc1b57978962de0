// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Memory Model Feature Register 1 (DDI 0487, D24.2.89): each field as its bits in place. */
public final class ID_AA64MMFR1_EL1 {
    public static final long HAFDBS = 0xFL;
    public static final long VMIDBits = 0xFL << 4;
    /** Lowest bit of {@link #VMIDBits}. */
    public static final int VMIDBits_SHIFT = 4;

    public static final long VH = 0xFL << 8;
    /** Lowest bit of {@link #VH}. */
    public static final int VH_SHIFT = 8;

    public static final long HPDS = 0xFL << 12;
    /** Lowest bit of {@link #HPDS}. */
    public static final int HPDS_SHIFT = 12;

    public static final long LO = 0xFL << 16;
    /** Lowest bit of {@link #LO}. */
    public static final int LO_SHIFT = 16;

    public static final long PAN = 0xFL << 20;
    /** Lowest bit of {@link #PAN}. */
    public static final int PAN_SHIFT = 20;

    public static final long XNX = 0xFL << 28;
    /** Lowest bit of {@link #XNX}. */
    public static final int XNX_SHIFT = 28;

    private ID_AA64MMFR1_EL1() {}
}
