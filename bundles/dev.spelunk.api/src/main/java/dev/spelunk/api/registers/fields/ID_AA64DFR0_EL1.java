// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Debug Feature Register 0 (DDI 0487, D24.2.80): each field as its bits in place. */
public final class ID_AA64DFR0_EL1 {
    public static final long DebugVer = 0xFL;
    public static final long PMUVer = 0xFL << 8;
    /** Lowest bit of {@link #PMUVer}. */
    public static final int PMUVer_SHIFT = 8;

    public static final long BRPs = 0xFL << 12;
    /** Lowest bit of {@link #BRPs}. */
    public static final int BRPs_SHIFT = 12;

    public static final long WRPs = 0xFL << 20;
    /** Lowest bit of {@link #WRPs}. */
    public static final int WRPs_SHIFT = 20;

    public static final long CTX_CMPs = 0xFL << 28;
    /** Lowest bit of {@link #CTX_CMPs}. */
    public static final int CTX_CMPs_SHIFT = 28;

    public static final long PMSVer = 0xFL << 32;
    /** Lowest bit of {@link #PMSVer}. */
    public static final int PMSVer_SHIFT = 32;

    public static final long DoubleLock = 0xFL << 36;
    /** Lowest bit of {@link #DoubleLock}. */
    public static final int DoubleLock_SHIFT = 36;

    public static final long HPMN0 = 0xFL << 60;
    /** Lowest bit of {@link #HPMN0}. */
    public static final int HPMN0_SHIFT = 60;

    private ID_AA64DFR0_EL1() {}
}
