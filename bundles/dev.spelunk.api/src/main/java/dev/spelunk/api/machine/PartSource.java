// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import org.osgi.annotation.versioning.ConsumerType;

/** Service: knows bundles that are not started. Asked for what a swap shall bring in when nothing publishes it. */
@ConsumerType
public interface PartSource {
    /**
     * Installs and starts the bundle that publishes a part, if it knows one.
     *
     * @param part the part's kind
     * @param name its {@code spelunk.name}
     * @throws RuntimeException with one sentence when the bundle cannot be installed, resolved or started
     */
    void provide(String part, String name);
}
