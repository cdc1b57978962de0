// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

/** A synchronous exception on its way from an instruction to where it is taken. One instance for each PE. */
final class SynchronousException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Exception classes, ESR_ELx.EC (DDI 0487, D24.2.40). */
    static final int UNKNOWN = 0x00;

    static final int WFX = 0x01;
    /** An instruction that none of the other classes has: LD64B, PSB CSYNC, … (DDI 0487, D24.2.40). */
    static final int OTHER_TRAP = 0x0A;

    static final int ILLEGAL_STATE = 0x0E;
    static final int SVC = 0x15;
    static final int HVC = 0x16;
    static final int SMC = 0x17;
    static final int SYSTEM = 0x18;
    static final int ERET = 0x1A;
    static final int INSTRUCTION_ABORT = 0x20;
    static final int PC_ALIGNMENT = 0x22;
    static final int DATA_ABORT = 0x24;
    static final int SP_ALIGNMENT = 0x26;
    static final int BREAKPOINT = 0x30;
    static final int SOFTWARE_STEP = 0x32;
    static final int WATCHPOINT = 0x34;
    static final int BRK = 0x3C;

    /** Fault status codes that do not come from a translation. */
    static final int EXTERNAL_ABORT = 0x10;

    static final int ALIGNMENT = 0x21;
    static final int UNSUPPORTED_EXCLUSIVE = 0x35;

    /** EC for an exception from a lower EL; aborts from the same EL have one more. */
    int exceptionClass;

    int iss;
    /** EL that a control routes it to, 0 when the default applies. */
    int routedTo;

    boolean hasAddress;
    long address;
    /** Whether {@link #ipa} goes to HPFAR_EL2. */
    boolean hasIpa;

    long ipa;
    /** From the PC to the preferred return address: 4 for SVC and HVC. */
    int returnOffset;
    /** Whether it came of fetching, so that no operation was executed. */
    boolean onFetch;

    SynchronousException() {
        super("synchronous exception", null, false, false);
    }

    /** Whether an exception from the EL that takes it has the exception class that follows. */
    static boolean tellsSameLevel(int ec) {
        return ec == INSTRUCTION_ABORT
                || ec == DATA_ABORT
                || ec == BREAKPOINT
                || ec == SOFTWARE_STEP
                || ec == WATCHPOINT;
    }

    /** Makes this an exception without address. */
    SynchronousException of(int ec, int syndrome, int target) {
        exceptionClass = ec;
        iss = syndrome;
        routedTo = target;
        hasAddress = false;
        address = 0;
        hasIpa = false;
        ipa = 0;
        returnOffset = 0;
        onFetch = false;
        return this;
    }

    /** Makes this an exception with a faulting address. */
    SynchronousException of(int ec, int syndrome, int target, long faultAddress) {
        of(ec, syndrome, target);
        hasAddress = true;
        address = faultAddress;
        return this;
    }

    /** UNDEFINED. */
    SynchronousException undefined() {
        return of(UNKNOWN, 0, 0);
    }
}
