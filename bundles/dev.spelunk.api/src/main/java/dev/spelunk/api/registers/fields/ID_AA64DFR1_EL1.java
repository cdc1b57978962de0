// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Debug Feature Register 1 (DDI 0487, D24.2.81): each field as its bits in place. */
public final class ID_AA64DFR1_EL1 {
    public static final long DPFZS = 0xFL << 52;
    /** Lowest bit of {@link #DPFZS}. */
    public static final int DPFZS_SHIFT = 52;

    private ID_AA64DFR1_EL1() {}
}
