// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Floating-point Status Register (DDI 0487, C5.2.9): each field as its bits in place, int as {@code PeState} has the register. */
public final class FPSR {
    public static final int IOC = 1;
    public static final int DZC = 1 << 1;
    public static final int OFC = 1 << 2;
    public static final int UFC = 1 << 3;
    public static final int IXC = 1 << 4;
    public static final int IDC = 1 << 7;
    public static final int QC = 1 << 27;

    /** All of them. */
    public static final int ALL = QC | IDC | IXC | UFC | OFC | DZC | IOC;

    private FPSR() {}
}
