// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.mmu;

/** A host-speed cache of translations above the modelled TLB; what it holds must be a subset of it. */
public interface TranslationCache {
    /** Number of contexts that a translator tells apart. */
    int CONTEXTS = 8;

    /**
     * From now on translations are made in that context: under controls (tables, ASID, VMID and what else decides, but
     * for address, access and privilege) that are the same whenever it is entered. What is held in the others still
     * holds in them.
     *
     * @param number 0 to {@link #CONTEXTS} - 1; before the first call the context is 0
     * @param anew the number stands for other controls than before: drop what is held in it
     */
    void enterContext(int number, boolean anew);

    /** Drop everything, in all contexts. */
    void invalidateTranslations();

    /** Drop what covers [va, va + size) for any privilege, in all contexts. */
    void invalidateTranslations(long va, long size);
}
