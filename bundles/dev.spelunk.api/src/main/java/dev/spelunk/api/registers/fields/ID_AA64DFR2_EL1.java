// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Debug Feature Register 2 (DDI 0487, D24.2.82): each field as its bits in place. */
public final class ID_AA64DFR2_EL1 {
    public static final long SPE_EXC = 0xFL << 16;
    /** Lowest bit of {@link #SPE_EXC}. */
    public static final int SPE_EXC_SHIFT = 16;

    public static final long SPE_nVM = 0xFL << 20;
    /** Lowest bit of {@link #SPE_nVM}. */
    public static final int SPE_nVM_SHIFT = 20;

    private ID_AA64DFR2_EL1() {}
}
