// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ConsumerType;

/** What the profiling buffer's pointers are and how they become physical addresses (DDI 0487, D17.7). */
@ConsumerType
@FunctionalInterface
public interface BufferTranslation {
    /**
     * Translates for a write of the SPU to the profiling buffer.
     *
     * @param out gets the physical address, or the fault and its stage
     * @param pointer PMBPTR_EL1, or an address between it and the limit
     * @return true when there is no fault
     */
    boolean translate(PeContext context, Translation out, long pointer);
}
