// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import dev.spelunk.api.wiring.PeContext;
import org.osgi.annotation.versioning.ProviderType;

/** Service: answers PSCI and SMCCC calls (DEN 0022, DEN 0028), as firmware or a hypervisor does. */
@ProviderType
public interface FirmwareCalls {
    /** What a call asks of the machine. */
    enum Outcome {
        CONTINUE,
        SYSTEM_OFF,
        SYSTEM_RESET
    }

    /**
     * Serves the call in X0..X7 of the caller and leaves results in X0..X3. CPU_ON and CPU_OFF work on the
     * contexts' PEs: a PE that is switched on starts at EL startEl with its MMU off.
     */
    Outcome call(PeContext[] pes, PeContext caller, int startEl);
}
