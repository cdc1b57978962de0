// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm;

/**
 * The guest's memory: intermediate physical addresses backed by host memory.
 *
 * @param base first IPA, page aligned
 * @param size in bytes, a multiple of the page size
 * @param host physical address that backs base
 */
record Memslot(long base, long size, long host) {
    static final int PAGE = 4096;

    boolean contains(long ipa) {
        return Long.compareUnsigned(ipa - base, size) < 0;
    }

    /** Whether all bytes of [ipa, ipa + length) are in the memslot. */
    boolean contains(long ipa, long length) {
        return contains(ipa) && Long.compareUnsigned(length, size - (ipa - base)) <= 0;
    }

    /** Physical address of an IPA in the memslot. */
    long hostAddress(long ipa) {
        return ipa - base + host;
    }

    int page(long ipa) {
        return (int) ((ipa - base) / PAGE);
    }
}
