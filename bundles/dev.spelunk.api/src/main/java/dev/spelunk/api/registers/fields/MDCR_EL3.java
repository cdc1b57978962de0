// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Monitor Debug Configuration Register (EL3) (DDI 0487, D24.3.18): each field as its bits in place. */
public final class MDCR_EL3 {
    public static final long TPM = 1L << 6;
    public static final long TDA = 1L << 9;
    public static final long TDOSA = 1L << 10;
    public static final long NSPBE = 1L << 11;
    public static final long NSPB = 0x3L << 12;
    /** Lowest bit of {@link #NSPB}. */
    public static final int NSPB_SHIFT = 12;

    public static final long SDD = 1L << 16;
    public static final long TDCC = 1L << 27;
    public static final long EnPMSN = 1L << 36;
    public static final long EnPMS3 = 1L << 42;
    public static final long PMSEE = 0x3L << 51;
    /** Lowest bit of {@link #PMSEE}. */
    public static final int PMSEE_SHIFT = 51;

    public static final long EnPMS4 = 1L << 55;

    private MDCR_EL3() {}
}
