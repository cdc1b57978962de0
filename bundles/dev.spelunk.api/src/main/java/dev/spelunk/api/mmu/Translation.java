// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.mmu;

/** Result of one translation. Reused by its owner; never allocated for an access. */
public final class Translation {
    /** Value of {@link #fault} when there is none. */
    public static final int NONE = -1;

    public long va;
    /** Intermediate physical address: the output of stage 1. */
    public long ipa;

    public long pa;
    /** Fault status code as in ESR_ELx.DFSC and PMBSR_ELx.FSC, or {@link #NONE}. */
    public int fault;
    /** The fault is of stage 2. */
    public boolean stage2;
    /** The stage 2 fault was on a stage 1 table walk. */
    public boolean onWalk;
    /** The fault is on a write to a translation table (hardware dirty state) or of the access: WnR. */
    public boolean write;
    /** log2 of the size of the smallest mapping that the translation used: 12 at the least. */
    public int pageBits;
    /** What the current privilege may do with the page: {@link Translator#READ} and the following. */
    public int permissions;
    /** Memory attributes as in MAIR_ELx.Attr<n>, combined over the stages. */
    public int attributes;
    /** Device memory of any type. */
    public boolean device;
    /** Shareability: 0 non-, 2 outer, 3 inner shareable. */
    public int shareability;
    /** The page is guarded: bit GP of its stage 1 descriptor (FEAT_BTI). */
    public boolean guarded;
    /** The translation was found by a walk, not in the modelled TLB. */
    public boolean walked;
}
