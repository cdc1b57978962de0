// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Profiling Buffer Status/syndrome Registers (DDI 0487, D24.7.5): each field as its bits in place. */
public final class PMBSR_ELx {
    public static final long MSS = 0xFFFFL;
    /** Of MSS where EC is an abort: the fault status code; where it is not, BSC is in the same place. */
    public static final long FSC = 0x3FL;

    public static final long COLL = 1L << 16;
    public static final long S = 1L << 17;
    public static final long EA = 1L << 18;
    public static final long DL = 1L << 19;
    public static final long EC = 0x3FL << 26;
    /** Lowest bit of {@link #EC}. */
    public static final int EC_SHIFT = 26;

    public static final long MSS2 = 0xFFFFFFL << 32;
    /** Lowest bit of {@link #MSS2}. */
    public static final int MSS2_SHIFT = 32;

    private PMBSR_ELx() {}
}
