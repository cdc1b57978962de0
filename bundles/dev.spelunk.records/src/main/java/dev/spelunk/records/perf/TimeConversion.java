// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.perf;

/**
 * How perf turns a counter value into nanoseconds (PERF_RECORD_TIME_CONV, the form of
 * {@code perf_event_mmap_page}): {@code (ticks * multiplier) >> shift}, in two halves so that no
 * product overflows.
 *
 * @param shift bits, 0 to 31
 * @param multiplier below 2 to the 32
 */
record TimeConversion(int shift, long multiplier) {
    private static final long NANOSECONDS = 1_000_000_000L;

    /** The most exact conversion for a counter of that frequency in Hz. */
    static TimeConversion ofFrequency(long hertz) {
        if (hertz <= 0 || hertz > 0xffff_ffffL) {
            throw new IllegalArgumentException("counter frequency out of range: " + hertz + " Hz");
        }
        int shift = 31;
        while ((NANOSECONDS << shift) / hertz > 0xffff_ffffL) {
            shift--;
        }
        return new TimeConversion(shift, (NANOSECONDS << shift) / hertz);
    }

    long nanoseconds(long ticks) {
        long whole = (ticks >>> shift) * multiplier;
        long part = (ticks & (1L << shift) - 1) * multiplier >>> shift;
        return whole + part;
    }
}
