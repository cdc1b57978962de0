// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers;

/** Outcome of an access decision, packed into an int: {@link #ALLOWED}, {@link #UNDEFINED} or a trap. */
public final class Access {
    public static final int ALLOWED = 0;
    public static final int UNDEFINED = -1;
    /** Exception class of trapped MSR, MRS and System instruction execution (DDI 0487, D24.2.40). */
    public static final int EC_SYSTEM_REGISTER = 0x18;

    private Access() {}

    /** A trap with EC 0x18 to the given EL (1..3). */
    public static int trap(int targetEl) {
        return trap(targetEl, EC_SYSTEM_REGISTER);
    }

    /** A trap to the given EL (1..3) with an exception class other than 0x18. */
    public static int trap(int targetEl, int exceptionClass) {
        return exceptionClass << 4 | targetEl;
    }

    public static int targetEl(int trap) {
        return trap & 15;
    }

    public static int exceptionClass(int trap) {
        return trap >>> 4;
    }
}
