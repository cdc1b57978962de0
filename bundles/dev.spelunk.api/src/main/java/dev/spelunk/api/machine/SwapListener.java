// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import org.osgi.annotation.versioning.ConsumerType;

/** Whiteboard service: hears of the swaps of all machines. Called from any thread; must return soon. */
@ConsumerType
public interface SwapListener {
    /** What can happen. */
    enum Event {
        /** A part has been replaced. */
        SWAPPED,
        /** A scheduled swap, or one that a change of bundles brought about, was not done: the old part goes on. */
        REFUSED,
        /** A part has left and nothing takes its place: the machine stands still. */
        WAITING
    }

    /** @param message one sentence */
    void happened(Machine machine, Event event, String message);
}
