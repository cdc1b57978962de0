// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Memory Model Feature Register 0 (DDI 0487, D24.2.88): each field as its bits in place. */
public final class ID_AA64MMFR0_EL1 {
    public static final long PARange = 0xFL;
    public static final long ASIDBits = 0xFL << 4;
    /** Lowest bit of {@link #ASIDBits}. */
    public static final int ASIDBits_SHIFT = 4;

    public static final long TGran16 = 0xFL << 20;
    /** Lowest bit of {@link #TGran16}. */
    public static final int TGran16_SHIFT = 20;

    public static final long FGT = 0xFL << 56;
    /** Lowest bit of {@link #FGT}. */
    public static final int FGT_SHIFT = 56;

    public static final long ECV = 0xFL << 60;
    /** Lowest bit of {@link #ECV}. */
    public static final int ECV_SHIFT = 60;

    private ID_AA64MMFR0_EL1() {}
}
