// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;

/** RNDR and RNDRRS (DDI 0487, C5.2.15-16): the PE's own stream of random numbers, which never runs dry. Present with FEAT_RNG. */
final class RandomNumberRegisters implements RegisterBank {
    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        if (!a.has("FEAT_RNG")) {
            return List.of();
        }
        d.add("RNDR", 3, 3, 2, 4, 0).constant(0).from(0).readOnly().onRead((c, r, stored) -> next(c));
        d.add("RNDRRS", 3, 3, 2, 4, 1).constant(0).from(0).readOnly().onRead((c, r, stored) -> next(c));
        return d.build();
    }

    /** A number; PSTATE.NZCV says 0b0000, that there was one. */
    private static long next(PeContext c) {
        c.pe.nzcv = 0;
        return c.machine.random("rng." + c.pe.index).next();
    }
}
