// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Floating-point Control Register (DDI 0487, C5.2.8): each field as its bits in place. */
public final class FPCR {
    public static final long FZ16 = 1L << 19;
    public static final long RMode = 0x3L << 22;
    /** Lowest bit of {@link #RMode}. */
    public static final int RMode_SHIFT = 22;

    public static final long FZ = 1L << 24;
    public static final long DN = 1L << 25;
    public static final long AHP = 1L << 26;

    private FPCR() {}
}
