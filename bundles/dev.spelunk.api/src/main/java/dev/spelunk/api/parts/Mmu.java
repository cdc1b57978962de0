// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ProviderType;

/** Service: makes the MMU of a PE. */
@ProviderType
public interface Mmu {
    /** @param context with machine, pe, architecture and registers set */
    Translator create(PeContext context);
}
