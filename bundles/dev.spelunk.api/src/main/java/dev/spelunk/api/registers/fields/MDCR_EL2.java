// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Monitor Debug Configuration Register (EL2) (DDI 0487, D24.3.17): each field as its bits in place. */
public final class MDCR_EL2 {
    public static final long HPMN = 0x1FL;
    public static final long TPMCR = 1L << 5;
    public static final long TPM = 1L << 6;
    public static final long HPME = 1L << 7;
    public static final long TDE = 1L << 8;
    public static final long TDA = 1L << 9;
    public static final long TDOSA = 1L << 10;
    public static final long TDRA = 1L << 11;
    public static final long E2PB = 0x3L << 12;
    /** Lowest bit of {@link #E2PB}. */
    public static final int E2PB_SHIFT = 12;

    public static final long TPMS = 1L << 14;
    public static final long HPMD = 1L << 17;
    public static final long HCCD = 1L << 23;
    public static final long HLP = 1L << 26;
    public static final long TDCC = 1L << 27;
    public static final long HPMFZO = 1L << 29;
    public static final long HPMFZS = 1L << 36;

    private MDCR_EL2() {}
}
