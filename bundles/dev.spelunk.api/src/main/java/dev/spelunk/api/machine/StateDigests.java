// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

/** Gets digests of a machine's whole state while it runs, on the machine's thread. */
@FunctionalInterface
public interface StateDigests {
    /**
     * Takes one.
     *
     * @param instructions operations that have been executed, exactly
     * @param sha256 of all that a snapshot would hold
     * @return whether the next one is wanted
     */
    boolean digest(long instructions, byte[] sha256);
}
