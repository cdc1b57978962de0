// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Translation Table Base Registers, and VTTBR_EL2 (DDI 0487, D24.2): each field as its bits in place. */
public final class TTBRn_ELx {
    public static final long CnP = 1L;
    public static final long BADDR = 0x7FFFFFFFFFFFL << 1;
    /** Lowest bit of {@link #BADDR}. */
    public static final int BADDR_SHIFT = 1;

    public static final long VMID = 0xFFFFL << 48;
    /** Lowest bit of {@link #VMID}. */
    public static final int VMID_SHIFT = 48;

    public static final long ASID = 0xFFFFL << 48;
    /** Lowest bit of {@link #ASID}. */
    public static final int ASID_SHIFT = 48;

    private TTBRn_ELx() {}
}
