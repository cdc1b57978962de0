// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.AccessRule;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Access;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.HFGRTR_EL2;
import dev.spelunk.api.registers.fields.SCR_EL3;
import java.util.List;

/** LORegions (DDI 0487, D24.2.119-123). There are none, so LORID_EL1 is 0 and the others are RES0. Present with FEAT_LOR. */
final class LimitedOrderingRegisters implements RegisterBank {

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        if (!a.has("FEAT_LOR")) {
            return List.of();
        }
        AccessRule toEl2 = d.traps.hcr(HCR_EL2.TLOR);
        AccessRule toEl3 = (c, read) -> d.el3 && c.pe.el < 3 && (c.register(SystemRegister.SCR_EL3) & SCR_EL3.TLOR) != 0
                ? Access.trap(3)
                : Access.ALLOWED;
        d.add("LORSA_EL1", 3, 0, 10, 4, 0)
                .rule(toEl2)
                .rule(d.traps.hfg(HFGRTR_EL2.LORSA_EL1))
                .rule(toEl3);
        d.add("LOREA_EL1", 3, 0, 10, 4, 1)
                .rule(toEl2)
                .rule(d.traps.hfg(HFGRTR_EL2.LOREA_EL1))
                .rule(toEl3);
        d.add("LORN_EL1", 3, 0, 10, 4, 2)
                .rule(toEl2)
                .rule(d.traps.hfg(HFGRTR_EL2.LORN_EL1))
                .rule(toEl3);
        d.add("LORC_EL1", 3, 0, 10, 4, 3)
                .rule(toEl2)
                .rule(d.traps.hfg(HFGRTR_EL2.LORC_EL1))
                .rule(toEl3);
        d.add("LORID_EL1", 3, 0, 10, 4, 7)
                .constant(0)
                .rule(toEl2)
                .rule(d.traps.hfg(HFGRTR_EL2.LORID_EL1))
                .rule(toEl3);
        return d.build();
    }
}
