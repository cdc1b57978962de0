// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.pmu;

import dev.spelunk.api.state.PeState;

/**
 * Events of architecturally executed instructions (DDI 0487, D14.3) that a PE counts only while a counter counts them: it is
 * told in {@code PmuState.counted}, and adds to {@code PmuState.retired} at the event's ordinal. An instruction that ends in
 * a synchronous exception is in none of them (DDI 0487, D14.1.1, At-retirement event).
 *
 * <p>What the manual leaves to the implementation: a prefetch instruction is no Memory-reading instruction; an instruction
 * makes one Memory-read operation if it reads memory and one Memory-write operation if it writes, whatever its size and
 * alignment, also DC ZVA; BRK, SVC, HVC, SMC and ISB are no software change of the PC; exception returns and unconditional
 * direct branches are counted by BR_RETIRED.
 */
public enum RetiredEvent implements PmuEvent {
    LD_RETIRED(0x0006),
    ST_RETIRED(0x0007),
    PC_WRITE_RETIRED(0x000C),
    BR_IMMED_RETIRED(0x000D),
    BR_RETURN_RETIRED(0x000E),
    UNALIGNED_LDST_RETIRED(0x000F),
    MEM_ACCESS(0x0013),
    BR_RETIRED(0x0021),
    MEM_ACCESS_RD(0x0066),
    MEM_ACCESS_WR(0x0067),
    BR_SKIP_RETIRED(0x8107),
    BR_IMMED_TAKEN_RETIRED(0x8108),
    BR_IMMED_SKIP_RETIRED(0x8109),
    BR_IND_TAKEN_RETIRED(0x810A),
    BR_INDNR_TAKEN_RETIRED(0x810C),
    BR_RETURN_ANY_RETIRED(0x810E),
    BR_IND_RETIRED(0x811D),
    BR_INDNR_RETIRED(0x811E),
    BRNL_INDNR_TAKEN_RETIRED(0x8179),
    BL_TAKEN_RETIRED(0x817A),
    BRNL_TAKEN_RETIRED(0x817B),
    BL_IND_TAKEN_RETIRED(0x817C),
    BRNL_IND_TAKEN_RETIRED(0x817D),
    BL_IMMED_TAKEN_RETIRED(0x817E),
    BRNL_IMMED_TAKEN_RETIRED(0x817F),
    BR_UNCOND_RETIRED(0x8180),
    BR_COND_RETIRED(0x8181),
    BR_COND_TAKEN_RETIRED(0x8182),
    /** Of the same instructions as {@link #LD_RETIRED}. */
    LD_ANY_RETIRED(0x82A8),
    /** As {@link #ST_RETIRED}, with a Store-Exclusive that fails. */
    ST_ANY_RETIRED(0x82A9),
    LDST_ANY_RETIRED(0x82AA);

    /** Most that one instruction adds to an event: {@link #MEM_ACCESS} of an atomic one, which reads and writes. */
    public static final int MOST_AT_ONCE = 2;

    private final int number;

    RetiredEvent(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }

    /** Its bit in {@code PmuState.counted}. */
    public long bit() {
        return 1L << ordinal();
    }

    @Override
    public long happened(PeState pe) {
        return pe.pmu.retired[ordinal()];
    }
}
