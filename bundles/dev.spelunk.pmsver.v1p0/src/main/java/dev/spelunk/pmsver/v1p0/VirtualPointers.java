// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.profiling.BufferTranslation;
import dev.spelunk.api.profiling.ProfilingOwnership;

/** The buffer's pointers are virtual addresses of the owning translation regime; writes are privileged, PAN counts as 0 (DDI 0487, D17.7.6). */
final class VirtualPointers implements BufferTranslation {
    @Override
    public boolean translate(ProfilingOwnership ownership, Translation out, long pointer) {
        return ownership
                .context()
                .translator
                .translate(out, ownership.owningRegime(), pointer, Translator.WRITE | Translator.IGNORE_PAN);
    }
}
