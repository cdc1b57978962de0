// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

/**
 * A stretch of intermediate physical addresses that memory of the VM's user space backs.
 *
 * @param base first IPA, page aligned
 * @param size in bytes, a multiple of the page size
 * @param userspaceAddress host virtual address of the first byte (userspace_addr)
 */
record Memslot(long base, long size, long userspaceAddress) {
    boolean contains(long ipa) {
        return Long.compareUnsigned(ipa - base, size) < 0;
    }

    /** Whether all bytes of [ipa, ipa + length) are in the memslot. */
    boolean contains(long ipa, long length) {
        return contains(ipa) && Long.compareUnsigned(length, size - (ipa - base)) <= 0;
    }

    /** Host virtual address of an IPA in the memslot. */
    long userspaceAddress(long ipa) {
        return ipa - base + userspaceAddress;
    }

    @Override
    public String toString() {
        return String.format("0x%x bytes at IPA 0x%x", size, base);
    }
}
