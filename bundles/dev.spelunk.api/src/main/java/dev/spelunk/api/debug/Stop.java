// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.debug;

/**
 * Why a machine stands.
 *
 * @param kind what for
 * @param pe index of the PE that it is about
 * @param condition that holds; null for none
 * @param address of the access that {@link Condition.Access} is about; else 0
 * @param told one sentence more, or an empty one
 */
public record Stop(Kind kind, int pe, Condition condition, long address, String told) {
    /** What for. */
    public enum Kind {
        /** Somebody has paused it, or it has not begun. */
        PAUSED,
        /** The step is done, or the place reached. */
        STEPPED,
        /** A condition holds. */
        CONDITION,
        /** Nobody can go back any further. */
        BEGIN,
        /** The guest cannot go on. */
        FAILED,
        /** The run is over. */
        ENDED
    }
}
