// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Instruction Set Attribute Register 0 (DDI 0487, D24.2.84): each field as its bits in place. */
public final class ID_AA64ISAR0_EL1 {
    public static final long AES = 0xFL << 4;
    /** Lowest bit of {@link #AES}. */
    public static final int AES_SHIFT = 4;

    public static final long SHA1 = 0xFL << 8;
    /** Lowest bit of {@link #SHA1}. */
    public static final int SHA1_SHIFT = 8;

    public static final long SHA2 = 0xFL << 12;
    /** Lowest bit of {@link #SHA2}. */
    public static final int SHA2_SHIFT = 12;

    public static final long CRC32 = 0xFL << 16;
    /** Lowest bit of {@link #CRC32}. */
    public static final int CRC32_SHIFT = 16;

    public static final long Atomic = 0xFL << 20;
    /** Lowest bit of {@link #Atomic}. */
    public static final int Atomic_SHIFT = 20;

    public static final long RDM = 0xFL << 28;
    /** Lowest bit of {@link #RDM}. */
    public static final int RDM_SHIFT = 28;

    public static final long DP = 0xFL << 44;
    /** Lowest bit of {@link #DP}. */
    public static final int DP_SHIFT = 44;

    public static final long FHM = 0xFL << 48;
    /** Lowest bit of {@link #FHM}. */
    public static final int FHM_SHIFT = 48;

    public static final long TS = 0xFL << 52;
    /** Lowest bit of {@link #TS}. */
    public static final int TS_SHIFT = 52;

    public static final long TLB = 0xFL << 56;
    /** Lowest bit of {@link #TLB}. */
    public static final int TLB_SHIFT = 56;

    public static final long RNDR = 0xFL << 60;
    /** Lowest bit of {@link #RNDR}. */
    public static final int RNDR_SHIFT = 60;

    private ID_AA64ISAR0_EL1() {}
}
