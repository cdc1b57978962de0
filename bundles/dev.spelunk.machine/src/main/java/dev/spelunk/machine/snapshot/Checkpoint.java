// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.snapshot;

/** What a machine was at a place of its run, in memory. Pages that are the same are shared with the one before. */
public final class Checkpoint {
    /** Operations that had been executed, over all PEs. */
    public final long count;

    final byte[] state;
    /** By page of RAM; null for one that is zero. */
    final byte[][] pages;

    /** Positions of what the machine is connected to. */
    public final long[] ends;

    /** Bytes that it has for itself. */
    private long bytes;

    Checkpoint(long count, byte[] state, byte[][] pages, long[] ends, long bytes) {
        this.count = count;
        this.state = state;
        this.pages = pages;
        this.ends = ends;
        this.bytes = bytes;
    }

    public long bytes() {
        return bytes;
    }

    /** The one before is gone: pages that were shared with it are this one's now. Returns how many bytes stay. */
    public void inherit(Checkpoint gone) {
        for (int page = 0; page < pages.length; page++) {
            if (pages[page] != null && pages[page] == gone.pages[page]) {
                bytes += pages[page].length;
            }
        }
    }

    /** Pages of a checkpoint between two others that went away are still the earlier one's where that has them too. */
    public void shares(Checkpoint earlier) {
        for (int page = 0; page < pages.length; page++) {
            if (pages[page] != null && pages[page] == earlier.pages[page]) {
                bytes -= pages[page].length;
            }
        }
    }
}
