// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ProviderType;

/** Service: makes the engine that executes A64 instructions on a PE's state. */
@ProviderType
public interface ProcessingElement {
    /** @param context with everything but the core set */
    Core create(PeContext context);
}
