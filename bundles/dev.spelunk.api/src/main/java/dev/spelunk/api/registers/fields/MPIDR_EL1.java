// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Multiprocessor Affinity Register, and VMPIDR_EL2 (DDI 0487, D24.2): each field as its bits in place. */
public final class MPIDR_EL1 {
    public static final long Aff0 = 0xFFL;
    public static final long Aff1 = 0xFFL << 8;
    public static final long Aff2 = 0xFFL << 16;
    public static final long MT = 1L << 24;
    public static final long U = 1L << 30;
    public static final long RES1 = 1L << 31;
    public static final long Aff3 = 0xFFL << 32;

    public static final long AFFINITY = Aff3 | Aff2 | Aff1 | Aff0;

    private MPIDR_EL1() {}
}
