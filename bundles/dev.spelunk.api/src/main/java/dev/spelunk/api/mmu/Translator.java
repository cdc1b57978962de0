// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.mmu;

import org.osgi.annotation.versioning.ProviderType;

/** The MMU of one PE (DDI 0487, D8): what a part of the kind {@code mmu} makes. */
@ProviderType
public interface Translator {
    /** Kinds of access, also the bits of {@link Translation#permissions}. */
    int READ = 1;

    int WRITE = 2;
    int EXECUTE = 4;
    /** Flag: the access is unprivileged (EL0, or LDTR and STTR at EL1). */
    int UNPRIVILEGED = 8;
    /** Flag: PSTATE.PAN counts as 0 (SPU writes, AT S1E1R). */
    int IGNORE_PAN = 16;
    /** Flag: the access is by cache maintenance or AT: a write permission fault is reported with CM = 1 by the caller. */
    int MAINTENANCE = 32;

    /** Translation regimes (DDI 0487, D8.1). */
    int REGIME_EL10 = 0;

    int REGIME_EL20 = 1;
    int REGIME_EL2 = 2;
    int REGIME_EL3 = 3;

    /** Regime of the PE at its current Exception level. */
    int regime();

    /**
     * Translates for an access of the PE in its current regime. Privilege is that of PSTATE.EL unless
     * {@link #UNPRIVILEGED} is given. Fills out; permissions say what the same privilege may do at all.
     *
     * @param access {@link #READ}, {@link #WRITE}, both, or {@link #EXECUTE}, plus flags
     * @return true when there is no fault
     */
    boolean translate(Translation out, long va, int access);

    /** As {@link #translate} in the named regime, with its current tables, ASID and VMID; privileged unless flagged. */
    boolean translate(Translation out, int regime, long va, int access);

    /**
     * Walks stage 1 of the EL1&0 regime in software, as a hypervisor does: no TLB, no stage 2, descriptors
     * from the source, nothing updated. {@code out.pa} and {@code out.ipa} are the IPA.
     */
    boolean walkStage1(Translation out, long va, int access, DescriptorSource source);

    /** Translates an IPA by stage 2 with the current VTTBR_EL2 and VTCR_EL2 (identity when HCR_EL2.VM is 0). */
    boolean translateStage2(Translation out, long ipa, int access);

    /**
     * Executes a TLBI instruction (DDI 0487, C5.5).
     *
     * @param encoding op0:op1:CRn:CRm:op2 as {@link dev.spelunk.api.registers.Encoding#of} packs it, op0 = 1
     * @param operand value of Xt
     * @return false when the encoding is not an implemented TLBI
     */
    boolean invalidateTlb(int encoding, long operand);

    /** Executes an AT instruction: writes PAR_EL1. Returns false when the encoding is not an implemented AT. */
    boolean addressTranslate(int encoding, long va);

    /**
     * The fault that the last AT must report as a Data Abort in place of PAR_EL1: a stage 2 fault on the table
     * walk of an AT at EL1, or an External abort (DDI 0487, AArch64.AT). Null when it did not fault so.
     */
    default Translation addressTranslateAbort() {
        return null;
    }

    /** Attaches the PE's cache of translations, which is told of every change from now on. */
    void attach(TranslationCache cache);

    /** Translation control registers, tables' base or ASID changed: called by register hooks and the world switch. */
    void contextChanged();

    /** Drops everything derived; the modelled TLB in the PE's state stays. */
    void invalidate();
}
