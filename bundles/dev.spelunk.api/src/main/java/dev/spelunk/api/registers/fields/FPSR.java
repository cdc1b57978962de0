// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Floating-point Status Register (DDI 0487, C5.2.9): each field as its bits in place. */
public final class FPSR {
    public static final long IOC = 1L;
    public static final long DZC = 1L << 1;
    public static final long OFC = 1L << 2;
    public static final long UFC = 1L << 3;
    public static final long IXC = 1L << 4;
    public static final long IDC = 1L << 7;
    public static final long QC = 1L << 27;

    private FPSR() {}
}
