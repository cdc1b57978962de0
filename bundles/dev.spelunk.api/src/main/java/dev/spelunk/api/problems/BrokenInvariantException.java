// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.problems;

/** A checked invariant of the model does not hold. The message names it and ends with the history of what it is about. */
public final class BrokenInvariantException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String invariant;

    /**
     * @param invariant its name; null when the message alone tells it
     * @param message where, what was found, and the history, in lines
     */
    public BrokenInvariantException(String invariant, String message) {
        super(message);
        this.invariant = invariant;
    }

    /** The invariant's name. */
    public String invariant() {
        return invariant;
    }
}
