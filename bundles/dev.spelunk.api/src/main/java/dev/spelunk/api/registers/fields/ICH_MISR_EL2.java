// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Interrupt Controller Maintenance Interrupt State Register (IHI 0069): each field as its bits in place. */
public final class ICH_MISR_EL2 {
    public static final long EOI = 1L;
    public static final long U = 1L << 1;
    public static final long LRENP = 1L << 2;
    public static final long NP = 1L << 3;
    public static final long VGrp0E = 1L << 4;
    public static final long VGrp0D = 1L << 5;
    public static final long VGrp1E = 1L << 6;
    public static final long VGrp1D = 1L << 7;

    private ICH_MISR_EL2() {}
}
