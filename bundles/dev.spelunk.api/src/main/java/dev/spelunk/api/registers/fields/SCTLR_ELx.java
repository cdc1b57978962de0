// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** System Control Registers (DDI 0487, D24.2): each field as its bits in place. */
public final class SCTLR_ELx {
    public static final long M = 1L;
    public static final long A = 1L << 1;
    public static final long C = 1L << 2;
    public static final long SA = 1L << 3;
    public static final long SA0 = 1L << 4;
    public static final long nAA = 1L << 6;
    public static final long UMA = 1L << 9;
    public static final long EnRCTX = 1L << 10;
    public static final long I = 1L << 12;
    public static final long EnDB = 1L << 13;
    public static final long DZE = 1L << 14;
    public static final long UCT = 1L << 15;
    public static final long nTWI = 1L << 16;
    public static final long nTWE = 1L << 18;
    public static final long WXN = 1L << 19;
    public static final long SPAN = 1L << 23;
    public static final long UCI = 1L << 26;
    public static final long EnDA = 1L << 27;
    public static final long EnIB = 1L << 30;
    public static final long EnIA = 1L << 31;
    public static final long BT0 = 1L << 35;
    public static final long BT = 1L << 36;
    public static final long DSSBS = 1L << 44;
    /** Of SCTLR_EL1, and of SCTLR_EL2 with HCR_EL2.E2H = 1. */
    public static final long BT1 = 1L << 36;

    private SCTLR_ELx() {}
}
