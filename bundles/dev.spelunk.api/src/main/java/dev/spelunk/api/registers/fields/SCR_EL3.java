// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Secure Configuration Register (DDI 0487, D24.2): each field as its bits in place. */
public final class SCR_EL3 {
    public static final long NS = 1L;
    public static final long IRQ = 1L << 1;
    public static final long FIQ = 1L << 2;
    public static final long EA = 1L << 3;
    public static final long SMD = 1L << 7;
    public static final long HCE = 1L << 8;
    public static final long SIF = 1L << 9;
    public static final long RW = 1L << 10;
    public static final long ST = 1L << 11;
    public static final long TWI = 1L << 12;
    public static final long TWE = 1L << 13;
    public static final long TLOR = 1L << 14;
    public static final long APK = 1L << 16;
    public static final long API = 1L << 17;
    public static final long EEL2 = 1L << 18;
    public static final long FGTEn = 1L << 27;
    public static final long FGTEn2 = 1L << 59;
    public static final long NSE = 1L << 62;
    /** Lowest bit of {@link #NSE}. */
    public static final int NSE_SHIFT = 62;

    public static final long ECVEn = 1L << 28;
    public static final long GPF = 1L << 48;

    private SCR_EL3() {}
}
