// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.util.Collections;
import java.util.SortedSet;
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

    /**
     * What {@link #provide} could start, for a message.
     *
     * @param part the parts' kind
     * @return their names; empty when it does not know
     */
    default SortedSet<String> startable(String part) {
        return Collections.emptySortedSet();
    }
}
