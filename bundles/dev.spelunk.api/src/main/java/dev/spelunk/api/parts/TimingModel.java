// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ProviderType;

/** Service: where latencies and microarchitectural events of sampled operations come from. */
@ProviderType
public interface TimingModel {
    OperationTimer create(PeContext context);
}
