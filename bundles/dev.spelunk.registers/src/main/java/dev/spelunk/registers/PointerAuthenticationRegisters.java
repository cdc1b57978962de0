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

/** The keys of pointer authentication (DDI 0487, D24.2.11-20). Present with FEAT_PAuth. */
final class PointerAuthenticationRegisters implements RegisterBank {

    @Override
    public List<RegisterDefinition> registers(Architecture a) {
        Definitions d = new Definitions(a);
        if (!a.has("FEAT_PAuth")) {
            return List.of();
        }
        key(d, "APIA", 1, 0, HFGRTR_EL2.APIAKey);
        key(d, "APIB", 1, 2, HFGRTR_EL2.APIBKey);
        key(d, "APDA", 2, 0, HFGRTR_EL2.APDAKey);
        key(d, "APDB", 2, 2, HFGRTR_EL2.APDBKey);
        key(d, "APGA", 3, 0, HFGRTR_EL2.APGAKey);
        return d.build();
    }

    /** Both halves of a key. @param trap the bit of the fine-grained trap */
    private static void key(Definitions d, String name, int crm, int op2, long trap) {
        AccessRule toEl2 =
                (c, read) -> c.pe.el == 1 && c.system.el2Enabled() && (c.system.effectiveHcr() & HCR_EL2.APK) == 0
                        ? Access.trap(2)
                        : Access.ALLOWED;
        AccessRule toEl3 = (c, read) -> d.el3 && c.pe.el < 3 && (c.register(SystemRegister.SCR_EL3) & SCR_EL3.APK) == 0
                ? Access.trap(3)
                : Access.ALLOWED;
        d.add(name + "KeyLo_EL1", 3, 0, 2, crm, op2)
                .whole()
                .rule(toEl2)
                .rule(d.traps.hfg(trap))
                .rule(toEl3);
        d.add(name + "KeyHi_EL1", 3, 0, 2, crm, op2 + 1)
                .whole()
                .rule(toEl2)
                .rule(d.traps.hfg(trap))
                .rule(toEl3);
    }
}
