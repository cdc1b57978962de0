// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.mmu;

/** Where a software walk of stage 1 reads its descriptors. */
public interface DescriptorSource {
    /** Whether a descriptor at that intermediate physical address can be read; it is told of each table address first. */
    boolean accessible(long ipa);

    /** The 64-bit descriptor at that intermediate physical address. */
    long read(long ipa);
}
