// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Hypervisor Debug Fine-Grained Write Trap Register, what it has beyond {@link HDFGRTR_EL2} (DDI 0487, D24.2.69): each field as its bits in place. */
public final class HDFGWTR_EL2 {
    public static final long OSLAR_EL1 = 1L << 8;
    public static final long PMSWINC_EL0 = 1L << 20;
    public static final long PMCR_EL0 = 1L << 21;

    private HDFGWTR_EL2() {}
}
