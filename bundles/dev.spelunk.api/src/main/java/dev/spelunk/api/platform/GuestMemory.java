// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.platform;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The guest's memory as its devices reach it (DMA), by the guest's physical addresses. All accesses outside it
 * throw IndexOutOfBoundsException and change nothing: a device asks {@link #contains} first.
 */
@ProviderType
public interface GuestMemory {
    /** Whether so many bytes from the address on, at least 0, are memory of the guest. */
    boolean contains(long address, long size);

    void read(long address, byte[] to, int at, int length);

    void write(long address, byte[] from, int at, int length);

    /** A little-endian number of 1, 2, 4 or 8 bytes, zero-extended. */
    long read(long address, int size);

    void write(long address, int size, long value);
}
