// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Profiling Buffer ID Register (DDI 0487, D24.7.1): each field as its bits in place. */
public final class PMBIDR_EL1 {
    public static final long Align = 0xFL;
    public static final long P = 1L << 4;
    public static final long F = 1L << 5;
    public static final long AddrMode = 0x3L << 6;
    /** Lowest bit of {@link #AddrMode}. */
    public static final int AddrMode_SHIFT = 6;

    public static final long MaxBuffSize = 0xFFFFL << 32;
    /** Lowest bit of {@link #MaxBuffSize}. */
    public static final int MaxBuffSize_SHIFT = 32;

    public static final long EA = 0xFL << 8;
    /** Lowest bit of {@link #EA}. */
    public static final int EA_SHIFT = 8;

    private PMBIDR_EL1() {}
}
