// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** AArch64 Instruction Set Attribute Register 1 (DDI 0487, D24.2.85): each field as its bits in place. */
public final class ID_AA64ISAR1_EL1 {
    public static final long DPB = 0xFL;
    public static final long APA = 0xFL << 4;
    /** Lowest bit of {@link #APA}. */
    public static final int APA_SHIFT = 4;

    public static final long JSCVT = 0xFL << 12;
    /** Lowest bit of {@link #JSCVT}. */
    public static final int JSCVT_SHIFT = 12;

    public static final long FCMA = 0xFL << 16;
    /** Lowest bit of {@link #FCMA}. */
    public static final int FCMA_SHIFT = 16;

    public static final long LRCPC = 0xFL << 20;
    /** Lowest bit of {@link #LRCPC}. */
    public static final int LRCPC_SHIFT = 20;

    public static final long GPA = 0xFL << 24;
    /** Lowest bit of {@link #GPA}. */
    public static final int GPA_SHIFT = 24;

    public static final long FRINTTS = 0xFL << 32;
    /** Lowest bit of {@link #FRINTTS}. */
    public static final int FRINTTS_SHIFT = 32;

    public static final long SB = 0xFL << 36;
    /** Lowest bit of {@link #SB}. */
    public static final int SB_SHIFT = 36;

    public static final long SPECRES = 0xFL << 40;
    /** Lowest bit of {@link #SPECRES}. */
    public static final int SPECRES_SHIFT = 40;

    public static final long I8MM = 0xFL << 52;
    /** Lowest bit of {@link #I8MM}. */
    public static final int I8MM_SHIFT = 52;

    private ID_AA64ISAR1_EL1() {}
}
