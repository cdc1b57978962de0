// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Snapshots of a machine's whole state, guest and host, in files.
 *
 * @param saves files to write, by the number of operations that have been executed then, exactly
 * @param restore the snapshot of a machine of the same composition and guest from which the run goes on; null to
 *     begin with a reset
 * @param every a digest of the state is made whenever the run has executed so many operations more
 * @param digests gets them; null for none
 */
public record Snapshots(SortedMap<Long, Path> saves, Path restore, long every, StateDigests digests) {
    /** Nothing is saved or restored. */
    public static final Snapshots NONE = new Snapshots(Collections.emptySortedMap(), null);

    /** No digests. */
    public Snapshots(SortedMap<Long, Path> saves, Path restore) {
        this(saves, restore, 0, null);
    }

    public Snapshots {
        saves = Collections.unmodifiableSortedMap(new TreeMap<>(saves));
    }
}
