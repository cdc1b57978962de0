// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system.own;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Encoding;
import java.util.List;

/** Somebody's own IMPLEMENTATION DEFINED register, in a bundle that a test makes. */
public final class OwnRegister implements RegisterBank {
    @Override
    public List<RegisterDefinition> registers(Architecture architecture) {
        return List.of(RegisterDefinition.of("IMP_OWN_EL1", Encoding.of(3, 0, 15, 2, 0))
                .whole()
                .reset(0x5A5)
                .build());
    }
}
