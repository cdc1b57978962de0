// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.timing;

import dev.spelunk.api.machine.PeContext;
import org.osgi.annotation.versioning.ProviderType;

/** Service: where latencies and microarchitectural events of sampled operations come from. */
@ProviderType
public interface TimingModel {
    OperationTimer create(PeContext context);
}
