// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/** A device's registers as the bus reaches them. */
public interface BusTarget {
    /**
     * @param offset byte offset in the region
     * @param size 1, 2, 4 or 8 bytes
     * @return the value, zero-extended
     * @throws BusAbort when the device answers with an External abort
     */
    long read(long offset, int size);

    /** Writes the low size bytes of value; see {@link #read}. */
    void write(long offset, int size, long value);
}
