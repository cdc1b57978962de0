// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HFGRTR_EL2;
import java.util.List;

/** Software thread IDs (DDI 0487, D24.2.204-208). */
final class ThreadRegisters implements RegisterBank {
    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        d.add("TPIDR_EL0", SystemRegister.TPIDR_EL0).whole().from(0).rule(d.traps.hfg(HFGRTR_EL2.TPIDR_EL0));
        d.add("TPIDRRO_EL0", SystemRegister.TPIDRRO_EL0)
                .whole()
                .from(0)
                .writesFrom(1)
                .rule(d.traps.hfg(HFGRTR_EL2.TPIDRRO_EL0));
        d.add("TPIDR_EL1", SystemRegister.TPIDR_EL1).whole().rule(d.traps.hfg(HFGRTR_EL2.TPIDR_EL1));
        if (d.el2) {
            d.add("TPIDR_EL2", SystemRegister.TPIDR_EL2).whole().from(2);
        }
        if (d.el3) {
            d.add("TPIDR_EL3", 3, 6, 13, 0, 2).whole().from(3);
        }
        return d.build();
    }
}
