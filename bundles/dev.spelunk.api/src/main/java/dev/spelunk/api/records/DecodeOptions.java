// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.records;

/**
 * How records are printed.
 *
 * @param strict whether the first bytes that are no record end it, and are not skipped
 * @param midr MIDR_EL1 of the PE that made the records, which tells what its IMPLEMENTATION DEFINED events are; 0 when
 *     that is not known
 */
public record DecodeOptions(boolean strict, long midr) {
    /** Damaged stretches are skipped; the PE is not known. */
    public static final DecodeOptions DEFAULT = new DecodeOptions(false, 0);

    /**
     * What was printed.
     *
     * @param records number of records
     * @param damaged number of stretches that were skipped
     * @param damagedBytes their bytes
     */
    public record Outcome(long records, long damaged, long damagedBytes) {}
}
