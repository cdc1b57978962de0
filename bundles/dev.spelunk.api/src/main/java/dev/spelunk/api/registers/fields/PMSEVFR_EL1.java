// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/**
 * Sampling Event Filter Register (DDI 0487, D24.7.11), PMSNEVFR_EL1 and the Events packet (D18.2.6), whose bit n field E[n]
 * selects: each event as its bit in place, by the name of the event.
 */
public final class PMSEVFR_EL1 {
    public static final long GENERATED_EXCEPTION = 1L;
    public static final long RETIRED = 1L << 1;
    public static final long L1D_ACCESS = 1L << 2;
    /** A miss from FEAT_SPEv1p4 on. */
    public static final long L1D_REFILL = 1L << 3;

    public static final long TLB_ACCESS = 1L << 4;
    public static final long TLB_WALK = 1L << 5;
    public static final long NOT_TAKEN = 1L << 6;
    public static final long MISPREDICTED = 1L << 7;
    public static final long LAST_LEVEL_CACHE_ACCESS = 1L << 8;
    public static final long LAST_LEVEL_CACHE_MISS = 1L << 9;
    public static final long REMOTE_ACCESS = 1L << 10;
    /** FEAT_SPEv1p1. */
    public static final long MISALIGNED = 1L << 11;
    /** FEAT_TME. */
    public static final long TRANSACTIONAL = 1L << 16;
    /** FEAT_SPEv1p1 with SVE or SME. */
    public static final long PARTIAL_PREDICATE = 1L << 17;
    /** FEAT_SPEv1p1 with SVE or SME. */
    public static final long EMPTY_PREDICATE = 1L << 18;
    /** 19 to 23: FEAT_SPEv1p4. */
    public static final long L2D_ACCESS = 1L << 19;

    public static final long L2D_MISS = 1L << 20;
    public static final long CACHE_DATA_MODIFIED = 1L << 21;
    public static final long RECENTLY_FETCHED = 1L << 22;
    public static final long DATA_SNOOPED = 1L << 23;
    /** 24 and 25: FEAT_SPE_SME. */
    public static final long STREAMING_SVE_MODE = 1L << 24;

    public static final long SMCU = 1L << 25;
    /** From FEAT_SPEv1p4 on without {@link #IMPLEMENTATION_DEFINED_UNTIL_V1P4}. */
    public static final long IMPLEMENTATION_DEFINED = 0xFFFFL << 48 | 0xFFL << 24 | 0xFL << 12;

    public static final long IMPLEMENTATION_DEFINED_UNTIL_V1P4 = 0xFFL << 24;

    private PMSEVFR_EL1() {}
}
