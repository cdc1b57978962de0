// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.registers;

/** Values of PMBSR_EL1 as KVM makes them for the guest (DDI 0487, D24.7.5), and bits of PMBLIMITR_EL1 (D24.7.2). */
public final class BufferStatus {
    public static final long COLL = 1L << 16;
    public static final long S = 1L << 17;
    public static final long EA = 1L << 18;
    public static final long DL = 1L << 19;
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

    public static final long LIMIT_E = 1;
    public static final long LIMIT_NVM = 1L << 7;
    public static final long LIMIT_MASK = ~0xFFFL;

    private static final long MSS2 = 0xFF_FFFFL << 32;
    private static final long EC = 0x3FL << 26;
    private static final long MSS = 0xFFFF;
    private static final int EC_SHIFT = 26;

    private BufferStatus() {}

    public static int exceptionClass(long pmbsr) {
        return (int) (pmbsr >>> EC_SHIFT) & 0x3F;
    }

    /** FSC or BSC: the low six bits of MSS. */
    public static int statusCode(long pmbsr) {
        return (int) pmbsr & 0x3F;
    }

    /** PMBLIMITR_EL1.FM says discard mode. */
    public static boolean discards(long pmblimitr) {
        return (pmblimitr >>> 1 & 3) == 2;
    }

    /** An "other" buffer management event with that BSC: MSS2 becomes zero, EA, DL and COLL stay. */
    public static long other(long pmbsr, int bsc) {
        return pmbsr & ~(MSS2 | EC | MSS) | S | bsc;
    }

    /** A stage 1 abort with that FSC: EA, DL and COLL stay. */
    public static long stage1Abort(long pmbsr, int fsc) {
        return pmbsr & ~(MSS2 | EC | MSS) | S | (long) EC_STAGE_1_ABORT << EC_SHIFT | fsc;
    }

    /** What hardware reported, over what the guest had: COLL, EA and DL are sticky. */
    public static long reported(long memory, long hardware) {
        return hardware | memory & (COLL | EA | DL);
    }
}
