// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.registers;

import dev.spelunk.api.registers.Field;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMBSR_ELx;

/** Values of PMBSR_EL1 as KVM makes them for the guest (DDI 0487, D24.7.5), and bits of PMBLIMITR_EL1 (D24.7.2). */
public final class BufferStatus {
    public static final int EC_OTHER = 0x00;
    public static final int EC_STAGE_1_ABORT = 0x24;
    public static final int EC_STAGE_2_ABORT = 0x25;
    public static final int BSC_NOT_ALLOWED = 0;
    public static final int BSC_FULL = 1;
    public static final int BSC_TOO_LARGE = 4;
    /** FSC without its level, and that of a Permission fault. */
    public static final int FSC_TYPE = 0x3C;

    public static final int FSC_PERMISSION = 0x0C;
    /** FSC of a synchronous External abort. */
    public static final int FSC_EXTERNAL_ABORT = 0x10;
    /** FSC of a synchronous External abort on a table walk, at level 0. */
    public static final int FSC_EXTERNAL_ABORT_ON_WALK = 0x14;

    /** PMBLIMITR_EL1.FM. */
    private static final int DISCARD = 2;

    private BufferStatus() {}

    public static int exceptionClass(long pmbsr) {
        return (int) Field.valueIn(pmbsr, PMBSR_ELx.EC);
    }

    /** FSC or BSC: the low six bits of PMBSR_ELx.MSS. */
    public static int statusCode(long pmbsr) {
        return (int) (pmbsr & PMBSR_ELx.FSC);
    }

    /** PMBLIMITR_EL1.FM says discard mode. */
    public static boolean discards(long pmblimitr) {
        return Field.valueIn(pmblimitr, PMBLIMITR_EL1.FM) == DISCARD;
    }

    /** An "other" buffer management event with that BSC: PMBSR_ELx.MSS2 becomes zero, PMBSR_ELx.EA, PMBSR_ELx.DL and PMBSR_ELx.COLL stay. */
    public static long other(long pmbsr, int bsc) {
        return pmbsr & ~(PMBSR_ELx.MSS2 | PMBSR_ELx.EC | PMBSR_ELx.MSS) | PMBSR_ELx.S | bsc;
    }

    /** A stage 1 abort with that FSC: PMBSR_ELx.EA, PMBSR_ELx.DL and PMBSR_ELx.COLL stay. */
    public static long stage1Abort(long pmbsr, int fsc) {
        return pmbsr & ~(PMBSR_ELx.MSS2 | PMBSR_ELx.EC | PMBSR_ELx.MSS)
                | PMBSR_ELx.S
                | (long) EC_STAGE_1_ABORT << PMBSR_ELx.EC_SHIFT
                | fsc;
    }

    /** What hardware reported, over what the guest had: PMBSR_ELx.COLL, PMBSR_ELx.EA and PMBSR_ELx.DL are sticky. */
    public static long reported(long memory, long hardware) {
        return hardware | memory & (PMBSR_ELx.COLL | PMBSR_ELx.EA | PMBSR_ELx.DL);
    }
}
