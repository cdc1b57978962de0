// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/**
 * The modelled TLB of one PE, shared by its data accesses, fetches and its SPU. Set associative with
 * round-robin replacement: a hit changes nothing, so that a host-speed cache above it, which holds a
 * subset of its entries, cannot be told from it. The MMU part defines what the words of an entry mean.
 */
public final class TlbState {
    public static final int SETS = 1024;
    public static final int WAYS = 4;
    /** Words of an entry. */
    public static final int WORDS = 4;

    /** Entries: word w of way y in set s at ((s * WAYS) + y) * WORDS + w; an entry whose word 0 is 0 is invalid. */
    public final long[] entries = new long[SETS * WAYS * WORDS];
    /** Next way to replace, for each set. */
    public final byte[] next = new byte[SETS];
    /** Who caches translations above this TLB and must hear what another PE invalidates in it; may be null. */
    public TlbListener listener;
    /** Which mapping sizes (bit n: 2^n bytes) have been entered since the last full invalidation. */
    public long sizes;
}
