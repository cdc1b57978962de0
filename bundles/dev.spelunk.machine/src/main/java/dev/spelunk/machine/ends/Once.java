// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.ends;

/** Counts what a machine tells, so that each is told once, though the machine may go back and through it again. */
public class Once implements Rewindable {
    private long count;
    private long told;

    /** Counts one more. Returns whether it has not come before. */
    public final boolean fresh() {
        if (count++ < told) {
            return false;
        }
        told = count;
        return true;
    }

    @Override
    public final long position() {
        return count;
    }

    @Override
    public final void rewind(long position) {
        count = position;
    }
}
