// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Processor Feature Register 1 (DDI 0487, D24.2.94): each field as its bits in place. */
public final class ID_AA64PFR1_EL1 {
    public static final long BT = 0xFL;
    public static final long SSBS = 0xFL << 4;
    /** Lowest bit of {@link #SSBS}. */
    public static final int SSBS_SHIFT = 4;

    private ID_AA64PFR1_EL1() {}
}
