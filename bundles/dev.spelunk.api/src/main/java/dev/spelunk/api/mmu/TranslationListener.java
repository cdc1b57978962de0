// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.mmu;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told what the MMU of one PE finds in translation tables, and what becomes of its modelled TLB. It is called on the thread that
 * runs the machine, where program counter and count of operations are those of the operation. A translation that the modelled TLB has
 * is told of nowhere, so nothing of it is on the path of an ordinary access.
 */
@ConsumerType
public interface TranslationListener {
    /** In place of a regime: stage 2 of EL1&amp;0 alone, where the address is an IPA. */
    int STAGE_2 = -1;

    /**
     * Translation tables have been walked for an access, or for an AT instruction.
     *
     * @param regime see {@link Translator}, or {@link #STAGE_2}
     * @param access with its flags; those of an AT have {@link Translator#MAINTENANCE}
     * @param result valid during the call; its {@code fault} says whether there is a translation
     */
    void walked(int regime, int access, Translation result);

    /**
     * A translation has been entered in the modelled TLB.
     *
     * @param entry valid during the call: addresses, size and permissions
     * @param asid -1 for a global entry
     */
    void entered(int regime, Translation entry, int asid, int vmid);

    /**
     * An entry has made room for another, or does not permit what the tables permit now.
     *
     * @param va first address that it translated, sign-extended from bit 55
     * @param bits log2 of the bytes that it translated
     */
    void replaced(int regime, long va, int bits);

    /**
     * A TLBI has been executed, by the software of the PE or for a hypervisor that is modelled.
     *
     * @param encoding as for {@link Translator#invalidateTlb}
     * @param operand value of Xt
     * @param entries number of entries that are gone, of all PEs that it applies to
     */
    void invalidated(int encoding, long operand, int entries);
}
