// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

/** Bits of Block and Page descriptors that both stages have in one place (DDI 0487, D8.3). */
final class Descriptor {
    static final long AF = 1L << 10;
    /** AP[2] of stage 1: writes are denied. S2AP[1] of stage 2: writes are permitted. */
    static final long WRITE = 1L << 7;
    /** Writes are denied by {@link #WRITE} alone until hardware has made the descriptor writable-dirty. */
    static final long DBM = 1L << 51;

    private Descriptor() {}
}
