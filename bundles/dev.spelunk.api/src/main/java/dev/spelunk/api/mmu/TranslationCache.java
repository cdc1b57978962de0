// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.mmu;

/** A host-speed cache of translations above the modelled TLB; what it holds must be a subset of it. */
public interface TranslationCache {
    /** Drop everything. */
    void invalidateTranslations();

    /** Drop what covers [va, va + size) for any privilege. */
    void invalidateTranslations(long va, long size);
}
