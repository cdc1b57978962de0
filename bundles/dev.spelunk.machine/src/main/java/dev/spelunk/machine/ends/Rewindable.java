// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.ends;

/**
 * Something of the host that a machine has to do with, which the machine can go through again: the same comes in, and what
 * has gone out goes out no second time.
 */
public interface Rewindable {
    /** How far the machine is with it. */
    long position();

    /** The machine is where it was when {@link #position} was this one. */
    void rewind(long position);

    /** Nobody goes back to before this position. */
    default void forget(long position) {
        // Most keep nothing.
    }
}
