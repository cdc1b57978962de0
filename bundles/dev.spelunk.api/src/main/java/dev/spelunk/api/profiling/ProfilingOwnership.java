// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.profiling;

import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ProviderType;

/** Who owns the profiling buffer of one PE now (DDI 0487, D17.7.5), for the features that depend on it. */
@ProviderType
public interface ProfilingOwnership {
    /** The PE. */
    PeContext context();

    /** Owning Exception level: 1 or 2. */
    int owningEl();

    /** Owning translation regime, one of the constants of {@link dev.spelunk.api.mmu.Translator}. */
    int owningRegime();

    /** Whether EL2, EL1 and EL0 are in the owning Security state, as SCR_EL3 selects it. */
    boolean inOwningState();

    /** Whether EL2 is implemented and enabled in the Security state that SCR_EL3 selects, also when the PE is at EL3. */
    boolean el2Enabled();
}
