// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.inorder;

import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.state.PeState;

/**
 * What the model can count when it sees every operation (DDI 0487, D14.3). Each line that an access touches is an access to a
 * cache; the L2 and the last level are unified, so lines of instructions are among theirs.
 */
enum ModelledEvent implements PmuEvent {
    L1I_CACHE_REFILL(0x01),
    L1D_CACHE_REFILL(0x03),
    L1D_CACHE(0x04),
    L1D_TLB_REFILL(0x05),
    BR_MIS_PRED(0x10),
    BR_PRED(0x12),
    L1I_CACHE(0x14),
    L2D_CACHE(0x16),
    L2D_CACHE_REFILL(0x17),
    BR_MIS_PRED_RETIRED(0x22),
    L1D_TLB(0x25),
    L2D_TLB_REFILL(0x2D),
    L2D_TLB(0x2F),
    LL_CACHE(0x32),
    LL_CACHE_MISS(0x33),
    DTLB_WALK(0x34),
    LL_CACHE_RD(0x36),
    LL_CACHE_MISS_RD(0x37),
    /** Reads for which the data come from outside: those that the L1D misses. */
    L1D_CACHE_LMISS_RD(0x39),
    L1D_CACHE_RD(0x40),
    L1I_CACHE_LMISS(0x4006);

    private final int number;

    ModelledEvent(int number) {
        this.number = number;
    }

    @Override
    public int number() {
        return number;
    }

    /** Whether it is of a cache beyond the L2, which not every shape has. */
    boolean ofLastLevel() {
        return this == LL_CACHE || this == LL_CACHE_MISS || this == LL_CACHE_RD || this == LL_CACHE_MISS_RD;
    }

    @Override
    public long happened(PeState pe) {
        return pe.pmu.happened(number);
    }
}
