// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import dev.spelunk.api.problems.BadInputException;
import org.osgi.annotation.versioning.ProviderType;

/** Service: composes machines out of the part services. */
@ProviderType
public interface MachineFactory {
    /**
     * Composes a machine, checks that it is legal, and loads the guest.
     *
     * @throws BadInputException when a part is missing, the variant is illegal (every missing feature is
     *     named, with the chain that needs it), or the guest cannot be loaded
     */
    Machine create(Variant variant, RunOptions options);

    /**
     * Judges what {@link #create} would compose under the KVM model, without a guest.
     *
     * @throws BadInputException when the parts are not there to be judged: one is missing, or several are and the
     *     variant names none
     */
    Judgement judge(Variant variant);
}
