// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import dev.spelunk.api.parts.Parts;

/**
 * One swap that somebody wants.
 *
 * @param part kind of the part, see {@link Parts#SWAPPABLE}
 * @param name {@code spelunk.name} of the one to be replaced, where a kind has several; null for the only one, and
 *     without {@code with} for all of the kind
 * @param with {@code spelunk.name} of the implementation to use from now on; null for the same one, started anew.
 *     Of a kind that has several, {@code with} alone adds one, and {@link #NONE} takes away the one named
 * @param force also when the guest could notice
 */
public record SwapRequest(String part, String name, String with, boolean force) {
    /** In place of {@code with}, of a kind that has several: nothing. Of another kind it is a name like any. */
    public static final String NONE = "none";

    /** The same implementation, started anew. */
    public static SwapRequest anew(String part) {
        return new SwapRequest(part, null, null, false);
    }

    @Override
    public String toString() {
        return part + (name == null ? "" : " " + name) + (with == null ? "" : " with " + with);
    }
}
