// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

/** The translation of some blocks that lead to each other: a hidden class that {@link RegionEmitter} makes. */
abstract class RegionCode {
    /** Left between two blocks: {@link RegionFrame#pc} says where it goes on. */
    static final int BOUNDARY = 0;
    /** Left before operation {@link RegionFrame#op} of block {@link RegionFrame#block}. */
    static final int INSIDE = 1;
    /** The run ends here; the state of the PE is exact. */
    static final int ENDED = 2;

    /**
     * Executes from an entry on. Registers are in x again when it returns or throws.
     *
     * @param reads entries of the software TLB for reads
     * @param writes and for writes
     * @param entry number of the entry
     * @param rest operations that may be executed after the block of the entry
     * @param nzcv the flags
     * @return {@link #BOUNDARY}, {@link #INSIDE} or {@link #ENDED}; the frame says the rest
     */
    abstract int run(
            RegionFrame frame,
            long[] x,
            long[] v,
            byte[] ram,
            long[] reads,
            long[] writes,
            int entry,
            int rest,
            int nzcv);
}
