// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Cache Type Register (DDI 0487, D24.2): each field as its bits in place. */
public final class CTR_EL0 {
    public static final long IminLine = 0xFL;
    public static final long DminLine = 0xFL << 16;
    /** Lowest bit of {@link #DminLine}. */
    public static final int DminLine_SHIFT = 16;

    private CTR_EL0() {}
}
