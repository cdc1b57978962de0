// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.nvm;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.profiling.BufferTranslation;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.PMBLIMITR_EL1;
import dev.spelunk.api.registers.fields.PMSCR_EL2;
import dev.spelunk.api.wiring.PeContext;

/**
 * While PMBLIMITR_EL1.nVM is effective, pointers are IPAs where the owner has stage 2, and physical addresses
 * otherwise (DDI 0487, D17.7.2). All memory is Normal and coherent here, so PMBMAR_EL1 changes no write.
 */
final class UntranslatedPointers implements BufferTranslation {
    /** Addresses are of 48 bits, as ID_AA64MMFR0_EL1.PARange says. */
    private static final int ADDRESS_BITS = 48;
    /** Fault status code of an Address size fault at level 0. */
    private static final int ADDRESS_SIZE = 0;

    private final BufferTranslation virtual;

    UntranslatedPointers(BufferTranslation virtual) {
        this.virtual = virtual;
    }

    @Override
    public boolean translate(PeContext context, Translation out, long pointer) {
        boolean nvm =
                (context.register(SystemRegister.PMBLIMITR_EL1) & PMBLIMITR_EL1.nVM) != 0 && enabledByEl2(context);
        if (!nvm) {
            return virtual.translate(context, out, pointer);
        }
        out.va = pointer;
        out.ipa = pointer;
        out.pa = pointer;
        out.stage2 = false;
        if (pointer >>> ADDRESS_BITS != 0) {
            out.fault = ADDRESS_SIZE;
            return false;
        }
        out.fault = Translation.NONE;
        boolean stage2 = context.system.profilingBufferOwnerEl() == 1 && context.system.el2Enabled();
        return !stage2 || context.translator.translateStage2(out, pointer, Translator.WRITE);
    }

    /** Effective PMSCR_EL2.EnVM: 1 where EL2 owns the buffer or is disabled. */
    static boolean enabledByEl2(PeContext context) {
        return context.system.profilingBufferOwnerEl() == 2
                || !context.system.el2Enabled()
                || (context.register(SystemRegister.PMSCR_EL2) & PMSCR_EL2.EnVM) != 0;
    }
}
