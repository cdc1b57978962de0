// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import org.osgi.annotation.versioning.ProviderType;

/** Service: replaces a part of a machine while its guest runs. */
@ProviderType
public interface SwapService {
    /**
     * Replaces a part at the next safepoint, and returns when that has happened.
     *
     * @param part kind of the part, see {@link Parts}
     * @param name {@code spelunk.name} of the implementation to use from now on; null for the same one, made anew
     * @throws BadInputException when it cannot be: the old part goes on
     */
    void swap(Machine machine, String part, String name);

    /** Replaces a part when that many operations have been executed. May be called before the run. */
    void swapAt(Machine machine, long instructions, String part, String name);
}
