// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Hypervisor Debug Fine-Grained Read Trap Register 2, and HDFGWTR2_EL2 (DDI 0487, D24.2.66, D24.2.68): each field as its bits in place. */
public final class HDFGRTR2_EL2 {
    public static final long nPMSDSFR_EL1 = 1L << 19;
    public static final long nPMBMAR_EL1 = 1L << 24;

    private HDFGRTR2_EL2() {}
}
