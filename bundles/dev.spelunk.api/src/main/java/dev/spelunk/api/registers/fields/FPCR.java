// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Floating-point Control Register (DDI 0487, C5.2.8): each field as its bits in place, int as {@code PeState} has the register. */
public final class FPCR {
    public static final int FZ16 = 1 << 19;
    public static final int RMode = 0x3 << 22;
    /** Lowest bit of {@link #RMode}. */
    public static final int RMode_SHIFT = 22;

    public static final int FZ = 1 << 24;
    public static final int DN = 1 << 25;
    public static final int AHP = 1 << 26;

    /** All of them but {@link #FZ16}, which is of FEAT_FP16. */
    public static final int WITHOUT_FP16 = AHP | DN | FZ | RMode;

    private FPCR() {}
}
