// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/**
 * Whether software on a PE gets on: by what the last exceptions were and how much was executed between them, a guest
 * is found that goes round in exceptions for ever. State, so that it is found at the same operation whatever is
 * saved, restored or swapped meanwhile.
 */
public final class ProgressState {
    /** {@link PeState#executed} after the last synchronous exception; -1 before the first. */
    public long executedAtException = -1;
    /** The vector to which it led. */
    public long exceptionVector;
    /** Its syndrome, as in ESR_ELx. */
    public long exceptionSyndrome;
    /** Its faulting address. */
    public long exceptionAddress;

    /** {@link PeState#executed} at the last synchronous exception that handlers took at their own Exception level. */
    public long executedAtNested;
    /** How many of those there were in a row, with few operations between them and no return. */
    public int nested;

    /** {@link PeState#executed} at the last exit to the hypervisor that came after an executed operation. */
    public long executedAtExit;
    /** Exits since then without an operation between them. */
    public int fruitlessExits;
}
