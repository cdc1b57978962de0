// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Exception Syndrome Registers (DDI 0487, D24.2.40, D24.2.41): each field as its bits in place. */
public final class ESR_ELx {
    public static final long ISS = 0x1FFFFFFL;
    public static final long IL = 1L << 25;
    public static final long EC = 0x3FL << 26;
    /** Lowest bit of {@link #EC}. */
    public static final int EC_SHIFT = 26;

    public static final long ISS2 = 0xFFFFFFL << 32;
    /** Lowest bit of {@link #ISS2}. */
    public static final int ISS2_SHIFT = 32;

    private ESR_ELx() {}
}
