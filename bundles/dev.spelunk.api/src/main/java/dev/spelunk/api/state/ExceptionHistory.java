// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/** The last synchronous exceptions and SErrors that a PE took, for who wants to know what happened to a guest. */
public final class ExceptionHistory {
    /** How many are kept. */
    public static final int KEPT = 4;

    /** How many were taken since the machine began. */
    public long taken;
    /** PC of the operation that an exception ended, by its number modulo {@link #KEPT}. */
    public final long[] pc = new long[KEPT];
    /** Its syndrome, as in ESR_ELx. */
    public final long[] syndrome = new long[KEPT];
    /** Its faulting address; 0 where it has none. */
    public final long[] address = new long[KEPT];
    /** Exception level from which it was taken in bits 3:0, and to which in bits 7:4. */
    public final long[] levels = new long[KEPT];

    /** How many interrupts, IRQ and FIQ, were taken since the machine began. */
    public long interrupts;
    /** Exception levels of the last of these, as in {@link #levels}. */
    public long interruptLevels;

    /** An interrupt is taken. */
    public void interrupted(int from, int to) {
        interrupts++;
        interruptLevels = from | (long) to << 4;
    }

    /** An exception is taken. */
    public void taken(long at, long with, long faulting, int from, int to) {
        int i = (int) (taken++ % KEPT);
        pc[i] = at;
        syndrome[i] = with;
        address[i] = faulting;
        levels[i] = from | (long) to << 4;
    }
}
