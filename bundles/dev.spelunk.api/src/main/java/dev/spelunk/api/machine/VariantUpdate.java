// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import org.osgi.annotation.versioning.ProviderType;

/** Service: brings a running machine up to date with the file of its variant. */
@ProviderType
public interface VariantUpdate {
    /**
     * Reads the file again and changes what differs: bundles, configurations, parts.
     *
     * @param machine the machine
     * @param force also when the guest could notice
     * @return one sentence about what was done
     * @throws RuntimeException with one sentence when the file is wrong or the change is refused: the machine goes
     *     on as it was
     */
    String update(Machine machine, boolean force);
}
