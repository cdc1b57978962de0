// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Sampling Filter Control Register (DDI 0487, D24.7.12): each field as its bits in place. */
public final class PMSFCR_EL1 {
    public static final long FE = 1L;
    public static final long FT = 1L << 1;
    public static final long FL = 1L << 2;
    public static final long FnE = 1L << 3;
    public static final long FDS = 1L << 4;
    public static final long B = 1L << 16;
    public static final long LD = 1L << 17;
    public static final long ST = 1L << 18;
    public static final long FP = 1L << 19;
    public static final long SIMD = 1L << 20;
    public static final long Bm = 1L << 48;
    public static final long LDm = 1L << 49;
    public static final long STm = 1L << 50;
    public static final long FPm = 1L << 51;
    public static final long SIMDm = 1L << 52;

    private PMSFCR_EL1() {}
}
