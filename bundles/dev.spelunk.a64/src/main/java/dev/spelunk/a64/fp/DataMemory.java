// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.fp;

/**
 * Memory as the loads and stores of the SIMD&FP registers see it: virtual addresses, plain accesses at the
 * current Exception level. A fault is thrown as the PE's synchronous exception, with nothing changed by the
 * access that met it.
 */
public interface DataMemory {
    /** Reads size (1, 2, 4, 8) bytes, zero-extended; aligned to size or else checked as unaligned. */
    long read(long va, int size);

    /** Writes the low size (1, 2, 4, 8) bytes of value. */
    void write(long va, int size, long value);

    /**
     * Throws the fault that an access of size bytes would meet, if any: so that what an instruction transfers
     * by several accesses is transferred whole or not at all.
     *
     * @param size from 1 to 64 bytes
     * @param alignment to which va must be aligned where alignment is checked
     * @param write whether the access writes
     */
    void probe(long va, int size, int alignment, boolean write);

    /** Throws the SP alignment fault if sp, about to be used as a base, is to be checked and is not aligned. */
    void checkStackPointer(long sp);
}
