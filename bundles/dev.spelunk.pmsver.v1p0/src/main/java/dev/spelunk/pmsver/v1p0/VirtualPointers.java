// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.profiling.BufferTranslation;
import dev.spelunk.api.wiring.PeContext;

/** The buffer's pointers are virtual addresses of the owning translation regime; writes are privileged, PAN counts as 0 (DDI 0487, D17.7.6). */
final class VirtualPointers implements BufferTranslation {
    @Override
    public boolean translate(PeContext context, Translation out, long pointer) {
        int regime = context.system.translationRegime(context.system.profilingBufferOwnerEl());
        return context.translator.translate(out, regime, pointer, Translator.WRITE | Translator.IGNORE_PAN);
    }
}
