// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.mmu;

import dev.spelunk.api.mmu.Translator;

/** Controls of one translation regime, derived from its registers by {@link Controls}. */
final class Regime {
    final int index;
    final VaRange lower = new VaRange();
    final VaRange higher = new VaRange();
    /** Stage 1 is enabled. */
    boolean stage1;
    /** Stage 2 is enabled. */
    boolean stage2;
    /** Without stage 1, memory is Normal Write-Back (HCR_EL2.DC). */
    boolean defaultCacheable;
    /** Without stage 1, instruction fetches are cacheable (SCTLR_ELx.I). */
    boolean instructionCache;

    boolean writeExecuteNever;
    /** TCR_ELx.HA: hardware sets the Access flag. */
    boolean accessFlagManaged;
    /** TCR_ELx.HD: hardware makes a writable-clean descriptor writable-dirty. */
    boolean dirtyStateManaged;

    long mair;
    int asid;
    int vmid;

    Regime(int index) {
        this.index = index;
    }

    /** Whether the regime has an unprivileged side and two VA ranges. */
    boolean hasUnprivileged() {
        return index == Translator.REGIME_EL10 || index == Translator.REGIME_EL20;
    }

    VaRange range(long va) {
        return hasUnprivileged() && (va >>> 55 & 1) != 0 ? higher : lower;
    }
}
